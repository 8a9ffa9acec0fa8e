import { ColumnStore } from '../../../engine/columns/column-store';
import { find, matching, reach, unknownNames, type Rule } from '../../../engine/segments';
import type { SqliteConnection } from '../../../engine/store/sqlite/connection';
import { emptyStore, fill } from './fill-store';
import { NOW, ZONE, type RandomPerson } from './populations';

/** Columns of its own for every question: the tests have several stores. */
const at = (now: number) => ({ now, zone: ZONE, get columns() { return new ColumnStore(); } });
const context = at(NOW);
const DAY = 86_400_000;
const everyone: Rule = { all: [] };

const nobody: RandomPerson = { bucketKey: 1, email: null, phone: null, timezone: null, optedOut: {}, properties: {}, events: [], lists: [], gone: null };
const people: RandomPerson[] = [
	{ ...nobody, phone: '+33612345678', email: 'a@x.example', properties: { city: 'Lyon' }, events: [{ name: 'Added to Cart', ts: NOW - 7 * DAY, properties: { amount: 120.1 } }, { name: 'added to cart', ts: NOW, properties: { amount: '79.9' } }] },
	{ ...nobody, phone: '+33612345679', optedOut: { sms: true, email: false }, email: 'b@x.example', properties: { city: 'Lyon' } },
	{ ...nobody, gone: 'erased', phone: '+33612345670', properties: { city: 'Lyon' } },
	nobody,
];
const numbers = [4, 7, 9, 4_000_000];
let store: SqliteConnection;

beforeAll(async () => {
	store = await emptyStore();
	await fill(store, people, numbers);
	await store.write('events', async (tx) => {
		await tx.run(`UPDATE person SET devices = '[{"token":"t","kind":"fcm"}]' WHERE person IN (4, 4000000)`);
		const { name_id: id } = (await tx.get<{ name_id: number }>('SELECT name_id FROM event_name')) as { name_id: number };
		for (const [name_id, name] of [[0, 'city'], [0, 'address'], [id, 'amount'], [id, 'category']] as const) {
			await tx.run(`INSERT INTO property_name (name_id, name, kind) VALUES ($1, $2, 'text')`, [name_id, name]);
		}
	});
});
afterAll(() => store.close());

const ask = async <Output>(question: (tx: Parameters<typeof find>[0]) => Promise<Output>) => await store.read(question);
const cart = (value: number, now = NOW): [Rule, typeof context] => [
	{ event: 'ADDED TO CART', did: true, when: { last: 7, unit: 'days' }, having: { measure: 'sum', property: 'amount', is: 'at_least', value } },
	at(now),
];

test('finds everybody alive, however far apart', async () => {
	expect(await ask(async (tx) => await find(tx, { rule: everyone }, context))).toEqual({ people: Uint32Array.of(4, 7, 4_000_000) });
});

test('people leave a segment when its window slides, at the millisecond', async () => {
	const found = async (value: number, now: number) => [...(await ask(async (tx) => await find(tx, { rule: cart(value)[0] }, at(now)))).people];
	expect(await found(200, NOW)).toEqual([4]);
	expect(await found(200, NOW + 1)).toEqual([]);
	expect(await found(200, NOW - 1)).toEqual([]);
	expect(await found(79.9, NOW + 1)).toEqual([4]);
});

test('matches some people, in any order and however often they are named', async () => {
	const rule: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };
	const some = async (list: number[]) => [...(await ask(async (tx) => await matching(tx, { rule, people: list }, context))).people];
	expect(await some([4_000_000, 9, 7, 7, 5])).toEqual([7]);
	expect(await some([])).toEqual([]);
	expect([...(await ask(async (tx) => await matching(tx, { rule: cart(200)[0], people: [4, 7] }, context))).people]).toEqual([4]);
});

test('reach counts addresses that have not opted out', async () => {
	expect(await ask(async (tx) => await reach(tx, { rule: everyone }, context))).toEqual({ qualified: 3, reachable: { sms: 1, email: 2, push: 2, webhook: 3 } });
	expect(await ask(async (tx) => await reach(tx, { rule: { not: everyone } }, context))).toEqual({ qualified: 0, reachable: { sms: 0, email: 0, push: 0, webhook: 0 } });
});

test('an unusable rule is refused before anything is read', async () => {
	await expect(ask(async (tx) => await find(tx, { rule: { any: [] } }, context))).rejects.toMatchObject({ code: 'invalid_rule' });
});

test('an empty store has no audience', async () => {
	const empty = await emptyStore();
	const found = await empty.read(async (tx) => await reach(tx, { rule: everyone }, context));
	expect(found.qualified).toBe(0);
	empty.close();
});

test('unknown names are warned of, with the nearest known one', async () => {
	const rule: Rule = {
		all: [
			{ profile: 'citty', is: 'exists' },
			{ profile: 'address.street', is: 'exists' },
			{ profile: 'optedOut.sms', is: 'exists' },
			{ not: { event: 'Aded to Cart', did: true } },
			{ event: 'addedtocart', did: true, where: [{ property: 'Amount', is: 'exists' }], having: { measure: 'max', property: 'zzz', is: 'equals', value: 1 } },
			{ event: 'added to cart', did: true, occurrence: 'first', that: [{ property: 'category', is: 'exists' }] },
		],
	};
	expect(await ask(async (tx) => await unknownNames(tx, { rule }))).toEqual({
		warnings: [
			{ path: 'all[0].profile', message: 'no property of people is called "citty" so far; did you mean "city"?' },
			{ path: 'all[3].not.event', message: 'no event is called "Aded to Cart" so far; did you mean "Added to Cart"?' },
			{ path: 'all[4].where[0].property', message: 'no property of addedtocart is called "Amount" so far; did you mean "amount"?' },
			{ path: 'all[4].having.property', message: 'no property of addedtocart is called "zzz" so far' },
		],
	});
});

test('names in lists of events, interests and same values are looked at, too', async () => {
	const rule: Rule = {
		all: [
			{ event: ['Added to Cart', 'Chargd'], did: true, where: [{ property: 'amuont', is: 'exists' }] },
			{ event: ['Added to Cart', 'Added to Cart 2'], did: true },
			{ interest: { event: 'Added to Cart', of: { property: 'catgory' }, is: 'predominantly', value: 'x' } },
			{ same: { property: 'catego', rule: { event: 'Added to Cart', did: true } } },
			{ same: { property: { 'Added to Cart': 'category', Seen: 'kind' }, rule: { event: ['Added to Cart', 'Seen'], did: true } } },
		],
	};
	const { warnings } = await ask(async (tx) => await unknownNames(tx, { rule }));
	expect(warnings.map(({ path }) => path)).toEqual(['all[0].event[1]', 'all[1].event[1]', 'all[2].interest.of.property', 'all[3].same.property', 'all[4].same.rule.event[1]']);
});

test('of several events one has to have the property', async () => {
	const where = [{ property: 'amount', is: 'exists' as const }, { property: 'amuont', is: 'exists' as const }];
	await store.write('events', async (tx) => await tx.run("INSERT INTO event_name (name, match_key) VALUES ('Seen', 'seen')"));
	const { warnings } = await ask(async (tx) => await unknownNames(tx, { rule: { event: ['Added to Cart', 'Seen'], did: true, where } }));
	expect(warnings).toEqual([{ path: 'where[1].property', message: 'no property of Added to Cart or Seen is called "amuont" so far; did you mean "amount"?' }]);
});
