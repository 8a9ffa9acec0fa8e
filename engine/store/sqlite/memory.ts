import type { Remembered } from '../database';

/** Facts kept; some hundred bytes each. */
const MOST = 200_000;

/** What the one writer remembers between its transactions. Everything is forgotten when another connection has written. */
export class ConnectionMemory implements Remembered {
	private readonly facts = new Map<string, Map<string, number>>();

	private count = 0;

	private version: number | undefined;

	/** At the beginning of a transaction. `version`: SQLite's data_version, which other connections' commits change. */
	begin(version: number): void {
		if (version !== this.version) this.forgetAll();
		this.version = version;
	}

	get(kind: string, key: string): number | undefined {
		return this.facts.get(kind)?.get(key);
	}

	set(kind: string, key: string, value: number): void {
		if (this.count >= MOST) this.forgetAll();
		let facts = this.facts.get(kind);
		if (!facts) this.facts.set(kind, (facts = new Map()));
		this.count -= facts.size;
		// A copy: the key may be a slice of a large text, which would stay in memory with it.
		facts.set(Buffer.from(key).toString(), value);
		this.count += facts.size;
	}

	forget(kind: string, key: string): void {
		if (this.facts.get(kind)?.delete(key)) this.count--;
	}

	forgetAll(): void {
		this.facts.clear();
		this.count = 0;
	}
}
