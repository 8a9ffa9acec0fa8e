// The people who are sent to: always the same for the same seed.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DATA_DIR } from '../lib/paths.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const SEED = 4_711;
const NUMBERS = 7_900_000;
const CITIES = ['Lyon', 'Paris', 'Berlin', 'Vienna', 'Oslo', 'Rome', 'Madrid', 'Lisbon'];

export function personOf(index) {
	const hash = Math.imul(index + SEED, 0x9e3779b1) >>> 0;
	// All different: 1,000,003 and the number of numbers have no common divisor.
	const phone = `+1415${2_000_000 + ((index * 1_000_003 + SEED) % NUMBERS)}`;
	return { id: `u${index}`, phone, properties: { name: `Person ${index}`, city: CITIES[hash % CITIES.length], plan: hash & 0x100 ? 'pro' : 'free' } };
}

/** Those who get a message where half of everybody is to. */
export const HALF = { profile: 'plan', is: 'equals', value: 'pro' };

export async function addPeople(store, count) {
	const PAGE = 5_000;
	for (let from = 0; from < count; from += PAGE) {
		await store.ingest({ profiles: Array.from({ length: Math.min(PAGE, count - from) }, (_, index) => personOf(from + index)) });
	}
	await store.bringUpToDate();
}

/** Puts an embedded store with so many people at `path`: a copy of one that is kept for the next time. */
export async function embeddedWithPeople(path, count) {
	const folder = join(DATA_DIR, 'delivery');
	const kept = join(folder, `${count}.sqlite`);
	const done = `${kept}.done`;
	if (!existsSync(done)) {
		mkdirSync(folder, { recursive: true });
		for (const end of ['', '-wal', '-shm']) rmSync(kept + end, { force: true });
		const store = await openStore({ path: kept });
		await addPeople(store, count);
		await store.close();
		writeFileSync(done, '');
	}
	mkdirSync(join(path, '..'), { recursive: true });
	copyFileSync(kept, path);
	return { path };
}
