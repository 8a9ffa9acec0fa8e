// DuckDB, an analytical database in the process: a column per property.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BENCH_DIR } from '../../lib/paths.mjs';
import { CATEGORIES, CITIES, profileOf, SUBSCRIPTIONS } from '../data.mjs';
import { sqlOf } from '../questions.mjs';

const require = createRequire(`${BENCH_DIR}/package.json`);
const ROWS = 2_048;

export async function openDuckdb(path, people, events) {
	const { DuckDBInstance } = require('@duckdb/node-api');
	if (!existsSync(path)) await fill(DuckDBInstance, path, people, events);
	const instance = await DuckDBInstance.create(path, { threads: '2', access_mode: 'READ_ONLY' });
	const connection = await instance.connect();
	const sql = sqlOf('duckdb');
	return {
		name: 'DuckDB',
		async ask(key) {
			const reader = await connection.runAndReadAll(sql[key]);
			return reader.getColumns()[0] ?? [];
		},
		close: () => connection.closeSync(),
	};
}

async function fill(DuckDBInstance, path, people, events) {
	rmSync(`${path}.new`, { force: true });
	const instance = await DuckDBInstance.create(`${path}.new`);
	const connection = await instance.connect();
	await connection.run('CREATE TABLE bench_event (person INTEGER, name UTINYINT, ts BIGINT, category VARCHAR, amount DOUBLE)');
	await connection.run('CREATE TABLE bench_person (person INTEGER, city VARCHAR, age UTINYINT, subscription VARCHAR)');
	await append(connection, 'bench_person', people, (index, appender) => {
		const { city, age, subscription } = profileOf(index);
		appender.appendInteger(index + 1);
		appender.appendVarchar(CITIES[city]);
		appender.appendUTinyInt(age);
		appender.appendVarchar(SUBSCRIPTIONS[subscription]);
	});
	await append(connection, 'bench_event', events.count, (index, appender) => {
		appender.appendInteger(events.person[index] + 1);
		appender.appendUTinyInt(events.name[index]);
		appender.appendBigInt(BigInt(events.ts[index]));
		appender.appendVarchar(CATEGORIES[events.category[index]]);
		appender.appendDouble(events.amount[index]);
	});
	await connection.run('CHECKPOINT');
	connection.closeSync();
	instance.closeSync();
	renameSync(`${path}.new`, path);
}

async function append(connection, table, count, row) {
	const appender = await connection.createAppender(table);
	for (let index = 0; index < count; index++) {
		row(index, appender);
		appender.endRow();
		if (index % ROWS === ROWS - 1) appender.flushSync();
	}
	appender.closeSync();
}
