// What somebody would build with n8n's own nodes: fetch the rows, and look at each in JavaScript. On a part of the rows only.
import { DatabaseSync } from 'node:sqlite';
import { digits, heading } from '../lib/figures.mjs';
import { DAY, eventProperties, NAMES, NOW, userId } from './data.mjs';

const MOST_EVENTS = 1_000_000;

/** Question Q1, of up to a million events as rows with JSON. */
export async function askRows(own, events) {
	heading('Row by row in JavaScript');
	const count = Math.min(events.count, MOST_EVENTS);
	const db = new DatabaseSync(':memory:');
	db.exec('CREATE TABLE event (user TEXT, name TEXT, ts INTEGER, properties TEXT)');
	const insert = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?)');
	db.exec('BEGIN');
	for (let index = events.count - count; index < events.count; index++) {
		insert.run(userId(events.person[index]), NAMES[events.name[index]], events.ts[index], JSON.stringify(eventProperties(events, index)));
	}
	db.exec('COMMIT');
	const started = performance.now();
	const people = new Map();
	for (const row of db.prepare('SELECT user, name, ts, properties FROM event').all()) {
		const properties = JSON.parse(row.properties);
		let person = people.get(row.user);
		if (!person) people.set(row.user, (person = { shoes: 0, charged: false }));
		if (row.name === 'Added to Cart' && row.ts >= NOW - 14 * DAY && properties.category === 'shoes') person.shoes++;
		if (row.name === 'Charged' && row.ts >= NOW - 7 * DAY) person.charged = true;
	}
	const found = [...people].filter(([, person]) => person.shoes >= 2 && !person.charged).length;
	const rows = performance.now() - started;
	db.close();
	const again = performance.now();
	await own.ask('Q1');
	const columns = performance.now() - again;
	console.log(`Q1 of ${count.toLocaleString('en')} fetched rows: ${digits(rows)} ms (${found} people); of all ${events.count.toLocaleString('en')} by the store: ${digits(columns)} ms`);
}
