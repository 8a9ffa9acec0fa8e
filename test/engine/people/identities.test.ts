import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ingest } from '../../../engine/people/ingest';
import { getPerson, profilesOf, type PersonName } from '../../../engine/people/person';
import type { IngestInput, IngestResult, Profile } from '../../../engine/people/records';
import { openStore } from '../../../engine/store/open';
import { describeDatabases } from '../../support/connections';
import { START } from '../../support/stores';

const MINUTE = 60_000;

describeDatabases('identities', (database) => {
	const take = async (input: IngestInput, now = START): Promise<IngestResult> => await database().call(ingest, input, now);
	const find = async (name: PersonName) => await database().call(getPerson, { name });
	const profile = async (name: PersonName): Promise<Profile> => (await find(name))?.profile as Profile;
	const names = async (name: PersonName) => (await find(name))?.events.map((event) => event.name).sort();
	const event = (who: { user?: string; anonymousId?: string }, name: string) => ({ events: [{ ...who, name }] });
	const living = async () =>
		await database().transact(async (tx) => Number((await tx.get<{ n: number }>('SELECT count(*) AS n FROM person WHERE merged_into IS NULL'))?.n));

	it('an anonymous person who says who they are keeps their number and history', async () => {
		await take(event({ anonymousId: 'dev1' }, 'Viewed'));
		const before = await profile({ anonymousId: 'dev1' });
		expect(before).toMatchObject({ id: 'dev1', anonymousIds: ['dev1'] });
		await take({ profiles: [{ id: 'ada', anonymousId: 'dev1', properties: { city: 'Lyon' } }] });
		const after = await profile({ id: 'ada' });
		expect(after).toMatchObject({ person: before.person, id: 'ada', anonymousIds: ['dev1'], bucketKey: before.bucketKey });
		expect(await names({ id: 'ada' })).toEqual(['Viewed']);
		expect(await living()).toBe(1);
	});

	it('an anonymous person who turns out to be a known one is merged into them', async () => {
		await take({ profiles: [{ id: 'ada', ts: START - 10 * MINUTE, properties: { city: 'Lyon', plan: 'free' }, email: 'old@x.org' }], ...event({ user: 'ada' }, 'Bought') });
		await take({
			profiles: [{ anonymousId: 'dev2', ts: START - 5 * MINUTE, properties: { city: 'Paris', cart: 3 }, email: 'new@x.org', push: [{ token: 't', kind: 'fcm' }], optedOut: { sms: true } }],
			...event({ anonymousId: 'dev2' }, 'Viewed'),
		});
		const [ada, dev] = [await profile({ id: 'ada' }), await profile({ anonymousId: 'dev2' })];
		await take({ profiles: [{ id: 'ada', anonymousId: 'dev2', ts: START - MINUTE, properties: { plan: 'paid' } }] });
		const merged = await profile({ anonymousId: 'dev2' });
		expect(merged).toMatchObject({
			person: ada.person,
			id: 'ada',
			bucketKey: ada.bucketKey,
			properties: { city: 'Paris', plan: 'paid', cart: 3 },
			email: 'new@x.org',
			optedOut: { sms: true },
			push: [{ token: 't' }],
		});
		expect(await names({ id: 'ada' })).toEqual(['Bought', 'Viewed']);
		expect(await database().call(profilesOf, { people: [dev.person, ada.person, 99] })).toEqual([
			{ requested: dev.person, profile: merged },
			{ requested: ada.person, profile: merged },
		]);
		await take({ profiles: [{ id: 'eve', push: [{ token: 't', kind: 'fcm' }] }] });
		expect((await profile({ id: 'ada' })).push).toEqual([]);
	});

	it('a device that somebody else logs in on changes hands; two users are not made one', async () => {
		await take({ profiles: [{ id: 'ada', anonymousId: 'tablet', email: 'ada@x.org' }], ...event({ anonymousId: 'tablet' }, 'By Ada') });
		await take({ profiles: [{ id: 'bob', anonymousId: 'tablet' }], ...event({ anonymousId: 'tablet' }, 'By Bob') });
		expect(await names({ id: 'ada' })).toEqual(['By Ada']);
		expect(await names({ id: 'bob' })).toEqual(['By Bob']);
		expect((await profile({ id: 'bob' })).email).toBeNull();
		expect((await profile({ id: 'ada' })).anonymousIds).toEqual([]);
	});

	it('respects the order of a mixed batch by position', async () => {
		await take({
			profiles: [
				{ id: 'ada', anonymousId: 'tablet', position: 1 },
				{ id: 'bob', anonymousId: 'tablet', position: 3 },
			],
			events: [
				{ anonymousId: 'tablet', name: 'Before', position: 0 },
				{ anonymousId: 'tablet', name: 'As Ada', position: 2 },
				{ anonymousId: 'tablet', name: 'As Bob', position: 4 },
			],
		});
		expect(await names({ id: 'ada' })).toEqual(['As Ada', 'Before']);
		expect(await names({ id: 'bob' })).toEqual(['As Bob']);
		expect(await living()).toBe(2);
	});

	it('an event with both ids links them, too', async () => {
		await take(event({ anonymousId: 'dev' }, 'One'));
		await take(event({ user: 'ada', anonymousId: 'dev' }, 'Two'));
		await take(event({ user: 'ada' }, 'Three'));
		expect(await names({ anonymousId: 'dev' })).toEqual(['One', 'Three', 'Two']);
	});

	it('merges within one batch, in a chain, into people the batch created', async () => {
		await take({ profiles: [{ anonymousId: 'a1', properties: { one: 1 } }, { anonymousId: 'a2', properties: { two: 2 } }], ...event({ anonymousId: 'a1' }, 'One') });
		const result = await take({
			profiles: [
				{ id: 'ada', properties: { three: 3 } },
				{ id: 'ada', anonymousId: 'a1' },
				{ id: 'ada', anonymousId: 'a2' },
				{ id: 'grace', properties: { four: 4 } },
			],
			aliases: [{ from: 'ada', to: 'grace' }],
			events: [{ user: 'ada', name: 'Two' }],
		});
		expect(result).toMatchObject({ accepted: 6, refused: [] });
		const grace = await profile({ id: 'grace' });
		expect(grace.properties).toEqual({ one: 1, two: 2, three: 3, four: 4 });
		expect(await profile({ anonymousId: 'a1' })).toEqual(grace);
		expect(await profile({ id: 'ada' })).toEqual(grace);
		expect(await names({ id: 'grace' })).toEqual(['One', 'Two']);
		expect(await living()).toBe(1);
	});

	it('never leaves a redirect to somebody who was merged in turn', async () => {
		await take({ profiles: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
		await take({ aliases: [{ from: 'a', to: 'b' }] });
		await take({ aliases: [{ from: 'b', to: 'c' }] });
		const rows = await database().transact(async (tx) => await tx.all<{ person: number; merged_into: number | null }>('SELECT person, merged_into FROM person ORDER BY person'));
		expect(rows).toEqual([
			{ person: 1, merged_into: 3 },
			{ person: 2, merged_into: 3 },
			{ person: 3, merged_into: null },
		]);
		expect((await profile({ id: 'a' })).id).toBe('c');
	});

	it.each([
		['an unknown previous id is linked', { known: ['ada'], from: 'dev', to: 'ada' }],
		['an unknown id is linked', { known: ['dev'], from: 'dev', to: 'ada' }],
		['two unknown ids make one person', { known: [], from: 'dev', to: 'ada' }],
	])('alias: %s', async (_name, { known, from, to }) => {
		await take({ profiles: known.map((id) => ({ id })) });
		await take({ aliases: [{ from, to }] });
		expect(await living()).toBe(1);
		expect((await profile({ id: to })).person).toBe(1);
		await take({ events: [{ user: from, name: 'x' }, { user: to, name: 'x' }] });
		expect(await names({ id: to })).toEqual(['x', 'x']);
	});

	describe('emails as identities', () => {
		it('are off by default', async () => {
			await take({ profiles: [{ id: 'a', email: 'x@x.org' }, { id: 'b', email: 'x@x.org' }] });
			expect(await living()).toBe(2);
			expect((await take({ profiles: [{ email: 'x@x.org' }] })).refused).toHaveLength(1);
		});

		it('name a person alone, and join somebody without a user id to the known one', async () => {
			const email = (input: IngestInput) => take({ ...input, identifyByEmail: true });
			await email({ profiles: [{ email: 'Ada@x.org', properties: { newsletter: true } }] });
			expect(await profile({ email: 'ada@x.org' })).toMatchObject({ id: 'ada@x.org', email: 'Ada@x.org' });
			await email({ profiles: [{ id: 'ada', email: 'ada@x.org', properties: { city: 'Lyon' } }] });
			expect(await profile({ id: 'ada' })).toMatchObject({ properties: { newsletter: true, city: 'Lyon' } });
			await email({ profiles: [{ anonymousId: 'dev', email: 'ADA@x.org' }] });
			expect((await profile({ anonymousId: 'dev' })).id).toBe('ada');
			expect(await living()).toBe(1);
			await email({ profiles: [{ id: 'other', email: 'ada@x.org' }] });
			expect((await profile({ id: 'other' })).id).toBe('other');
		});
	});

	describe('a public key', () => {
		const publicly = async (input: IngestInput) => await take({ ...input, trust: 'public', protectedProperties: ['credit'], identifyByEmail: true });
		beforeEach(async () => {
			await take({ profiles: [{ id: 'ada', ts: START - MINUTE, email: 'ada@x.org', phone: '+331', properties: { credit: 10, city: 'Lyon' }, push: [{ token: 'hers', kind: 'fcm' }] }] });
		});

		it('may set unprotected properties of a known person, nothing that leads messages elsewhere', async () => {
			const result = await publicly({
				profiles: [{ id: 'ada', properties: { city: 'Paris', credit: 1_000 }, email: 'evil@x.org', phone: '+666', push: [{ token: 'evil', kind: 'fcm' }], optedOut: { sms: true }, change: [{ property: 'credit', increment: 5 }] }],
			});
			expect(result).toMatchObject({ accepted: 1, refused: [] });
			expect(result.withheld[0]?.reason).toMatch(/opt-outs.*"credit".*email.*phone.*push tokens/);
			expect(await profile({ id: 'ada' })).toMatchObject({ properties: { city: 'Paris', credit: 10 }, email: 'ada@x.org', phone: '+331', push: [{ token: 'hers' }], optedOut: {} });
		});

		it('says nothing about values that are stored already', async () => {
			const result = await publicly({ profiles: [{ id: 'ada', email: 'ada@x.org', phone: '+331', push: [{ token: 'hers', kind: 'fcm' }] }] });
			expect(result).toMatchObject({ accepted: 1, withheld: [] });
		});

		it('may say everything about somebody new, but not protected properties or opt-outs', async () => {
			await publicly({ profiles: [{ id: 'new', anonymousId: 'dev', email: 'n@x.org', phone: '+1', properties: { credit: 5, city: 'Rome' }, push: [{ token: 'n', kind: 'apns' }] }] });
			expect(await profile({ id: 'new' })).toMatchObject({ email: 'n@x.org', phone: '+1', properties: { city: 'Rome' }, push: [{ token: 'n' }] });
		});

		it('cannot smuggle addresses into a known person by way of an anonymous one', async () => {
			await publicly({ profiles: [{ anonymousId: 'evil', email: 'evil@x.org', phone: '+666', timezone: 'Asia/Tokyo', properties: { cart: 1 }, push: [{ token: 'evil', kind: 'fcm' }] }] });
			await publicly({ profiles: [{ id: 'ada', anonymousId: 'evil' }] });
			const ada = await profile({ anonymousId: 'evil' });
			expect(ada).toMatchObject({ id: 'ada', email: 'ada@x.org', phone: '+331', properties: { credit: 10, city: 'Lyon', cart: 1 }, push: [{ token: 'hers' }] });
		});

		it('cannot take a token away from a known person', async () => {
			const result = await publicly({ profiles: [{ anonymousId: 'evil', push: [{ token: 'hers', kind: 'fcm' }] }] });
			expect(result.withheld).toHaveLength(1);
			expect((await profile({ id: 'ada' })).push).toHaveLength(1);
		});

		it('does not find people by their email', async () => {
			const result = await publicly({ profiles: [{ email: 'ada@x.org', properties: { city: 'Oslo' } }] });
			expect(result.refused[0]?.reason).toMatch(/neither a user id nor an anonymous id/);
			expect((await profile({ id: 'ada' })).properties.city).toBe('Lyon');
		});

		it.each([
			['two known people', 'ada', 'bob', true],
			['a known person and a new id', 'ada', 'new', true],
			['an anonymous person and a known one', 'dev', 'bob', false],
			['a new id and a known person', 'unseen', 'bob', false],
		])('alias of %s', async (_name, from, to, refused) => {
			await take({ profiles: [{ id: 'bob' }, { anonymousId: 'dev' }] });
			const result = await publicly({ aliases: [{ from, to }] });
			expect(result.refused).toHaveLength(refused ? 1 : 0);
			if (refused) expect(result.refused[0]?.reason).toMatch(/public key/);
			expect((await profile({ id: 'ada' })).id).toBe('ada');
		});

		it('has tighter limits, and cannot forge the engine’s events', async () => {
			const result = await publicly({
				events: [
					{ user: 'x', name: 'Fine', properties: { a: 'x'.repeat(9_000) } },
					{ user: 'x', name: 'notification  SENT' },
					{ user: 'x', name: 'y'.repeat(300) },
				],
			});
			expect(result.refused.map(({ reason }) => reason)).toEqual([expect.stringMatching(/8192/), expect.stringMatching(/only the campaign engine/), expect.stringMatching(/256/)]);
			const many = await publicly({ events: Array.from({ length: 1_200 }, (_, i) => ({ user: 'x', name: `Name ${i}` })) });
			expect(many).toMatchObject({ accepted: 1_000 });
			expect(many.refused).toHaveLength(200);
			expect((await publicly({ events: [{ user: 'x', name: 'name 3' }, { user: 'x', name: 'One more' }] })).refused).toHaveLength(1);
			expect((await take({ events: [{ user: 'x', name: 'One more' }] })).refused).toEqual([]);
		});
	});
});

describe('what the writer remembers of ids', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('is forgotten when another process has made one person of two, or erased one', async () => {
		const options = { path: path.join(folder, 'store.sqlite') };
		const [one, other] = [await openStore(options), await openStore(options)];
		const viewed = async (user: string) => await one.ingest({ events: [{ user, name: 'Viewed' }] });
		const count = async () => (await one.ask('find', { rule: { event: 'Viewed', did: true, having: { measure: 'count', is: 'equals', value: 2 } }, now: Date.now() + 60_000 })).people.length;
		try {
			await viewed('a');
			await viewed('b');
			await other.ingest({ aliases: [{ from: 'a', to: 'b' }] });
			await viewed('a');
			expect((await one.ask('find', { rule: { event: 'Viewed', did: true, having: { measure: 'count', is: 'equals', value: 3 } }, now: Date.now() + 60_000 })).people).toHaveLength(1);
			await other.call('erasePerson', { name: { id: 'b' } });
			await viewed('a');
			await viewed('b');
			expect(await count()).toBe(0);
			expect((await one.ask('find', { rule: { all: [] } })).people).toHaveLength(2);
		} finally {
			await one.close();
			await other.close();
		}
	});

	it('is forgotten with a transaction that failed, and when this process changes it', async () => {
		const store = await openStore({ path: path.join(folder, 'store.sqlite') });
		try {
			await store.ingest({ events: [{ anonymousId: 'x', name: 'Viewed' }, { user: 'a', name: 'Viewed' }] });
			await store.ingest({ events: [{ anonymousId: 'x', name: 'Viewed' }] });
			// The device changes hands twice.
			await store.ingest({ events: [{ user: 'a', anonymousId: 'x', name: 'Viewed' }] });
			await store.ingest({ events: [{ anonymousId: 'x', name: 'Viewed' }] });
			await store.ingest({ events: [{ user: 'b', anonymousId: 'x', name: 'Viewed' }] });
			await store.ingest({ events: [{ anonymousId: 'x', name: 'Viewed' }] });
			const countOf = async (value: number) => (await store.ask('find', { rule: { event: 'Viewed', did: true, having: { measure: 'count', is: 'equals', value } }, now: Date.now() + 60_000 })).people.length;
			expect([await countOf(5), await countOf(2)]).toEqual([1, 1]);
		} finally {
			await store.close();
		}
	});
});
