import type { Remembered } from '../database';

/** Facts kept; some hundred bytes each. */
const MOST = 100_000;

type Facts = Map<string, Map<string, number>>;

/** What the connections of a pool remember together: facts that never change once they are committed, so other processes do not matter. */
export class PoolMemory {
	private facts: Facts = new Map();

	private count = 0;

	/** What one transaction finds out; the others may rely on it only once it is committed. */
	stage(): StagedMemory {
		return new StagedMemory(this);
	}

	get(kind: string, key: string): number | undefined {
		return this.facts.get(kind)?.get(key);
	}

	take(staged: Facts): void {
		for (const [kind, facts] of staged) {
			if (this.count + facts.size > MOST) this.forgetAll();
			const known = this.facts.get(kind) ?? new Map<string, number>();
			this.facts.set(kind, known);
			this.count -= known.size;
			// A copy: the key may be a slice of a large text, which would stay in memory with it.
			for (const [key, value] of facts) known.set(Buffer.from(key).toString(), value);
			this.count += known.size;
		}
	}

	forget(kind: string, key: string): void {
		if (this.facts.get(kind)?.delete(key)) this.count--;
	}

	/** The server may be another one now, or have been put back from a copy. */
	forgetAll(): void {
		this.facts = new Map();
		this.count = 0;
	}
}

class StagedMemory implements Remembered {
	private facts: Facts = new Map();

	constructor(private readonly pool: PoolMemory) {}

	get(kind: string, key: string): number | undefined {
		return this.facts.get(kind)?.get(key) ?? this.pool.get(kind, key);
	}

	set(kind: string, key: string, value: number): void {
		const facts = this.facts.get(kind) ?? new Map<string, number>();
		this.facts.set(kind, facts.set(key, value));
	}

	forget(kind: string, key: string): void {
		this.facts.get(kind)?.delete(key);
		this.pool.forget(kind, key);
	}

	forgetAll(): void {
		this.facts.clear();
		this.pool.forgetAll();
	}

	commit(): void {
		this.pool.take(this.facts);
	}
}
