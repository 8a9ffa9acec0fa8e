import type { EventBatch } from '../columns';
import { PairTable } from '../pair-table';
import { PeopleSet } from '../people-set';
import type { FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import { BitPlanes } from './bit-planes';
import type { CodeReader } from './codes';
import type { Kernel } from './kernel';

const FEW = 32;

/** How many different values there are, while there are few in all: a set of slots for each. `full` once there are more than 32. */
export class FewDistinct implements Kernel {
	full = false;

	private readonly planes: BitPlanes;

	private readonly events: PeopleSet;

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		private readonly codes: CodeReader,
		scratch: Scratch,
	) {
		this.planes = new BitPlanes(FEW, size, scratch);
		this.events = new PeopleSet(size);
	}

	add(batch: EventBatch, { rows, slots, count }: Selection): void {
		const codesOf = this.codes(batch);
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			this.events.add(slot);
			for (const code of codesOf(rows[index] as number)) {
				if (code >= FEW) this.full = true;
				else this.planes.add(code, slot);
			}
			if (this.full) return;
		}
	}

	holding(): PeopleSet {
		const holding = this.planes.slotsInSoMany(this.plan.test);
		return this.plan.includeZero ? holding : holding.intersect(this.events);
	}
}

/** How many different values there are. `full` once more than `most` pairs of slot and value are kept. */
export class Distinct implements Kernel {
	private readonly pairs = new PairTable();

	private readonly events: PeopleSet;

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		private readonly codes: CodeReader,
		private readonly most: number,
		private readonly scratch: Scratch,
	) {
		this.events = new PeopleSet(size);
	}

	get full(): boolean {
		return this.pairs.count > this.most;
	}

	add(batch: EventBatch, { rows, slots, count }: Selection): void {
		const codesOf = this.codes(batch);
		for (let index = 0; index < count && !this.full; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			this.events.add(slot);
			for (const code of codesOf(rows[index] as number)) this.pairs.add(slot, code);
		}
	}

	holding(): PeopleSet {
		const counts = this.scratch.words(this.size);
		for (let pair = 0; pair < this.pairs.count; pair++) {
			const slot = this.pairs.slots[pair] as number;
			counts[slot] = (counts[slot] as number) + 1;
		}
		return figuresHolding(this.plan, this.events, (slot) => counts[slot] as number);
	}
}

function figuresHolding({ test, includeZero }: FigurePlan, events: PeopleSet, figureOf: (slot: number) => number): PeopleSet {
	const found = new PeopleSet(events.size);
	const asked = includeZero ? PeopleSet.full(events.size) : events;
	asked.forEach((slot) => test(figureOf(slot)) && found.add(slot));
	return found;
}
