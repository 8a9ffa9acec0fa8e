import type { ColumnSource, PersonRange } from './columns';
import type { Scratch } from './scratch';
import type { Selection } from './selection';

/** What the parts of an evaluation share: one range of people at one moment. */
export interface Scene {
	readonly source: ColumnSource;
	/** Place 0 of a set of people is `range.from`, a multiple of 32. */
	readonly range: PersonRange;
	/** Epoch milliseconds. */
	readonly now: number;
	readonly zone: string;
	/** Pairs of person and value kept at a time. */
	readonly pairs: number;
	readonly selection: Selection;
	readonly scratch: Scratch;
}
