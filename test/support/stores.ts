import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ManualClock } from '../../engine/clock';
import { openStore } from '../../engine/store/open';
import type { Store, StoreOptions } from '../../engine/store/store';
import { startPostgres, type TestPostgres } from './postgres';

/** Monday, 2 March 2026, 12:00 UTC. */
export const START = Date.UTC(2026, 2, 2, 12);

export interface StoreFixture {
	store: Store;
	clock: ManualClock;
	/** Opens the same store once more, as another process would. */
	another(): Promise<Store>;
	options: StoreOptions;
}

/**
 * Runs the same tests on an embedded store and on a real PostgreSQL, each test with a store of its own.
 * `body` gets a function that returns the current test's fixture.
 */
export function describeStores(name: string, body: (fixture: () => StoreFixture, kind: 'sqlite' | 'postgres') => void): void {
	describe(`${name} (sqlite)`, () => {
		let folder: string;
		const opened: Store[] = [];
		let current: StoreFixture;
		beforeEach(async () => {
			folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
			current = await makeFixture({ path: path.join(folder, 'store.sqlite') }, opened);
		});
		afterEach(async () => {
			await closeAll(opened);
			rmSync(folder, { recursive: true, force: true });
		});
		body(() => current, 'sqlite');
	});

	describe(`${name} (postgres)`, () => {
		let server: TestPostgres;
		let schema = 0;
		const opened: Store[] = [];
		let current: StoreFixture;
		beforeAll(async () => {
			server = await startPostgres();
		}, 120_000);
		afterAll(async () => {
			await server.stop();
		});
		beforeEach(async () => {
			schema += 1;
			current = await makeFixture({ connectionString: server.connectionString, schema: `test_${schema}` }, opened);
		});
		afterEach(async () => {
			await closeAll(opened);
		});
		body(() => current, 'postgres');
	});
}

/** As `describeStores`, but the stores have yet to be made: `body` gets what to open them with. */
export function describeFreshStores(name: string, body: (options: () => StoreOptions) => void): void {
	describe(`${name} (sqlite)`, () => {
		let folder: string;
		beforeEach(() => {
			folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
		});
		afterEach(() => rmSync(folder, { recursive: true, force: true }));
		body(() => ({ path: path.join(folder, 'store.sqlite'), clock: new ManualClock(START) }));
	});

	describe(`${name} (postgres)`, () => {
		let server: TestPostgres;
		let schema = 0;
		beforeAll(async () => {
			server = await startPostgres();
		}, 120_000);
		afterAll(async () => {
			await server.stop();
		});
		beforeEach(() => {
			schema += 1;
		});
		body(() => ({ connectionString: server.connectionString, schema: `fresh_${schema}`, clock: new ManualClock(START) }));
	});
}

async function makeFixture(target: StoreOptions, opened: Store[]): Promise<StoreFixture> {
	const clock = new ManualClock(START);
	const options: StoreOptions = { ...target, clock };
	const another = async () => {
		const store = await openStore(options);
		opened.push(store);
		return store;
	};
	return { store: await another(), clock, another, options };
}

async function closeAll(stores: Store[]): Promise<void> {
	for (const store of stores) await store.close().catch(() => {});
	stores.length = 0;
}
