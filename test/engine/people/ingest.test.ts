import { cleanInput } from '../../../engine/people/clean';
import { ingest } from '../../../engine/people/ingest';
import { getPerson, profilesOf, type PersonName } from '../../../engine/people/person';
import { eventNames, eventPropertyNames, propertyNames } from '../../../engine/people/pick-lists';
import type { IngestInput, IngestResult, Profile, StoredEvent } from '../../../engine/people/records';
import { describeDatabases } from '../../support/connections';
import { START } from '../../support/stores';

const MINUTE = 60_000;

describeDatabases('ingest', (database) => {
	const take = async (input: IngestInput, now = START): Promise<IngestResult> => await database().call(ingest, input, now);
	const find = async (name: PersonName): Promise<{ profile: Profile; events: StoredEvent[] }> => {
		const found = await database().call(getPerson, { name });
		if (!found) throw new Error(`Nobody is ${JSON.stringify(name)}`);
		return found;
	};
	const count = async (table: string): Promise<number> =>
		await database().transact(async (tx) => Number((await tx.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))?.n));

	it('creates people with dense numbers and keeps what was said about them', async () => {
		const result = await take({
			profiles: [
				{ id: 'ada', properties: { city: 'Lyon', visits: 3, vip: true, tags: ['a', 'b'] }, email: 'Ada@example.com', phone: '+33 6 12', timezone: 'Europe/Paris' },
				{ id: 'bob' },
			],
			events: [{ user: 'cy', name: 'Charged', ts: START - MINUTE, properties: { amount: 12.5 } }],
		});
		expect(result).toEqual({ accepted: 3, duplicates: 0, refused: [], withheld: [] });
		const { profile } = await find({ id: 'ada' });
		expect(profile).toMatchObject({
			id: 'ada',
			properties: { city: 'Lyon', visits: 3, vip: true, tags: ['a', 'b'] },
			email: 'Ada@example.com',
			phone: '+33 6 12',
			timezone: 'Europe/Paris',
			push: [],
			optedOut: {},
			createdAt: START,
		});
		expect(await find({ email: 'ada@EXAMPLE.com' })).toEqual(await find({ id: 'ada' }));
		const { profile: cy, events } = await find({ id: 'cy' });
		expect(events).toEqual([{ id: expect.any(Number), name: 'Charged', ts: START - MINUTE, properties: { amount: 12.5 } }]);
		expect([profile.person, (await find({ id: 'bob' })).profile.person, cy.person].sort()).toEqual([1, 2, 3]);
	});

	it('uses a number of statements that does not grow with the batch', async () => {
		const statements = async (size: number): Promise<number> => {
			let n = 0;
			const people = Array.from({ length: size }, (_, i) => i);
			await database().transact(async (tx) => {
				const counting = new Proxy(tx, {
					get: (target, key: keyof typeof tx) => {
						const member = target[key];
						if (typeof member !== 'function') return member;
						return async (...args: never[]) => {
							n++;
							return await (member as (...given: never[]) => Promise<unknown>).apply(target, args);
						};
					},
				});
				return await ingest.run(
					counting,
					cleanInput({
						profiles: people.map((i) => ({ id: `${size}-u${i}`, anonymousId: `${size}-a${i}`, properties: { i }, push: [{ token: `${size}-t${i}`, kind: 'fcm' as const }] })),
						events: people.map((i) => ({ user: `${size}-u${i}`, name: `Event ${i % 7}`, messageId: `${size}-m${i}`, properties: { [`p${i % 5}`]: i } })),
					}, START),
					{ now: START, owner: 'test', zone: 'UTC' },
				);
			});
			return n;
		};
		const few = await statements(8);
		expect(await statements(300)).toBeLessThanOrEqual(few);
		expect(few).toBeLessThan(25);
		expect(await count('person')).toBe(308);
		expect(await count('event')).toBe(308);
	});

	it('refuses each record once, also when the transaction had to be repeated', async () => {
		const prepared = cleanInput({
			trust: 'public',
			profiles: [{ id: 'ada' }, { id: 'bob' }],
			aliases: [{ from: 'ada', to: 'bob' }],
			events: [{ user: 'ada', name: '' }],
		}, START);
		const attempt = async (fail: boolean): Promise<IngestResult> =>
			await database().transact(async (tx) => {
				const result = await ingest.run(tx, prepared, { now: START, owner: 'test', zone: 'UTC' });
				if (fail) throw new Error('given up');
				return result;
			});
		await expect(attempt(true)).rejects.toThrow('given up');
		const { accepted, refused } = await attempt(false);
		expect(accepted).toBe(2);
		expect(refused.map(({ list }) => list).sort()).toEqual(['aliases', 'events']);
	});

	it('takes each message id once: in one batch, in the next, and for every kind of record', async () => {
		const input: IngestInput = {
			profiles: [{ id: 'ada', messageId: 'p1', change: [{ property: 'points', increment: 5 }] }],
			events: [
				{ user: 'ada', name: 'Viewed', messageId: 'm1' },
				{ user: 'ada', name: 'Viewed', messageId: 'm1' },
				{ user: 'ada', name: 'Viewed', messageId: 'm2' },
				{ user: 'ada', name: 'Viewed' },
			],
		};
		expect(await take(input)).toMatchObject({ accepted: 4, duplicates: 1 });
		expect(await take(input)).toMatchObject({ accepted: 1, duplicates: 4 });
		const { profile, events } = await find({ id: 'ada' });
		expect(profile.properties).toEqual({ points: 5 });
		expect(events).toHaveLength(4);
	});

	it('lets a refused record be corrected under its message id', async () => {
		const alias = { messageId: 'x', from: 'mallory', to: 'ada' };
		await take({ profiles: [{ id: 'ada' }, { id: 'mallory' }] });
		expect(await take({ aliases: [alias], trust: 'public' })).toMatchObject({ accepted: 0, refused: [{ list: 'aliases', index: 0 }] });
		expect(await take({ aliases: [alias] })).toMatchObject({ accepted: 1, duplicates: 0 });
	});

	it('interns event names without regard to case and spaces, and collects names for pick lists', async () => {
		await take({
			profiles: [{ id: 'a', properties: { city: 'Lyon', age: 3 } }],
			events: [
				{ user: 'a', name: 'Added To Cart', properties: { sku: 'x', price: 1 } },
				{ user: 'a', name: 'addedtocart', properties: { price: 2, gift: true } },
				{ user: 'a', name: 'Charged', properties: { Items: [{ sku: 1 }], Amount: 2 } },
			],
		});
		expect(await database().call(eventNames, undefined)).toEqual(['Added To Cart', 'Charged']);
		expect(await database().call(propertyNames, { event: 'ADDED to cart' })).toEqual([
			{ name: 'gift', kind: 'boolean' },
			{ name: 'price', kind: 'number' },
			{ name: 'sku', kind: 'text' },
		]);
		expect(await database().call(propertyNames, {})).toEqual([
			{ name: 'age', kind: 'number' },
			{ name: 'city', kind: 'text' },
		]);
		expect(await database().call(propertyNames, { event: 'Never seen' })).toEqual([]);
		expect((await database().call(eventPropertyNames, undefined)).map(({ name }) => name)).toEqual(['Amount', 'gift', 'Items', 'price', 'sku']);
		const names = (await find({ id: 'a' })).events.map((event) => event.name);
		expect(names.sort()).toEqual(['Added To Cart', 'Added To Cart', 'Charged']);
	});

	describe('newer statements win', () => {
		it.each([
			['arriving in order', [10, 20], 'second'],
			['arriving out of order', [20, 10], 'first'],
			['of the same moment: the later arrival', [20, 20], 'second'],
		])('%s', async (_name, [first, second], winner) => {
			const say = (value: string, minutes: number) => ({
				profiles: [{ id: 'a', ts: START - 60 * MINUTE + minutes * MINUTE, properties: { city: value, [`only ${value}`]: 1 }, email: `${value}@x.org`, optedOut: { sms: value === 'second' } }],
			});
			await take(say('first', first as number));
			await take(say('second', second as number));
			const { profile } = await find({ id: 'a' });
			expect(profile.properties).toEqual({ city: winner, 'only first': 1, 'only second': 1 });
			expect(profile.email).toBe(`${winner}@x.org`);
			expect(profile.optedOut).toEqual({ sms: winner === 'second' });
		});

		it('keeps the time of each property through any sequence, and a removed one removed', async () => {
			const at = (minute: number) => START - 100 * MINUTE + minute * MINUTE;
			await take({ profiles: [{ id: 'a', ts: at(10), properties: { a: 1, b: 1, c: 1 } }] });
			await take({ profiles: [{ id: 'a', ts: at(30), properties: { a: 3, c: null } }] });
			await take({ profiles: [{ id: 'a', ts: at(20), properties: { a: 2, b: 2, c: 2, d: 2 } }] });
			await take({ profiles: [{ id: 'a', ts: at(15), properties: { b: 15, d: 15 } }] });
			expect((await find({ id: 'a' })).profile.properties).toEqual({ a: 3, b: 2, d: 2 });
			await take({ profiles: [{ id: 'a', ts: at(40), properties: { c: 4 }, timezone: 'Asia/Tokyo' }] });
			await take({ profiles: [{ id: 'a', ts: at(35), timezone: 'Europe/Paris', email: null }] });
			expect((await find({ id: 'a' })).profile).toMatchObject({ properties: { a: 3, b: 2, c: 4, d: 2 }, timezone: 'Asia/Tokyo', email: null });
		});

		it('costs a row whose values were said at one moment one number', async () => {
			await take({ profiles: [{ id: 'a', properties: { a: 1, b: 2, c: 3, d: 4 }, email: 'a@x.org' }] });
			const row = await database().transact(async (tx) => await tx.get<{ property_times: string }>('SELECT property_times FROM person'));
			expect(row?.property_times).toBe(`{"d":${START}}`);
		});
	});

	it('applies increments and multi-value operators after properties', async () => {
		const change = async (...changes: NonNullable<NonNullable<IngestInput['profiles']>[number]['change']>) =>
			await take({ profiles: [{ id: 'a', change: changes }] });
		await take({ profiles: [{ id: 'a', properties: { points: 10, text: '4', tags: 'one' } }] });
		await change({ property: 'points', increment: 5 }, { property: 'text', increment: -1 }, { property: 'new', increment: 2 });
		await change({ property: 'tags', add: ['two', 'one', 'two'] }, { property: 'fresh', add: ['x'] });
		await change({ property: 'tags', remove: ['one', 'nine'] });
		expect((await find({ id: 'a' })).profile.properties).toEqual({ points: 15, text: 3, new: 2, tags: ['two'], fresh: ['x'] });
	});

	it('gives a push token to one person only, the last to register it', async () => {
		await take({ profiles: [{ id: 'a', push: [{ token: 't', kind: 'fcm' }, { token: 'own', kind: 'apns' }] }] });
		await take({ profiles: [{ id: 'b', push: [{ token: 't', kind: 'fcm' }] }] }, START + MINUTE);
		expect((await find({ id: 'a' })).profile.push).toEqual([{ token: 'own', kind: 'apns', seenAt: START }]);
		expect((await find({ id: 'b' })).profile.push).toEqual([{ token: 't', kind: 'fcm', seenAt: START + MINUTE }]);
		await take({ profiles: [{ id: 'c', push: [{ token: 't', kind: 'fcm' }] }, { id: 'd', push: [{ token: 't', kind: 'fcm' }] }] });
		expect((await find({ id: 'b' })).profile.push).toEqual([]);
		expect((await find({ id: 'c' })).profile.push).toEqual([]);
		expect((await find({ id: 'd' })).profile.push).toHaveLength(1);
	});

	describe('more push tokens than a person may have', () => {
		const devices = (from: number, count: number) => Array.from({ length: count }, (_, index) => ({ token: `t${from + index}`, kind: 'fcm' as const, seenAt: START - MINUTE + from + index }));
		const tokens = async (name: PersonName) => (await find(name)).profile.push.map(({ token }) => token).sort();
		const owners = async () => (await database().transact(async (tx) => await tx.all<{ token: string; person: number }>('SELECT token, person FROM device_owner ORDER BY token'))).map(({ token, person }) => `${token} ${person}`);
		const named = (from: number, count: number) => devices(from, count).map(({ token }) => token).sort();

		it('twenty are kept, of which there are no more', async () => {
			await take({ profiles: [{ id: 'a', push: devices(10, 20) }] });
			expect(await tokens({ id: 'a' })).toEqual(named(10, 20));
		});

		it.each<[string, IngestInput[]]>([
			['at once', [{ profiles: [{ id: 'a', push: devices(10, 25) }] }]],
			['in whatever order', [{ profiles: [{ id: 'a', push: devices(10, 25).reverse() }] }]],
			['one after the other', [{ profiles: [{ id: 'a', push: devices(10, 15) }] }, { profiles: [{ id: 'a', push: devices(25, 10) }] }]],
			['the older ones later', [{ profiles: [{ id: 'a', push: devices(15, 20) }] }, { profiles: [{ id: 'a', push: devices(10, 5) }] }]],
			['by a merge', [{ profiles: [{ id: 'b', push: devices(10, 15) }, { id: 'a', push: devices(25, 10) }] }, { aliases: [{ from: 'b', to: 'a' }] }]],
			['by a merge of people met just now', [{ profiles: [{ id: 'b', push: devices(10, 15) }, { id: 'a', push: devices(25, 10) }], aliases: [{ from: 'b', to: 'a' }] }]],
		])('the twenty seen last stay, the others are nobody\'s: %s', async (_name, inputs) => {
			for (const input of inputs) await take(input);
			const { person } = (await find({ id: 'a' })).profile;
			expect(await tokens({ id: 'a' })).toEqual(named(15, 20));
			expect(await owners()).toEqual(named(15, 20).map((token) => `${token} ${person}`));
		});

		it('one that has fallen out may come back, or become another person\'s', async () => {
			await take({ profiles: [{ id: 'a', push: devices(10, 22) }] });
			await take({ profiles: [{ id: 'a', push: [{ token: 't10', kind: 'fcm', seenAt: START }] }, { id: 'b', push: [{ token: 't11', kind: 'fcm', seenAt: START }] }] });
			expect(await tokens({ id: 'a' })).toEqual(['t10', ...named(13, 19)].sort());
			expect(await tokens({ id: 'b' })).toEqual(['t11']);
			expect(await owners()).toHaveLength(21);
		});
	});

	describe('bad records', () => {
		const deep = JSON.parse('{"a":'.repeat(20) + '1' + '}'.repeat(20)) as object;
		it.each<[string, IngestInput, RegExp]>([
			['nobody', { events: [{ name: 'x' }] }, /neither a user id nor an anonymous id/],
			['no event name', { events: [{ user: 'a', name: ' ' }] }, /event name is empty/],
			['no name at all', { events: [{ user: 'a' } as never] }, /event name is not a text/],
			['an unreadable time', { events: [{ user: 'a', name: 'x', ts: 'yesterday' }] }, /time "yesterday" cannot be read/],
			['a time before 1970', { events: [{ user: 'a', name: 'x', ts: -1 }] }, /cannot be read/],
			['a zone that is none', { profiles: [{ id: 'a', timezone: 'Mars/Olympus' }] }, /time zone "Mars\/Olympus"/],
			['NaN', { events: [{ user: 'a', name: 'x', properties: { n: Number.NaN } }] }, /"n" is not a finite number/],
			['infinity inside', { events: [{ user: 'a', name: 'x', properties: { n: [{ deep: Infinity }] } }] }, /"n" is not a finite number/],
			['an inexact id', { events: [{ user: 12345678901234567890 as never, name: 'x' }] }, /send it as text/],
			['NUL in an id', { events: [{ user: 'a\0b', name: 'x' }] }, /NUL/],
			['NUL in a property name', { profiles: [{ id: 'a', properties: { 'x\0': 1 } }] }, /NUL/],
			['a broken surrogate in an event name', { events: [{ user: 'a', name: 'x\ud800' }] }, /broken Unicode/],
			['a deep value', { events: [{ user: 'a', name: 'x', properties: { deep } }] }, /deeper than 16/],
			['properties that are a list', { events: [{ user: 'a', name: 'x', properties: [1] as never }] }, /not an object/],
			['a long name', { events: [{ user: 'a', name: 'x'.repeat(600) }] }, /longer than 512/],
			['an unknown channel', { profiles: [{ id: 'a', optedOut: { pigeon: true } as never }] }, /unknown channel "pigeon"/],
			['an opt-out that is no boolean', { profiles: [{ id: 'a', optedOut: { sms: 'yes' } as never }] }, /neither true nor false/],
			['a token of an unknown kind', { profiles: [{ id: 'a', push: [{ token: 't', kind: 'mpns' as never }] }] }, /unknown kind/],
			['web push without keys', { profiles: [{ id: 'a', push: [{ token: 't', kind: 'webpush' }] }] }, /lacks its keys/],
			['a record that is none', { profiles: ['a' as never] }, /not an object/],
		])('%s is refused with a reason, the others are taken', async (_name, input, reason) => {
			const given: IngestInput = {
				profiles: input.profiles ? [{ id: 'good' }, ...input.profiles] : undefined,
				events: [{ user: 'good', name: 'Fine' }, ...(input.events ?? [])],
			};
			const result = await take(given);
			expect(result.refused).toEqual([{ list: input.events ? 'events' : 'profiles', index: 1, reason: expect.stringMatching(reason) }]);
			expect(result.accepted).toBe(input.events ? 1 : 2);
			expect((await find({ id: 'good' })).events).toHaveLength(1);
			expect(await count('person')).toBe(1);
		});

		it('are named by the position they came from', async () => {
			const result = await take({ events: [{ user: 'a', name: '', position: 7 }], profiles: [{ id: '', position: 4 }] });
			expect(result.refused.map(({ position }) => position)).toEqual([4, 7]);
		});

		it('a person of more than 5 MB is refused, and stays as they were', async () => {
			const blob = (mb: number) => Object.fromEntries(Array.from({ length: mb }, (_, i) => [`b${i}`, 'x'.repeat(1000 * 1000)]));
			for (const n of [1, 2, 3, 4, 5]) expect((await take({ profiles: [{ id: 'a', properties: { [`f${n}`]: 'x'.repeat(1_000_000) } }] })).refused).toEqual([]);
			const result = await take({ profiles: [{ id: 'a', properties: { f6: 'x'.repeat(600_000) }, email: 'new@x.org' }] });
			expect(result).toMatchObject({ accepted: 0, refused: [{ list: 'profiles', index: 0, reason: expect.stringMatching(/5 MB/) }] });
			const { profile } = await find({ id: 'a' });
			expect(Object.keys(profile.properties)).toEqual(['f1', 'f2', 'f3', 'f4', 'f5']);
			expect(profile.email).toBeNull();
			expect((await take({ profiles: [{ id: 'a', properties: { f6: 'small' } }] })).refused).toEqual([]);
			expect((await take({ profiles: [{ id: 'b', properties: blob(6) }] })).refused[0]?.reason).toMatch(/larger than 1024 KB/);
		});
	});

	it('keeps unusual data exactly: __proto__, NUL in values, large integers as text, dates', async () => {
		const properties = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"nul":"a\\u0000b","big":"12345678901234567890","half":"\\ud800"}') as Record<string, unknown>;
		await take({ profiles: [{ id: '__proto__', properties: { ...properties, when: new Date(START) } }], events: [{ user: '__proto__', name: 'constructor', properties }] });
		const { profile, events } = await find({ id: '__proto__' });
		expect(JSON.parse(JSON.stringify(profile.properties))).toEqual(JSON.parse(JSON.stringify({ ...properties, when: '2026-03-02T12:00:00.000Z' })));
		expect(JSON.stringify(events[0]?.properties)).toBe(JSON.stringify(properties));
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});

	it.each([
		['four minutes ahead', 4 * MINUTE, 4 * MINUTE],
		['six minutes ahead', 6 * MINUTE, 0],
		['long ago', -400 * 24 * 60 * MINUTE, -400 * 24 * 60 * MINUTE],
	])('an event %s is stored at the right time', async (_name, offset, expected) => {
		await take({ events: [{ user: 'a', name: 'x', ts: new Date(START + offset).toISOString() }] });
		expect((await find({ id: 'a' })).events[0]?.ts).toBe(START + expected);
	});

	it('marks imported history', async () => {
		await take({ events: [{ user: 'a', name: 'x' }], historical: true });
		await take({ events: [{ user: 'a', name: 'x' }] });
		const rows = await database().transact(async (tx) => await tx.all<{ historical: number }>('SELECT historical FROM event ORDER BY id'));
		expect(rows.map((row) => row.historical)).toEqual([1, 0]);
	});

	it('creates nobody twice when two batches name the same new people at once', async () => {
		const people = Array.from({ length: 50 }, (_, i) => ({ id: `u${i}` }));
		const results = await Promise.all(
			(database().kind === 'postgres' ? [1, 2, 3, 4] : [1]).map(async (n) => await take({ profiles: people, events: people.map(({ id }) => ({ user: id, name: 'x', messageId: `${id}` })), historical: n > 1 })),
		);
		expect(await count('person')).toBe(50);
		expect(await count('event')).toBe(50);
		expect(results.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe((results.length - 1) * 50);
		const profiles = await database().call(profilesOf, { people: Array.from({ length: 60 }, (_, i) => i + 1) });
		expect(profiles).toHaveLength(50);
	});
});
