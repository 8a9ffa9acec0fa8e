import { segments } from '../../../engine/segments-api';
import type { Rule } from '../../../engine/segments';
import type { EventInput } from '../../../engine/people/records';
import { describeStores, START } from '../../support/stores';

const own = (json: string) => JSON.parse(json) as Record<string, unknown>;
const nested = (levels: number): unknown => (levels === 0 ? 'deep' : { in: nested(levels - 1) });
const EVENT = '🛒 Ünïcode – "quoted" \\ event';

/** What each user's one event holds. */
const CONTENTS: Record<string, Record<string, unknown>> = {
	number: { mixed: 12 },
	text: { mixed: '12' },
	zeros: { mixed: '0012' },
	boolean: { mixed: true },
	list: { mixed: [7, '12', null, ['x']] },
	object: { mixed: { a: { b: 1 } } },
	empty: { mixed: '' },
	none: { mixed: null },
	other: { other: 1 },
	exact: { id: '12345678901234567890', big: 2 ** 53 + 2 },
	close: { id: '12345678901234567891', big: 2 ** 53 },
	proto: own('{"__proto__":"plain","constructor":{"name":"x"},"toString":5}'),
	unicode: { 'naïve 名前 🎉': 'Größe\u0000\u{1F600}‮', '': 'no name' },
	literal: { 'a.b': null, a: { b: 1 } },
	inner: { a: { b: 1 } },
	deep: { top: nested(14) },
	surrogate: { unpaired: own('{"\\ud800":1}') },
};

const CASES: Array<[string, Rule, string[]]> = [
	['a number and its text are equal', where('mixed', 'equals', 12), ['list', 'number', 'text']],
	['the text 0012 is no number when compared', where('mixed', 'equals', '0012'), ['zeros']],
	['but is one when ordered', where('mixed', 'greater_than', 11), ['list', 'number', 'text', 'zeros']],
	['booleans', where('mixed', 'equals', 'TRUE'), ['boolean']],
	['an element of a list inside a list', where('mixed', 'equals', 'x'), ['list']],
	['a path into an object', where('mixed.a.b', 'equals', 1), ['object']],
	['present', where('mixed', 'exists'), ['boolean', 'list', 'number', 'object', 'text', 'zeros']],
	['20 digits', where('id', 'equals', '12345678901234567890'), ['exact']],
	['20 digits written as a number', where('id', 'equals', '12345678901234567891'), ['close']],
	['beyond 2^53', where('big', 'greater_than', 2 ** 53), ['exact']],
	['__proto__ is a property like any other', where('__proto__', 'equals', 'plain'), ['proto']],
	['what objects have by nature is none', where('valueOf', 'exists'), []],
	['constructor', where('constructor.name', 'equals', 'x'), ['proto']],
	['any name and any text', where('naïve 名前 🎉', 'contains', '\u{1F600}'), ['unicode']],
	['a literal name hides the path', where('a.b', 'exists'), ['inner']],
	['deep inside', where(`top${'.in'.repeat(14)}`, 'equals', 'deep'), ['deep']],
	['a name that no store can hold', where('a\0b', 'exists'), []],
	['half a character in a name', where('\ud800', 'exists'), []],
	['half a character further down', where('unpaired.\ud800', 'exists'), ['surrogate']],
	['missing', where('mixed', 'not_exists'), ['close', 'deep', 'empty', 'exact', 'inner', 'literal', 'none', 'other', 'proto', 'surrogate', 'unicode']],
];

function where(property: string, is: string, value?: unknown): Rule {
	return { event: EVENT, did: true, where: [{ property, is, ...(value !== undefined && { value }) }] } as Rule;
}

describeStores('contents of any kind', (fixture) => {
	const idsOf = async (rule: Rule) => {
		const ids: string[] = [];
		for await (const id of segments.find(fixture().store, rule)) ids.push(id);
		return ids.sort();
	};
	const inBothForms = async (check: () => Promise<void>) => {
		await check();
		await fixture().store.bringUpToDate();
		await check();
	};

	test('mean the same in rows and in columns', async () => {
		const { store } = fixture();
		const given = Object.entries(CONTENTS).map(([user, properties]): EventInput => {
			const { '': _unnamed, ...rest } = properties;
			return { user, name: EVENT, ts: START - 1_000, properties: user === 'unicode' ? rest : properties };
		});
		expect((await store.ingest({ events: given })).refused).toEqual([]);
		const found = async () => Object.fromEntries(await Promise.all(CASES.map(async ([name, rule]) => [name, await idsOf(rule)])));
		const expected = Object.fromEntries(CASES.map(([name, , users]) => [name, users]));
		await inBothForms(async () => expect(await found()).toEqual(expected));
	});

	test('what cannot be kept is refused with a reason, and nothing else is lost', async () => {
		const { store } = fixture();
		const events: EventInput[] = [
			{ user: 'a', name: 'E', properties: { amount: Number.NaN } },
			{ user: 'b', name: 'E', properties: { amount: 1 } },
			{ user: 'c', name: 'E', properties: { deep: nested(40) } },
			{ user: 'd', name: 'E', properties: { '': 1 } },
		];
		const megabyte = 'x'.repeat(1_000_000);
		const profiles = [{ id: 'large', properties: { a: megabyte.slice(0, 900_000) } }, ...Array.from({ length: 6 }, (_, index) => ({ id: 'large', properties: { [`p${index}`]: megabyte } }))];
		const { refused, accepted } = await store.ingest({ events, profiles });
		expect(refused.map(({ list, index }) => `${list} ${index}`).sort()).toEqual(['events 0', 'events 2', 'events 3', 'profiles 5', 'profiles 6']);
		expect(refused.every(({ reason }) => reason.length > 10)).toBe(true);
		expect(accepted).toBe(events.length + profiles.length - refused.length);
		await inBothForms(async () => {
			expect(await idsOf({ event: 'E', did: true })).toEqual(['b']);
			expect(await idsOf({ profile: 'p3', is: 'exists' })).toEqual(['large']);
			expect(await idsOf({ profile: 'p4', is: 'exists' })).toEqual([]);
		});
	});

	test('ten thousand different properties', async () => {
		const { store } = fixture();
		for (let start = 0; start < 100; start += 20) {
			const events = Array.from({ length: 20 }, (_, index): EventInput => {
				const user = start + index;
				return { user: `u${user}`, name: 'Many', ts: START - 1_000, properties: Object.fromEntries(Array.from({ length: 100 }, (_each, place) => [`p ${user * 100 + place}`, place])) };
			});
			await store.ingest({ events });
			await store.ingest({ profiles: events.map(({ user, properties }) => ({ id: user, properties })) });
		}
		await inBothForms(async () => {
			for (const user of [0, 57, 99]) {
				const property = `p ${user * 100 + 31}`;
				expect(await idsOf({ event: 'Many', did: true, where: [{ property, is: 'equals', value: 31 }] })).toEqual([`u${user}`]);
				expect(await idsOf({ profile: property, is: 'at_least', value: 31 })).toEqual([`u${user}`]);
			}
		});
	});
});
