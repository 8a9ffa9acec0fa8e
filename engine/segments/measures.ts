import { instants, type EventBatch } from './columns';
import { daysIn, Distinct, valuesOf } from './distinct';
import { PeopleSet } from './people-set';
import type { EventPlan, HavingPlan } from './plan';
import type { Selection } from './selection';
import { elements, numberOf } from './values';

/** Gathers one figure per person from batches of events. At most 24 bytes per person. */
export interface Measure {
	add(batch: EventBatch, selection: Selection): void;
	/** Whether the person's events are what the rule wants. */
	holds(slot: number): boolean;
	/** True when it has gathered more than it may; its figures are then incomplete. */
	readonly full?: boolean;
}

/** `pairs` bounds the different values kept at a time. */
export function startMeasure(plan: EventPlan, size: number, zone: string, pairs: number): Measure {
	if (plan.occurrence) return new Occurrence(plan.occurrence, plan, size);
	if (!plan.having) return new AtLeastOne(size);
	switch (plan.having.measure) {
		case 'count':
			return new Count(plan.having, size);
		case 'sum':
		case 'average':
			return new Total(plan.having, size);
		case 'min':
		case 'max':
			return new Extreme(plan.having, size);
		case 'distinct':
			return new Distinct(plan.having, size, pairs, valuesOf(plan.having.path));
		case 'distinctDays':
			return new Distinct(plan.having, size, pairs, daysIn(zone));
	}
}

class AtLeastOne implements Measure {
	private readonly seen: PeopleSet;

	constructor(size: number) {
		this.seen = new PeopleSet(size);
	}

	add(_batch: EventBatch, selection: Selection): void {
		selection.forEach((_row, slot) => this.seen.add(slot));
	}

	holds(slot: number): boolean {
		return this.seen.has(slot);
	}
}

/** Which event of a person is the first or last one, whether it lies in the window, and whether it is as wanted. */
class Occurrence implements Measure {
	private readonly times: Float64Array;
	private readonly wanted: PeopleSet;

	constructor(
		private readonly which: 'first' | 'last',
		private readonly plan: EventPlan,
		size: number,
	) {
		this.times = new Float64Array(size).fill(NaN);
		this.wanted = new PeopleSet(size);
	}

	add(batch: EventBatch, selection: Selection): void {
		const time = instants(batch);
		const { from, to, that } = this.plan;
		const columns = that.map(({ path, test }) => ({ column: batch.property(path), test }));
		selection.forEach((row, slot) => {
			const at = time(row);
			if (!this.replaces(at, this.times[slot] as number)) return;
			this.times[slot] = at;
			const holds = at >= from && at <= to && columns.every(({ column, test }) => test(column.get(row)));
			if (holds) this.wanted.add(slot);
			else this.wanted.delete(slot);
		});
	}

	holds(slot: number): boolean {
		return this.wanted.has(slot);
	}

	/** Of events at one instant the first to arrive is the first, the last to arrive the last. */
	private replaces(time: number, known: number): boolean {
		if (Number.isNaN(known)) return true;
		return this.which === 'first' ? time < known : time >= known;
	}
}

class Count implements Measure {
	private readonly counts: Uint32Array;

	constructor(
		private readonly having: HavingPlan,
		size: number,
	) {
		this.counts = new Uint32Array(size);
	}

	add(_batch: EventBatch, selection: Selection): void {
		selection.forEach((_row, slot) => {
			this.counts[slot] = (this.counts[slot] as number) + 1;
		});
	}

	holds(slot: number): boolean {
		const count = this.counts[slot] as number;
		return (count > 0 || this.having.includeZero) && this.having.test(count);
	}
}

/** Sum, or average over all events (one without the property counts as 0). Multi-value properties add up. */
class Total implements Measure {
	private readonly events: Uint32Array;
	private readonly sums: Float64Array;
	/** What rounding took away from each sum, so that the order of events does not matter (Neumaier's summation). */
	private readonly lost: Float64Array;

	constructor(
		private readonly having: HavingPlan,
		size: number,
	) {
		this.events = new Uint32Array(size);
		this.sums = new Float64Array(size);
		this.lost = new Float64Array(size);
	}

	add(batch: EventBatch, selection: Selection): void {
		const column = batch.property(this.having.path);
		selection.forEach((row, slot) => {
			this.events[slot] = (this.events[slot] as number) + 1;
			for (const number of numbersOf(column.get(row))) this.addNumber(slot, number);
		});
	}

	holds(slot: number): boolean {
		const events = this.events[slot] as number;
		if (events === 0) return this.having.includeZero && this.having.test(0);
		const sum = (this.sums[slot] as number) + (this.lost[slot] as number);
		return this.having.test(rounded(this.having.measure === 'average' ? sum / events : sum));
	}

	private addNumber(slot: number, number: number): void {
		const sum = this.sums[slot] as number;
		const next = sum + number;
		const error = Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum;
		this.lost[slot] = (this.lost[slot] as number) + error;
		this.sums[slot] = next;
	}
}

/** Smallest or greatest number; without any, nothing holds. */
class Extreme implements Measure {
	private readonly found: Float64Array;

	constructor(
		private readonly having: HavingPlan,
		size: number,
	) {
		this.found = new Float64Array(size).fill(NaN);
	}

	add(batch: EventBatch, selection: Selection): void {
		const column = batch.property(this.having.path);
		const better = this.having.measure === 'min' ? Math.min : Math.max;
		selection.forEach((row, slot) => {
			for (const number of numbersOf(column.get(row))) {
				const known = this.found[slot] as number;
				this.found[slot] = Number.isNaN(known) ? number : better(known, number);
			}
		});
	}

	holds(slot: number): boolean {
		const found = this.found[slot] as number;
		return !Number.isNaN(found) && this.having.test(found);
	}
}

function numbersOf(cell: unknown): number[] {
	const numbers: number[] = [];
	for (const value of elements(cell)) {
		const number = numberOf(value);
		if (number !== undefined) numbers.push(number);
	}
	return numbers;
}

/** Drops the last binary digits of a fraction: three times 0.1 is 0.3. */
function rounded(value: number): number {
	return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}
