// SQL on SQLite: a column per property and an index that covers every question.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CATEGORIES, CITIES, profileOf, SUBSCRIPTIONS } from '../data.mjs';
import { sqlOf } from '../questions.mjs';

export function openSqlite(path, people, events) {
	if (!existsSync(path)) fill(path, people, events);
	const db = new DatabaseSync(path, { readOnly: true });
	db.exec('PRAGMA cache_size = -800000; PRAGMA temp_store = MEMORY');
	const statements = Object.fromEntries(
		Object.entries(sqlOf('sqlite')).map(([key, sql]) => {
			const statement = db.prepare(sql);
			statement.setReturnArrays(true);
			return [key, statement];
		}),
	);
	return { name: 'SQLite, covering index', ask: (key) => statements[key].all().map(([person]) => person), close: () => db.close() };
}

function fill(path, people, events) {
	rmSync(`${path}.new`, { force: true });
	const db = new DatabaseSync(`${path}.new`);
	db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
		CREATE TABLE bench_event (person INTEGER, name INTEGER, ts INTEGER, category TEXT, amount REAL);
		CREATE TABLE bench_person (person INTEGER PRIMARY KEY, city TEXT, age INTEGER, subscription TEXT)`);
	const person = db.prepare('INSERT INTO bench_person VALUES (?, ?, ?, ?)');
	for (let index = 0; index < people; index++) {
		const { city, age, subscription } = profileOf(index);
		person.run(index + 1, CITIES[city], age, SUBSCRIPTIONS[subscription]);
	}
	const event = db.prepare('INSERT INTO bench_event VALUES (?, ?, ?, ?, ?)');
	for (let index = 0; index < events.count; index++) {
		event.run(events.person[index] + 1, events.name[index], events.ts[index], CATEGORIES[events.category[index]], events.amount[index]);
	}
	db.exec(`CREATE INDEX bench_cover ON bench_event (name, ts, person, category, amount);
		CREATE INDEX bench_people ON bench_person (subscription, age, city); COMMIT; ANALYZE`);
	db.close();
	renameSync(`${path}.new`, path);
}
