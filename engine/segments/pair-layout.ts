import type { EventBatch } from './columns';
import { doubled } from './grow';
import type { CompactLayout, Layout } from './layouts';
import type { PairTable } from './pair-table';
import type { PeopleSet } from './people-set';
import type { Selection } from './selection';
import type { ValueCodes } from './value-codes';

/** A slot for every pair of a person and a value of a property: an event counts once for each value it carries. */
export class PairLayout implements Layout {
	readonly size: number;

	private readonly placed = { rows: new Uint32Array(1024), slots: new Uint32Array(1024), count: 0 };

	/** `paths`: event name to the path of the property there. Candidates are pairs. */
	constructor(
		private readonly people: CompactLayout,
		private readonly values: ValueCodes,
		private readonly pairs: PairTable,
		private readonly paths: ReadonlyMap<string, string>,
		private readonly candidates: PeopleSet,
	) {
		this.size = pairs.count;
	}

	properties(name: string): readonly string[] {
		return [this.paths.get(name) as string];
	}

	place(batch: EventBatch, selection: Selection, name: string): void {
		this.people.place(batch, selection);
		const codesOf = this.values.of(batch.property(this.paths.get(name) as string));
		this.placed.count = 0;
		for (let index = 0; index < selection.count; index++) {
			const row = selection.rows[index] as number;
			const slot = selection.slots[index] as number;
			for (const code of codesOf(row)) {
				const pair = this.pairs.find(slot, code);
				if (pair >= 0 && this.candidates.has(pair)) this.push(row, pair);
			}
		}
		selection.placePairs(this.placed);
	}

	candidatesAt(slots: PeopleSet): PeopleSet {
		return this.candidates.intersect(slots);
	}

	private push(row: number, pair: number): void {
		const { placed } = this;
		if (placed.count === placed.rows.length) {
			placed.rows = doubled(placed.rows);
			placed.slots = doubled(placed.slots);
		}
		placed.rows[placed.count] = row;
		placed.slots[placed.count++] = pair;
	}
}
