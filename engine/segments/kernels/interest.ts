import type { EventBatch } from '../columns';
import { figureTest } from '../figures';
import { doubled } from '../grow';
import { PairTable } from '../pair-table';
import { PeopleSet } from '../people-set';
import type { InterestPlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import { elements } from '../values';
import type { CodeReader } from './codes';
import type { Kernel } from './kernel';

/** Code of the wanted value: see `codesOfInterest`. */
const WANTED = 0;

/** No other value occurs in more events than the wanted one. `full` once more than `most` pairs of slot and value are kept. */
export class Predominant implements Kernel {
	private readonly pairs = new PairTable();

	/** Events, by number of the pair. */
	private counts = new Uint32Array(1024);

	constructor(
		private readonly size: number,
		private readonly codes: CodeReader,
		private readonly most: number,
		private readonly scratch: Scratch,
	) {}

	get full(): boolean {
		return this.pairs.count > this.most;
	}

	add(batch: EventBatch, { rows, slots, count }: Selection): void {
		const codesOf = this.codes(batch);
		for (let index = 0; index < count && !this.full; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			for (const code of codesOf(rows[index] as number)) this.countPair(this.pairs.add(slot, code));
		}
	}

	holding(): PeopleSet {
		const [wanted, others] = [this.scratch.words(this.size), this.scratch.words(this.size)];
		for (let pair = 0; pair < this.pairs.count; pair++) {
			const slot = this.pairs.slots[pair] as number;
			const count = this.counts[pair] as number;
			if (this.pairs.codes[pair] === WANTED) wanted[slot] = count;
			else if (count > (others[slot] as number)) others[slot] = count;
		}
		const found = new PeopleSet(this.size);
		for (let slot = 0; slot < this.size; slot++) {
			const count = wanted[slot] as number;
			if (count > 0 && count >= (others[slot] as number)) found.add(slot);
		}
		return found;
	}

	private countPair(pair: number): void {
		if (pair >= this.counts.length) this.counts = doubled(this.counts);
		this.counts[pair] = (this.counts[pair] as number) + 1;
	}
}

/** Events with the wanted value are at least a share of those that have any. */
export class Share implements Kernel {
	private readonly having: Uint32Array;

	private readonly wanted: Uint32Array;

	constructor(
		private readonly plan: InterestPlan,
		private readonly size: number,
		private readonly codes: CodeReader,
		scratch: Scratch,
	) {
		this.having = scratch.words(size);
		this.wanted = scratch.words(size);
	}

	add(batch: EventBatch, { rows, slots, count }: Selection): void {
		const codesOf = this.codes(batch);
		const { of } = this.plan;
		const column = typeof of === 'object' ? batch.property(of.path) : undefined;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			const row = rows[index] as number;
			if (column && elements(column.get(row)).length === 0) continue;
			this.having[slot] = (this.having[slot] as number) + 1;
			if (codesOf(row).includes(WANTED)) this.wanted[slot] = (this.wanted[slot] as number) + 1;
		}
	}

	holding(): PeopleSet {
		const isEnough = figureTest('at_least', this.plan.percent);
		const found = new PeopleSet(this.size);
		for (let slot = 0; slot < this.size; slot++) {
			const wanted = this.wanted[slot] as number;
			if (wanted > 0 && isEnough((wanted * 100) / (this.having[slot] as number))) found.add(slot);
		}
		return found;
	}
}
