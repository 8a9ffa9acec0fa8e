/** What a statement may be given. Arrays and objects travel as one JSON text (see `Dialect.rows`). */
export type Param = string | number | null | Uint8Array;

/** Column types of rows that travel into a statement as JSON. */
export type ColumnType = 'integer' | 'real' | 'text';

/**
 * Facts that a connection need not read again: of committed rows, true until they are forgotten. Whoever changes such a
 * row forgets it, also when the transaction fails later.
 */
export interface Remembered {
	get(kind: string, key: string): number | undefined;
	set(kind: string, key: string, value: number): void;
	forget(kind: string, key: string): void;
	forgetAll(): void;
}

/** As `Remembered`, where others write, too: facts of an epoch (see people/turn), which hold as long as it lasts. */
export interface EpochMemory {
	/** The epoch of what is remembered. */
	readonly epoch: string | undefined;
	/** It is this epoch now: what is remembered of another one is forgotten. */
	begin(epoch: string): void;
	get(epoch: string, kind: string, key: string): number | undefined;
	/** Of a row read after it was known that this is the epoch. */
	set(epoch: string, kind: string, key: string, value: number): void;
}

export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * One SQL dialect with a handful of hooks. Statements are written once, with `$1` parameters that may repeat, in the
 * SQL that SQLite and PostgreSQL share: always parenthesised, INSERT .. ON CONFLICT, RETURNING, CTEs, window functions,
 * FILTER, row values. Times are epoch milliseconds in 64-bit integers; booleans are 0 and 1; JSON is text.
 */
export interface Dialect {
	readonly name: 'sqlite' | 'postgres';
	/**
	 * A FROM item that turns parameter `param` (JSON text: an array of arrays) into rows:
	 * `FROM ${dialect.rows('$1', { person: 'integer', name: 'text' })} AS r`.
	 */
	rows(param: string, columns: Record<string, ColumnType>): string;
	/** The column of `event` by which rows are in the order of their commit: see `stamp`. */
	readonly eventStamp: 'id' | 'stamp';
	/**
	 * An expression for the `stamp` of rows of `table` that a statement writes. Rows committed later have a higher stamp,
	 * or lie at or above `settled`: a reader that has read all rows below `settled` need not read them again.
	 */
	stamp(table: 'person'): string;
	/** An expression: every row with a lower stamp that will ever be is visible now. `table` is one of those with stamps. */
	settled(table: 'person' | 'event'): string;
	/**
	 * Joins to each row before it the few rows of a table that `on` finds by an index, whatever the server's statistics say:
	 * those of a table that grows by thousands of rows a second are always out of date.
	 * @param locked they must not change until the transaction ends, and are those that fulfil `on` once nobody changes them
	 */
	each(table: string, alias: string, on: string, locked?: boolean): string;
	/** Appended to a SELECT whose rows of the table with this alias must stay as they are until the transaction ends. */
	forShareOf(alias: string): string;
	/** Appended to a SELECT that claims rows: lets concurrent claimers pass each other by. */
	readonly skipLocked: string;
	/** Appended to a SELECT whose rows must not change until the transaction ends. */
	readonly forUpdate: string;
}

/** A transaction. Everything an operation does goes through one of these, and commits or fails as a whole. */
export interface Tx {
	readonly dialect: Dialect;
	all<Row = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Row[]>;
	get<Row = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Row | undefined>;
	/**
	 * As `all`, for thousands of rows, each a list of its columns in order: the fast way of the store. `columns`: names and
	 * types of what `sql` selects, of which no number is NULL and every text is JSON.
	 */
	bulk<Row extends readonly unknown[]>(columns: Columns, sql: string, params?: readonly Param[]): Promise<Row[]>;
	/** Inserts many rows in their order, the fast way of the store. `columns`: names and types of what each row holds. */
	insertRows(table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<void>;
	/** As `insertRows`, but rows whose key is there already are passed by. Returns for each whether it was new. */
	insertNewRows(table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<boolean[]>;
	/** As `insertRows`, but rows whose key (of these columns) is there already are passed by. Returns for each its new number in column `id`, or undefined. */
	insertAbsent(table: string, unique: { id: string; key: readonly string[] }, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<Array<number | undefined>>;
	/** As `all`, of a statement about many given rows: `sql` is handed a FROM item of them, which has yet to get an alias. The fast way of the store. */
	allOf<Row>(columns: Columns, rows: ReadonlyArray<readonly Param[]>, sql: (given: string) => string, params?: readonly Param[]): Promise<Row[]>;
	/**
	 * The number that one SELECT, which gives at most one, gives for each of many `keys`: a whole one above 0. `select` is
	 * handed the SQL of each column of a key: `(key) => \`SELECT person FROM identity WHERE value = ${key.value}\``.
	 */
	lookUp(columns: Columns, keys: ReadonlyArray<readonly Param[]>, select: (key: Record<string, string>) => string): Promise<Array<number | undefined>>;
	/** For a SELECT of a small whole number `place` and of bytes `data`: the fast way to read many bytes. */
	blobs(sql: string, params?: readonly Param[]): Promise<Array<{ place: number; data: Uint8Array }>>;
	/** What this connection has read before and may rely on; absent where others write behind its back. */
	readonly remembered?: Remembered;
	/** Whose ids are, as far as that has been read before; on stores where others write, too. */
	readonly people?: EpochMemory;
	/** As `remembered`, of facts that never change once they are committed; on every store. */
	readonly lasting: Remembered;
	/** Runs a statement and returns the number of rows it changed. */
	run(sql: string, params?: readonly Param[]): Promise<number>;
	/**
	 * Makes concurrent transactions that ask for the same name wait for each other until commit; those that ask for it
	 * `beside others` only for those that do not. A no-op on SQLite, which has one writer.
	 */
	lock(name: string, how?: 'beside others'): Promise<void>;
	/** As `lock`, of several names at once. Everywhere in the same order, lest two transactions wait for each other. */
	lockAll(names: Iterable<string>): Promise<void>;
}

/** What an operation may know besides its input. */
export interface OperationContext {
	/** The store's clock at the start of the transaction, epoch milliseconds. */
	readonly now: number;
	/** The process that runs this operation (see `process` in the schema): owner of leases and of messages being sent. */
	readonly owner: string;
	/** The account's IANA zone. */
	readonly zone: string;
}

/** How durable a commit must be: `events` may lose the last commits in a power cut (never in a crash), `full` none. */
export type Durability = 'events' | 'full';

/**
 * One thing the store can do, as one transaction. The same function runs on both stores: in the writer thread of the
 * embedded store, in the calling process on PostgreSQL. Inputs and outputs must survive a structured clone.
 */
export interface Operation<Input, Output, Prepared = Input> {
	readonly durability: Durability;
	/** What can be done with the input beforehand, where the call is made: without the store, and not in the one writer's time. */
	prepare?(input: Input, now: number): Prepared;
	/** A form of what was prepared that costs less to copy to another thread, and back. */
	readonly packing?: { pack(prepared: Prepared): unknown; unpack(packed: never): Prepared };
	run(tx: Tx, input: Prepared, context: OperationContext): Promise<Output>;
}

/** Defines an operation; the types of input and output are those of `run`. */
export function operation<Input, Output>(
	run: (tx: Tx, input: Input, context: OperationContext) => Promise<Output>,
	durability: Durability = 'full',
): Operation<Input, Output> {
	return { durability, run };
}

/** Thrown by an operation for which something has changed in the midst of it: it is done once more, as after a deadlock. */
export class RepeatTransaction extends Error {}
