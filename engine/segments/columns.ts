/** Person numbers: `from` included, `to` not. */
export interface PersonRange {
	readonly from: number;
	readonly to: number;
}

/** One property of the rows of a batch. */
export interface Column {
	/** What the row holds; undefined when it has no such property. */
	get(row: number): unknown;
	/** Where few values repeat: row `r` holds `values[codes[r]]`. A condition is then tested once per value. */
	readonly dictionary?: Dictionary;
}

export interface Dictionary {
	readonly codes: Uint8Array | Uint16Array | Uint32Array;
	readonly values: readonly unknown[];
}

/** Living people of a range: those who were merged into another or erased are in no batch. */
export interface PeopleBatch {
	/** Ascending, also from batch to batch. */
	readonly people: Uint32Array;
	/** The permanent random number of each, 0..2^32-1. */
	readonly bucketKeys: Column;
	/** A well-known field or a property of the person's own; a dotted path reaches inside objects. */
	property(path: string): Column;
}

/** Events of one name. */
export interface EventBatch {
	readonly person: Uint32Array;
	/** Epoch milliseconds. */
	readonly ts: Float64Array;
	property(path: string): Column;
}

export interface PeopleQuery {
	readonly range: PersonRange;
	/** Every path that will be asked of the batches. */
	readonly properties: readonly string[];
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
}

export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/**
 * What the evaluator reads: column batches of people and of events. A batch of events may hold more than was asked for
 * (whole chunks: other people, other times); the evaluator looks again. Events of one person at one instant come in
 * the order of their arrival.
 */
export interface ColumnSource {
	/** Covers the numbers of all living people. */
	span(): PersonRange | Promise<PersonRange>;
	/** When given, only these people (ascending) are asked about. */
	readonly only?: Uint32Array;
	people(query: PeopleQuery): Batches<PeopleBatch>;
	events(query: EventQuery): Batches<EventBatch>;
}

/** Applies a test of values to a column: once per row, or once per distinct value where the column knows them. */
export function rowTest(column: Column, test: (cell: unknown) => boolean): (row: number) => boolean {
	if (!column.dictionary) return (row) => test(column.get(row));
	const { codes, values } = column.dictionary;
	const passes = values.map(test);
	return (row) => passes[codes[row] as number] as boolean;
}
