import { instants, rowTest, type EventBatch, type PersonRange } from './columns';
import type { PeopleSet } from './people-set';
import type { Slots } from './slots';

/** Rows of a batch that are still in question: `rows[0..count)`, ascending, and the slot of every such row's person. */
export class Selection {
	count = 0;
	rows = new Uint32Array(0);
	/** By row, not by position in `rows`. */
	slots = new Int32Array(0);

	/** Begins with the rows inside range and window whose person is a candidate. */
	begin(batch: EventBatch, slots: Slots, range: PersonRange, candidates: PeopleSet, from: number, to: number): void {
		const { person } = batch;
		const time = instants(batch);
		if (this.rows.length < person.length) {
			this.rows = new Uint32Array(person.length);
			this.slots = new Int32Array(person.length);
		}
		this.count = 0;
		for (let row = 0; row < person.length; row++) {
			const number = person[row] as number;
			const at = time(row);
			if (at < from || at > to || number < range.from || number >= range.to) continue;
			const slot = slots.slotOf(number);
			if (slot < 0 || !candidates.has(slot)) continue;
			this.slots[row] = slot;
			this.rows[this.count++] = row;
		}
	}

	/** Keeps the rows whose property passes the test. */
	narrow(batch: EventBatch, path: string, test: (cell: unknown) => boolean): void {
		if (this.count === 0) return;
		const passes = rowTest(batch.property(path), test);
		let kept = 0;
		for (let index = 0; index < this.count; index++) {
			const row = this.rows[index] as number;
			if (passes(row)) this.rows[kept++] = row;
		}
		this.count = kept;
	}

	forEach(visit: (row: number, slot: number) => void): void {
		for (let index = 0; index < this.count; index++) {
			const row = this.rows[index] as number;
			visit(row, this.slots[row] as number);
		}
	}
}
