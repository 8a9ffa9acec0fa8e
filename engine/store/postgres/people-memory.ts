import type { EpochMemory } from '../database';

/** Facts of one kind of id after which those that were not used since are forgotten: up to twice as many are kept, of some hundred bytes each. */
const MOST = 100_000;

/** Whose ids are, as the connections of a pool have read it. Facts of one epoch only: see EpochMemory. */
export class PeopleMemory {
	epoch: string | undefined;

	private kinds = new Map<string, LatelyUsed>();

	constructor(private readonly most = MOST) {}

	/** What one transaction reads may be its own, uncommitted doing: the others may know of it once it is committed. */
	stage(): StagedPeople {
		return new StagedPeople(this);
	}

	get(epoch: string, kind: string, key: string): number | undefined {
		return epoch === this.epoch ? this.kinds.get(kind)?.get(key) : undefined;
	}

	begin(epoch: string): void {
		if (epoch !== this.epoch) this.forgetAll();
		this.epoch = epoch;
	}

	take(epoch: string, kind: string, facts: ReadonlyMap<string, number>): void {
		if (epoch !== this.epoch) return;
		const known = this.kinds.get(kind) ?? new LatelyUsed(this.most);
		this.kinds.set(kind, known);
		// A copy: the key may be a slice of a large text, which would stay in memory with it.
		for (const [key, value] of facts) known.set(Buffer.from(key).toString(), value);
	}

	forgetAll(): void {
		this.epoch = undefined;
		this.kinds = new Map();
	}
}

/** What was used lately, and what was before: it is forgotten when there is too much that is newer. */
class LatelyUsed {
	private recent = new Map<string, number>();

	private older = new Map<string, number>();

	constructor(private readonly most: number) {}

	get(key: string): number | undefined {
		const value = this.recent.get(key);
		if (value !== undefined) return value;
		const older = this.older.get(key);
		if (older !== undefined) this.set(key, older);
		return older;
	}

	set(key: string, value: number): void {
		if (this.recent.size >= this.most) {
			this.older = this.recent;
			this.recent = new Map();
		}
		this.recent.set(key, value);
	}
}

class StagedPeople implements EpochMemory {
	private facts = new Map<string, Map<string, number>>();

	private staged: string | undefined;

	constructor(private readonly memory: PeopleMemory) {}

	get epoch(): string | undefined {
		return this.memory.epoch;
	}

	begin(epoch: string): void {
		this.memory.begin(epoch);
	}

	get(epoch: string, kind: string, key: string): number | undefined {
		return this.memory.get(epoch, kind, key);
	}

	set(epoch: string, kind: string, key: string, value: number): void {
		if (epoch !== this.staged) this.facts = new Map();
		this.staged = epoch;
		const facts = this.facts.get(kind) ?? new Map<string, number>();
		this.facts.set(kind, facts.set(key, value));
	}

	commit(): void {
		if (this.staged === undefined) return;
		for (const [kind, facts] of this.facts) this.memory.take(this.staged, kind, facts);
	}
}
