import { evaluate, memorySource, requireRule, sameValues, type MemoryEvent, type MemoryPerson } from '../../../engine/segments';

/** A Monday, 15:00 in Paris, the day after clocks went back. */
const NOW = Date.UTC(2026, 9, 26, 14);
const DAY = 86_400_000;
const context = { now: NOW, zone: 'Europe/Paris' };

/** "Viewed a 3": the event Viewed of sku a, three days ago. */
function events(...texts: string[]): MemoryEvent[] {
	return texts.map((text) => {
		const [name = '', sku, days = '0'] = text.split(' ');
		return { name, ts: NOW - Number(days) * DAY, properties: sku === '-' ? {} : { sku: sku?.includes(',') ? sku.split(',') : sku } };
	});
}

function repeated(times: number, text: string): string[] {
	return new Array<string>(times).fill(text);
}

async function holds(rule: object, done: MemoryEvent[]): Promise<boolean> {
	return (await evaluate(requireRule(rule), memorySource([{ profile: {}, events: done }]), context)).length === 1;
}

const did = (event: string | string[], rest: object = {}) => ({ event, did: true, ...rest });
const count = (is: string, value: number) => ({ having: { measure: 'count', is, value } });
const lastDays = (last: number) => ({ when: { last, unit: 'days' } });

describe('any of several events', () => {
	const either = ['Viewed', 'liked'];
	test.each<[string, object, string[], boolean]>([
		['one of them is enough', did(either), ['Liked a'], true],
		['others are not', did(either), ['Charged a'], false],
		['they are counted together', did(either, count('equals', 3)), ['Liked a', 'Viewed a', 'Viewed b', 'Charged a'], true],
		['not done means none of them', { ...did(either), did: false }, ['Viewed a'], false],
		['all are filtered', did(either, { where: [{ property: 'sku', is: 'equals', value: 'b' }] }), ['Viewed a', 'Liked c'], false],
		['the first of all', did(either, { occurrence: 'first', that: [{ property: 'sku', is: 'equals', value: 'b' }] }), ['Viewed a 3', 'Liked b 4'], true],
		['of different names at one instant the first named is the first', did(either, { occurrence: 'first', that: [{ property: 'sku', is: 'equals', value: 'a' }] }), ['Liked b 3', 'Viewed a 3'], true],
		['the last of all, which is out of the window', did(either, { occurrence: 'last', when: { to: '2026-10-20' } }), ['Viewed a 9', 'Liked b 1'], false],
	])('%s', async (_name, rule, done, expected) => expect(await holds(rule, events(...done))).toBe(expected));
});

describe('interests', () => {
	const interest = (rest: object) => ({ interest: { event: 'Viewed', of: { property: 'sku' }, is: 'predominantly', value: 'a', ...rest } });
	const share = (percent: number, rest: object = {}) => interest({ is: 'at_least', percent, ...rest });
	test.each<[string, object, string[], boolean]>([
		['most of the events', interest({}), ['Viewed a', 'Viewed a', 'Viewed b'], true],
		['as many as of another', interest({}), ['Viewed a', 'Viewed b'], true],
		['fewer than of another', interest({}), ['Viewed a', 'Viewed b', 'Viewed b'], false],
		['none', interest({}), ['Viewed -', 'Charged a'], false],
		['values of a list count once each', interest({}), ['Viewed a,b,b', 'Viewed b,a'], true],
		['fewer of a list', interest({}), ['Viewed a,b', 'Viewed b,c'], false],
		['in the window', interest(lastDays(2)), ['Viewed a 1', 'Viewed b 3', 'Viewed b 3'], true],
		['not in the window', interest(lastDays(2)), ['Viewed a 3', 'Viewed a 3'], false],
		['exactly the share', share(50), ['Viewed a', 'Viewed b'], true],
		['less than the share', share(51), ['Viewed a', 'Viewed b'], false],
		['a third, precisely', share(33.4), ['Viewed a', 'Viewed b', 'Viewed c'], false],
		['exactly a share that no fraction of two holds', share(64.4), [...repeated(161, 'Viewed a'), ...repeated(89, 'Viewed b')], true],
		['a little more than that', share(64.5), [...repeated(161, 'Viewed a'), ...repeated(89, 'Viewed b')], false],
		['events without the property do not count', share(100), ['Viewed a', 'Viewed -'], true],
		['no events are no share', share(1), ['Viewed -'], false],
		['the hour in the zone', interest({ of: 'hourOfDay', value: 15 }), ['Viewed - 0'], true],
		['summer time, two days before', interest({ of: 'hourOfDay', value: 16 }), ['Viewed - 2'], true],
		['another hour', share(60, { of: 'hourOfDay', value: 15 }), ['Viewed - 0', 'Viewed - 2'], false],
		['Monday is 1', interest({ of: 'dayOfWeek', value: 1 }), ['Viewed - 0', 'Viewed - 7'], true],
		['Sunday is 7', share(50, { of: 'dayOfWeek', value: 7 }), ['Viewed - 1', 'Viewed - 0'], true],
	])('%s', async (_name, rule, done, expected) => expect(await holds(rule, events(...done))).toBe(expected));

	test('values are equal as in conditions', async () => {
		const viewed = (...values: unknown[]) => values.map((sku) => ({ name: 'Viewed', ts: NOW, properties: { sku } }));
		expect(await holds(interest({ value: true }), viewed('TRUE', true, 'no', 'no'))).toBe(true);
		expect(await holds(interest({ value: 7 }), viewed('7', 7, '007', '007'))).toBe(true);
		expect(await holds(interest({ value: '007' }), viewed('7', 7, '007'))).toBe(false);
	});
});

describe('a constant property', () => {
	const same = (rule: object, property: unknown = 'sku') => ({ same: { property, rule } });
	const notCharged = { event: 'Charged', did: false };
	const abandoned = same({ all: [did('Viewed'), notCharged] });
	test.each<[string, object, string[], boolean]>([
		['viewed one, bought another', abandoned, ['Viewed a', 'Charged b'], true],
		['bought what was viewed', abandoned, ['Viewed a', 'Charged a'], false],
		['one of two was not bought', abandoned, ['Viewed a', 'Viewed b', 'Charged a'], true],
		['an event without the property', abandoned, ['Viewed -'], false],
		['values in lists', abandoned, ['Viewed a,b', 'Charged a'], true],
		['counted for each value', same(did('Viewed', count('equals', 2))), ['Viewed a', 'Viewed b', 'Viewed b', 'Viewed c'], true],
		['never so often', same(did('Viewed', count('at_least', 3))), ['Viewed a', 'Viewed b', 'Viewed b', 'Viewed a'], false],
		['a value only of events outside the window is one too', same({ event: 'Viewed', did: false, ...lastDays(2) }), ['Viewed a 3', 'Viewed b 1'], true],
		['but not of the future', same(notCharged), ['Charged a -1'], false],
		['no value, nobody', same(notCharged), [], false],
		['one value for all parts', same({ all: [did('Viewed'), did('Liked')] }), ['Viewed a', 'Liked b'], false],
		['not every part', same({ any: [did('Viewed', count('at_least', 2)), did('Liked')] }), ['Viewed a', 'Liked b'], true],
		['negated inside', same({ all: [did('Viewed'), { not: did('Liked') }] }), ['Viewed a', 'Liked a'], false],
		['negated outside', { not: abandoned }, ['Viewed a', 'Charged a'], true],
		['the first event of the value', same(did('Viewed', { occurrence: 'first', ...lastDays(2) })), ['Viewed a 3', 'Viewed a 1', 'Viewed b 1'], true],
	])('%s', async (_name, rule, done, expected) => {
		expect(await holds(rule, events(...done))).toBe(expected);
		expect(await holds({ all: [rule] }, [...events(...done)].reverse())).toBe(expected);
	});

	test('the property may have another name for each event', async () => {
		const rule = same({ all: [did('Viewed'), notCharged] }, { viewed: 'sku', CHARGED: 'item' });
		const bought = (item: unknown) => ({ name: 'Charged', ts: NOW, properties: { item, sku: 'x' } });
		expect(await holds(rule, [...events('Viewed a'), bought('a')])).toBe(false);
		expect(await holds(rule, [...events('Viewed a'), bought('b')])).toBe(true);
		// Values are the same when they are written alike.
		expect(await holds(rule, [...events('Viewed 7'), bought(7)])).toBe(false);
	});

	test('values for messages are the newest first, at most five, as they were written', async () => {
		const people: MemoryPerson[] = [
			{ profile: {}, events: events('Viewed a 9', 'Viewed b 1', 'Viewed c 5', 'Viewed a 3', 'Charged c 2', 'Charged b -1') },
			{ profile: {}, events: events('Charged a 1') },
			{ profile: {}, events: [1, 2, 3, 4, 5, 6, 7].map((sku) => ({ name: 'Viewed', ts: NOW - sku, properties: { sku } })) },
		];
		const source = memorySource(people);
		const rule = requireRule({ any: [{ not: same(did('Charged')) }, { all: [abandoned] }] });
		expect(await sameValues(source, rule, [0, 1, 2], context)).toEqual(new Map<number, unknown>([[0, ['b', 'a']], [2, [1, 2, 3, 4, 5]]]));
		expect(await sameValues(source, rule, [2, 0], context, { most: 1 })).toEqual(new Map<number, unknown>([[0, ['b']], [2, [1]]]));
		expect(await sameValues(source, requireRule({ not: abandoned }), [0], context)).toBeUndefined();
	});

	test('a value is as new as the events to be done', async () => {
		const rule = requireRule(same({ any: [did('Viewed'), { event: 'Liked', did: false }] }));
		const source = memorySource([{ profile: {}, events: events('Liked c 0', 'Viewed a 2', 'Viewed b 1', 'Liked a 0', 'Charged d 0') }]);
		expect(await sameValues(source, rule, [0], context)).toEqual(new Map([[0, ['b', 'a']]]));
		const undone = requireRule(same({ event: 'Liked', did: false, when: { to: '2020-01-01' } }));
		expect(await sameValues(source, undone, [0], context)).toEqual(new Map([[0, ['a', 'c']]]));
	});
});

test('a saved segment must have been put in its place', async () => {
	const rule = requireRule({ all: [{ profile: 'city', is: 'exists' }, { not: { segment: 'VIP' } }] });
	await expect(evaluate(rule, memorySource([]), context)).rejects.toMatchObject({
		code: 'unresolved_segment',
		message: expect.stringContaining('"VIP"') as string,
	});
});
