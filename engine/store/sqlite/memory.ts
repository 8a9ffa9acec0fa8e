import type { Remembered } from '../database';

/** Facts kept; some hundred bytes each. */
const MOST = 200_000;

/** What the one writer remembers between its transactions. Everything is forgotten when another connection has written. */
export class ConnectionMemory implements Remembered {
	private readonly facts = new Map<string, number>();

	private version: number | undefined;

	/** At the beginning of a transaction. `version`: SQLite's data_version, which other connections' commits change. */
	begin(version: number): void {
		if (version !== this.version) this.facts.clear();
		this.version = version;
	}

	get(key: string): number | undefined {
		return this.facts.get(key);
	}

	set(key: string, value: number): void {
		if (this.facts.size >= MOST) this.facts.clear();
		this.facts.set(key, value);
	}

	forget(key: string): void {
		this.facts.delete(key);
	}

	forgetAll(): void {
		this.facts.clear();
	}
}
