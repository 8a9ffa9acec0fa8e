import { instants, type EventBatch } from './columns';
import { dayNumber } from '../time/local';
import type { Measure } from './measures';
import { PeopleSet } from './people-set';
import type { HavingPlan } from './plan';
import type { Selection } from './selection';
import { elements, textOf } from './values';

/** Calls back with a number of 0..2^32-1 for every value of a row; equal numbers are equal values. */
type ValueCodes = (batch: EventBatch) => (row: number, found: (code: number) => void) => void;

/** How many different values the events of each person have. `full` once more than `pairs` pairs of person and value are kept. */
export class Distinct implements Measure {
	private readonly counts: Uint32Array;
	private readonly events: PeopleSet;
	/** slot * 2^32 + code */
	private readonly seen = new Set<number>();

	constructor(
		private readonly having: HavingPlan,
		size: number,
		private readonly pairs: number,
		private readonly codes: ValueCodes,
	) {
		this.counts = new Uint32Array(size);
		this.events = new PeopleSet(size);
	}

	get full(): boolean {
		return this.seen.size > this.pairs;
	}

	add(batch: EventBatch, selection: Selection): void {
		const codes = this.codes(batch);
		selection.forEach((row, slot) => {
			if (this.full) return;
			this.events.add(slot);
			codes(row, (code) => {
				const pair = slot * 2 ** 32 + code;
				if (this.seen.has(pair)) return;
				this.seen.add(pair);
				this.counts[slot] = (this.counts[slot] as number) + 1;
			});
		});
	}

	holds(slot: number): boolean {
		return (this.events.has(slot) || this.having.includeZero) && this.having.test(this.counts[slot] as number);
	}
}

/** Every element of a multi-value property is a value of its own; what is no text, number or boolean does not count. */
export function valuesOf(path: string): ValueCodes {
	const known = new Map<string, number>();
	return (batch) => {
		const column = batch.property(path);
		return (row, found) => {
			for (const value of elements(column.get(row))) {
				const text = textOf(value);
				if (text === undefined) continue;
				let code = known.get(text);
				if (code === undefined) known.set(text, (code = known.size));
				found(code);
			}
		};
	};
}

/** Calendar days of the zone. */
export function daysIn(zone: string): ValueCodes {
	return (batch) => {
		const time = instants(batch);
		return (row, found) => found(dayNumber(time(row), zone) + 2 ** 31);
	};
}
