import { PeopleSet } from './people-set';

/** Person numbers: `from` included, `to` not. */
export interface PersonRange {
	readonly from: number;
	readonly to: number;
}

/** One property of the rows of a batch. At most one of `dictionary` and `numbers` is there; without either only `get` answers. */
export interface Column {
	/** What the row holds; undefined when it has no such property. */
	get(row: number): unknown;
	/** Where few values repeat: row `r` holds `values[codes[r]]`. A condition is then tested once per value. */
	readonly dictionary?: Dictionary;
	/** Where every row holds a finite number or nothing (NaN). */
	readonly numbers?: Float64Array;
}

export interface Dictionary {
	readonly codes: Uint8Array | Uint16Array | Uint32Array;
	/** Any JSON value; undefined where rows have no such property. */
	readonly values: readonly unknown[];
}

/**
 * Some people. A later batch of one query overrides what an earlier one said of the same person: what has changed since
 * the columns were made comes last.
 */
export interface PeopleBatch {
	/** Ascending within the batch. */
	readonly people: Uint32Array;
	/** The numbers are consecutive and the first one is a multiple of 32. */
	readonly dense: boolean;
	/** Bit `r & 31` of word `r >>> 5`: whether row r is a living person; others were merged, erased or never were. */
	readonly living: Uint32Array;
	/** The permanent random number of each, 0..2^32-1. */
	readonly bucketKeys: Column;
	/** A well-known field or a property of the person's own; a dotted path reaches inside objects. */
	property(path: string): Column;
}

/** Events of one name. */
export interface EventBatch {
	readonly person: Uint32Array;
	/** No event is earlier than `first` or later than `last`, epoch milliseconds. */
	readonly first: number;
	readonly last: number;
	/** Undefined when it was not asked for and every row lies in the window asked for. */
	readonly time?: EventTimes;
	property(path: string): Column;
}

/** The time of row r in epoch milliseconds is `base + offsets[r]`. */
export interface EventTimes {
	readonly base: number;
	readonly offsets: Uint32Array | Float64Array;
}

export interface PeopleQuery {
	readonly range: PersonRange;
	/** Every path that will be asked of the batches. */
	readonly properties: readonly string[];
	/** Whether bucket keys will be asked for. */
	readonly bucketKeys: boolean;
}

export interface EventQuery {
	readonly range: PersonRange;
	/** As `eventKey` writes it. */
	readonly name: string;
	/** First and last instant, both included; infinite where open. */
	readonly from: number;
	readonly to: number;
	/** Every path that will be asked of the batches. */
	readonly properties: readonly string[];
	/** Whether the time of every row is needed. */
	readonly times: boolean;
}

export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/**
 * What the evaluator reads: column batches of people and of events. A batch may hold more than was asked for (whole
 * chunks: other people, other times); the evaluator looks again. Events of one name come in the order of their arrival.
 * Where a source can, it yields without waiting: an iterable that is not async saves a turn of the event loop per batch.
 */
export interface ColumnSource {
	/** Covers the numbers of all living people. */
	span(): PersonRange | Promise<PersonRange>;
	/** When given, only these people (ascending) are asked about. */
	readonly only?: Uint32Array;
	people(query: PeopleQuery): Batches<PeopleBatch>;
	events(query: EventQuery): Batches<EventBatch>;
	/** The members of a custom list: person numbers, ascending. Rejects when there is no such list. */
	list?(id: string): Uint32Array | Promise<Uint32Array>;
}

/** The times of rows whose instants (epoch milliseconds) are at hand: what an EventBatch says of them. */
export function timesOf(instants: readonly number[]): Pick<EventBatch, 'first' | 'last' | 'time'> {
	let first = Infinity;
	let last = -Infinity;
	for (const instant of instants) {
		if (instant < first) first = instant;
		if (instant > last) last = instant;
	}
	return { first, last, time: { base: 0, offsets: Float64Array.from(instants) } };
}

/** The instant of each row, epoch milliseconds, of a batch asked for with `times`. */
export function instants({ time }: EventBatch): (row: number) => number {
	const { base, offsets } = time as EventTimes;
	return (row) => base + (offsets[row] as number);
}

/** For batches of nobody but living people. */
export function allLiving(people: number): Uint32Array {
	return PeopleSet.full(people).words;
}

/** Applies a test of values to a column: once per row, or once per distinct value where the column knows them. */
export function rowTest(column: Column, test: (cell: unknown) => boolean): (row: number) => boolean {
	if (!column.dictionary) return (row) => test(column.get(row));
	const { codes, values } = column.dictionary;
	const passes = values.map(test);
	return (row) => passes[codes[row] as number] as boolean;
}
