import type { Connection, PoolClient } from 'pg';
import { from, type CopyStreamQuery } from 'pg-copy-streams';

import type { Columns, ColumnType, Param } from '../database';
import { mostBytes, writeValue } from './binary-values';

/** Rows from which on COPY is the faster way. */
export const WORTH_COPYING = 50;

/**
 * Appends many rows by COPY .. FROM STDIN, in the binary form that PostgreSQL's manual describes (SQL commands, COPY,
 * "Binary Format"): the server neither plans nor makes arrays, and writes a page of rows to its log at a time.
 * Unlike an INSERT it converts nothing: columns of the table have the very types bigint, double precision or text.
 */
export async function copyRows(client: PoolClient, table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<void> {
	// Before the server is told: it would wait for the rest of what cannot be written.
	const bytes = copyOf(Object.values(columns), rows);
	const stream = client.query(allAtOnce(from(`COPY ${table} (${Object.keys(columns).join(', ')}) FROM STDIN (FORMAT binary)`)));
	await new Promise<void>((resolve, reject) => {
		// Not only once: after the server has refused a row, the stream fails again at what it had yet to send.
		stream.on('error', reject).on('finish', resolve);
		stream.end(bytes);
	});
}

declare module 'pg-copy-streams' {
	interface CopyStreamQuery {
		/** Called by pg when the server waits for the rows. */
		handleCopyInResponse(connection: Connection): void;
	}
}

/**
 * The command and the rows leave as one, which saves a round trip and wakes the server once. It ignores the rows where it
 * has refused the command (PostgreSQL's manual, "COPY Operations" of the message flow).
 */
function allAtOnce(copy: CopyStreamQuery): CopyStreamQuery {
	const submit = copy.submit.bind(copy);
	const begin = copy.handleCopyInResponse.bind(copy);
	copy.submit = (connection) => {
		connection.stream.cork();
		submit(connection);
		begin(connection);
		setImmediate(() => connection.stream.uncork());
	};
	copy.handleCopyInResponse = () => {};
	return copy;
}

/** A signature, int32 flags, int32 length of nothing more. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** int16 columns of a row; after the last row -1 in their place. */
const COUNT_BYTES = 2;
const END = -1;

/** Rows in the binary form of COPY. */
export function copyOf(types: readonly ColumnType[], rows: ReadonlyArray<readonly Param[]>): Buffer {
	const values = types.reduce((sum, type, index) => sum + mostBytes(type, rows, index), 0);
	const bytes = Buffer.allocUnsafe(HEADER.length + values + (rows.length + 1) * COUNT_BYTES);
	let at = HEADER.copy(bytes);
	for (const row of rows) {
		at = bytes.writeInt16BE(types.length, at);
		for (const [index, type] of types.entries()) at = writeValue(bytes, type, row[index] as Param, at);
	}
	at = bytes.writeInt16BE(END, at);
	return bytes.subarray(0, at);
}
