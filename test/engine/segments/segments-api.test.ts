import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openStore, segments, type Profile, type Store } from '../../../engine';
import { idPages, profilePages, type Rule } from '../../../engine/segments';
import { describeStores } from '../../support/stores';

const lyon: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };

async function collect<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
	const all: Item[] = [];
	for await (const page of pages) all.push(page);
	return all;
}

describeStores('segments of the library', (fixture) => {
	beforeEach(async () => {
		const { store } = fixture();
		await store.ingest({ profiles: Array.from({ length: 2_100 }, (_, i) => ({ id: `u${i}`, email: i === 0 ? 'a@example.org' : undefined, properties: { city: 'Lyon', age: i } })) });
		await store.ingest({ profiles: [{ id: 'elsewhere', properties: { city: 'Rome' } }] });
	});

	test('profiles come whole, in pages and in the order of ids', async () => {
		const { store } = fixture();
		const pages = await collect<Profile[]>(segments.profiles(store, lyon));
		expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 100]);
		expect(pages[0]?.[0]).toMatchObject({ id: 'u0', email: 'a@example.org', properties: { city: 'Lyon', age: 0 }, anonymousIds: [], push: [], optedOut: {} });
		expect(pages[0]?.[0]).not.toHaveProperty('requested');
		expect(pages.flat().map(({ id }) => id)).toEqual(await collect(segments.find(store, lyon)));
	});

	test('people move to another store by it, as the document on scaling shows', async () => {
		const from = fixture().store;
		const folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
		const to = await openStore({ path: path.join(folder, 'store.sqlite') });
		await from.ingest({
			profiles: [
				{ id: 'ann', anonymousId: 'phone-1', email: 'ann@example.org', timezone: 'Europe/Paris', optedOut: { sms: true, email: false }, push: [{ token: 't', kind: 'fcm', seenAt: 5_000 }], properties: { plan: 'gold' } },
				{ id: 'ann', anonymousId: 'phone-2' },
				{ anonymousId: 'visitor', properties: { city: 'Rome' } },
			],
		});
		const script = readFileSync(path.join(__dirname, '../../../docs/scaling.md'), 'utf8').match(/(for await [^]*?)\n {3}await from\.close/)?.[1] as string;
		const Async = (async () => {}).constructor as new (...names: string[]) => (...values: unknown[]) => Promise<void>;
		await new Async('from', 'to', 'segments', 'console', script)(from, to, segments, { error: (refused: unknown) => { throw new Error(JSON.stringify(refused)); } });
		const known = async (store: Store) => (await collect<Profile[]>(segments.profiles(store, { all: [] }))).flat()
			.map(({ person, bucketKey, createdAt, updatedAt, ...profile }) => profile).sort((a, b) => (a.id < b.id ? -1 : 1));
		expect(await known(to)).toEqual(await known(from));
		await to.close();
		rmSync(folder, { recursive: true });
	});

	test('a moment that names no offset is in UTC, and one that is no time rejects', async () => {
		const { store } = fixture();
		await store.ingest({ events: [{ user: 'u1', name: 'Charged', ts: '2026-01-01T12:00:00Z' }] });
		const lastHour: Rule = { event: 'Charged', did: true, when: { last: 1, unit: 'hours' } };
		expect(await segments.reach(store, lastHour, { now: '2026-01-01T12:30' })).toMatchObject({ qualified: 1 });
		for (const now of ['yesterday', '', Number.NaN]) await expect(segments.reach(store, lastHour, { now })).rejects.toMatchObject({ code: 'invalid_time' });
		await expect(segments.matches(lastHour, { profile: {}, now: '2026-01-01T12:30' as unknown as number, zone: 'UTC' })).rejects.toMatchObject({ code: 'invalid_time' });
	});

	test('a rule with mistakes rejects, from the first page on', async () => {
		await expect(collect(segments.profiles(fixture().store, { any: [] }))).rejects.toMatchObject({ code: 'invalid_rule' });
	});

	test('who was erased or merged since they were found is on no page', async () => {
		const { store } = fixture();
		const { people } = await store.ask('find', { rule: lyon });
		await store.call('erasePerson', { name: { id: 'u1' } });
		await store.ingest({ aliases: [{ from: 'u2', to: 'u3' }] });
		const ids = (await collect(profilePages(store, people))).flat().map(({ id }) => id);
		expect(ids.slice(0, 3)).toEqual(['u0', 'u3', 'u4']);
		expect(new Set(ids).size).toBe(ids.length);
		expect((await collect(idPages(store, people))).flat()).not.toContain('u1');
	});

	test('pages are read beside the writer: they go on while it writes', async () => {
		const { store } = fixture();
		const { people } = await store.ask('find', { rule: lyon });
		let written = 0;
		for await (const page of profilePages(store, people)) {
			await store.ingest({ profiles: [{ id: `new${written++}`, properties: { city: 'Lyon' } }] });
			expect(page.every(({ properties }) => properties.city === 'Lyon')).toBe(true);
		}
		expect(written).toBe(3);
		expect((await segments.reach(store, lyon)).qualified).toBe(2_103);
	});

	test('a breakdown is asked as of a moment', async () => {
		const { store, clock } = fixture();
		await store.ingest({ events: [{ user: 'u5', name: 'Charged', ts: clock.now() }] });
		const charged: Rule = { event: 'Charged', did: true, when: { last: 1, unit: 'days' } };
		expect(await segments.breakdown(store, charged, { property: 'city' })).toEqual({ property: 'city', by: 'value', total: 1, rows: [{ label: 'Lyon', people: 1 }], other: 0, missing: 0 });
		const later = new Date(clock.now() + 2 * 86_400_000).toISOString();
		expect(await segments.breakdown(store, charged, { property: 'city', now: later })).toMatchObject({ total: 0, rows: [] });
	});
});
