import { evaluate, memorySource, requireRule, type MemoryEvent, type MemoryPerson } from '../../../engine/segments';

/** 15:00 in Paris, the day after clocks went back. */
const NOW = Date.UTC(2026, 9, 26, 14);
const DAY = 86_400_000;
const context = { now: NOW, zone: 'Europe/Paris' };

const charged = (ts: number, properties: Record<string, unknown> = {}): MemoryEvent => ({ name: 'Charged', ts, properties });
const amounts = (...values: unknown[]) => values.map((amount, index) => charged(NOW - index, amount === undefined ? {} : { amount }));

async function holds(rule: object, events: MemoryEvent[]): Promise<boolean> {
	return (await evaluate(requireRule(rule), memorySource([{ profile: {}, events }]), context)).length === 1;
}

const event = (rest: object) => ({ event: 'charged', did: true, ...rest });
const having = (measure: string, is: string, value: unknown, rest: object = {}) => event({ having: { measure, is, value, ...rest } });
const ofAmount = { property: 'amount' };
const zero = { includeZero: true };

describe('measures', () => {
	test.each<[string, object, MemoryEvent[], boolean]>([
		['nothing done fails any quantity', having('count', 'less_than', 5), [], false],
		['unless zero is included', having('count', 'less_than', 5, zero), [], true],
		['an event after now is none', having('count', 'equals', 0, zero), [charged(NOW + 1)], true],
		['an event at now counts', having('count', 'equals', 1), [charged(NOW)], true],
		['sums of texts and numbers', having('sum', 'equals', 12.5, ofAmount), amounts('10', 2.5, 'x', null, undefined, true), true],
		['a sum of nothing but missing values is 0', having('sum', 'equals', 0, ofAmount), amounts(undefined, 'x'), true],
		['no events: the sum fails', having('sum', 'at_least', -1, ofAmount), [], false],
		['no events, zero included: the sum is 0', having('sum', 'at_least', 0, { ...ofAmount, ...zero }), [], true],
		['lists add up', having('sum', 'equals', 6, ofAmount), amounts([1, '2'], [3]), true],
		['fractions add up as people do', having('sum', 'equals', 3.3, ofAmount), amounts(1.1, 2.2), true],
		['in any order', having('sum', 'equals', 0.6, ofAmount), amounts(1e9, 0.1, -1e9, 0.2, 0.3), true],
		['no more than the limit', having('sum', 'greater_than', 3.3, ofAmount), amounts(1.1, 2.2), false],
		['averages count a missing property as 0', having('average', 'equals', 5, ofAmount), amounts(10, undefined, '5', 'x', 10), true],
		['averages of fractions', having('average', 'equals', 1.1, ofAmount), amounts(1.1, 1.1, 1.1), true],
		['the average of nothing is 0 when zero is included', having('average', 'equals', 0, { ...ofAmount, ...zero }), [], true],
		['the smallest', having('min', 'equals', -2, ofAmount), amounts(7, '-2', undefined), true],
		['the greatest', having('max', 'between', [7, 8], ofAmount), amounts(7, '-2'), true],
		['no smallest of nothing', having('min', 'at_most', 5, { ...ofAmount, ...zero }), [], false],
		['no greatest of missing values', having('max', 'not_equals', 5, ofAmount), amounts(undefined), false],
		['different values', having('distinct', 'equals', 4, ofAmount), amounts(1, '1', '01', 'x', 'X', 'x', null), true],
		['different values of lists', having('distinct', 'equals', 3, ofAmount), amounts([1, 2], [2, 3], {}), true],
		['no value is no different value', having('distinct', 'equals', 0, ofAmount), amounts(null), true],
		['no event, zero included', having('distinct', 'equals', 0, { ...ofAmount, ...zero }), [], true],
		['days of the zone', having('distinctDays', 'equals', 2), ['2026-10-24T21:59:59Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z'].map((ts) => ({ name: 'Charged', ts })), true],
		['days before 1970', having('distinctDays', 'equals', 2), [charged(-1), charged(-40 * DAY), charged(-2)], true],
		['the negation', { ...having('count', 'at_least', 2), did: false }, [charged(NOW)], true],
		['the negation of a quantity that nothing done fails', { ...having('count', 'less_than', 2), did: false }, [], true],
	])('%s', async (_name, rule, events, expected) => expect(await holds(rule, events)).toBe(expected));
});

describe('windows', () => {
	test.each<[object | undefined, number, boolean]>([
		[undefined, 0, true],
		[{ last: 1, unit: 'days' }, NOW - DAY, true],
		[{ last: 1, unit: 'days' }, NOW - DAY - 1, false],
		[{ last: 2, unit: 'months' }, Date.UTC(2026, 7, 26, 13), true],
		[{ last: 2, unit: 'months' }, Date.UTC(2026, 7, 26, 13) - 1, false],
		[{ from: '2026-10-20' }, Date.UTC(2026, 9, 19, 22), true],
		[{ from: '2026-10-20' }, Date.UTC(2026, 9, 19, 22) - 1, false],
		[{ to: '2026-10-20' }, Date.UTC(2026, 9, 19, 22), true],
		[{ to: '2026-10-20' }, Date.UTC(2026, 9, 19, 22) + 1, false],
		[{ to: '2030-01-01' }, NOW + 1, false],
		[{ from: '2030-01-01' }, NOW, false],
	])('%j, event at %i: %p', async (when, ts, expected) => {
		expect(await holds(event(when ? { when } : {}), [charged(ts)])).toBe(expected);
		expect(await holds(event({ ...(when && { when }), did: false }), [charged(ts)])).toBe(!expected);
	});
});

describe('the first and the last event', () => {
	const kind = (value: string) => [{ property: 'kind', is: 'equals', value }];
	const a = (ts: number) => charged(ts, { kind: 'a' });
	const b = (ts: number) => charged(ts, { kind: 'b' });
	const recent = { when: { last: 1, unit: 'days' } };

	test.each<[string, object, MemoryEvent[], boolean]>([
		['the first ever, not the first in the window', { occurrence: 'first', ...recent }, [a(NOW - 2 * DAY), a(NOW)], false],
		['the first lies in the window', { occurrence: 'first', ...recent }, [a(NOW), a(NOW - DAY)], true],
		['the last lies before the window', { occurrence: 'last', when: { to: '2026-10-20' } }, [a(0), a(NOW)], false],
		['the last that exists already', { occurrence: 'last', that: kind('a') }, [b(NOW + 1), a(NOW), b(NOW - 1)], true],
		['the first is as wanted', { occurrence: 'first', that: kind('a') }, [b(5), a(4), b(6)], true],
		['a later one is not the first', { occurrence: 'first', that: kind('a') }, [a(5), b(4)], false],
		['a former candidate does not count', { occurrence: 'last', that: kind('a') }, [a(4), b(5)], false],
		['of those that match where', { occurrence: 'first', where: kind('b'), that: kind('b') }, [a(1), b(2)], true],
		['at one instant the first to arrive is the first', { occurrence: 'first', that: kind('a') }, [a(5), b(5)], true],
		['not the second to arrive', { occurrence: 'first', that: kind('b') }, [a(5), b(5)], false],
		['at one instant the last to arrive is the last', { occurrence: 'last', that: kind('b') }, [a(5), b(5)], true],
		['not the first to arrive', { occurrence: 'last', that: kind('a') }, [a(5), b(5)], false],
		['nothing done has no first', { occurrence: 'first' }, [], false],
	])('%s', async (_name, rest, events, expected) => {
		expect(await holds(event(rest), events)).toBe(expected);
		expect(await holds(event({ ...rest, did: false }), events)).toBe(!expected);
	});
});

test('all conditions of where are about the same event', async () => {
	const where = [{ property: 'kind', is: 'equals', value: 'a' }, { property: 'n', is: 'at_least', value: 2 }];
	expect(await holds(event({ where }), [charged(0, { kind: 'a', n: 1 }), charged(0, { kind: 'b', n: 2 })])).toBe(false);
	expect(await holds(event({ where }), [charged(0, { kind: 'a', n: 2 })])).toBe(true);
});

test('more different values than fit are counted for fewer people at a time', async () => {
	const people: MemoryPerson[] = Array.from({ length: 40 }, (_, index) => ({
		profile: {},
		events: Array.from({ length: index % 5 }, (_each, value) => charged(NOW, { amount: value })),
	}));
	const answer = async (is: string, value: number, pairs: number) => {
		const rule = requireRule(having('distinct', is, value, { ...ofAmount, ...zero }));
		return [...(await evaluate(rule, memorySource(people), context, { pairs }))];
	};
	for (const pairs of [0, 1, 7, 1000]) {
		expect(await answer('equals', 0, pairs)).toEqual(people.flatMap((_, index) => (index % 5 === 0 ? [index] : [])));
		expect(await answer('at_least', 4, pairs)).toEqual(people.flatMap((_, index) => (index % 5 === 4 ? [index] : [])));
	}
});

test('memory stays bounded: people far apart are read in ranges, and events of nobody in question are not looked into', async () => {
	const asked: Array<[number, number]> = [];
	const source = {
		span: () => ({ from: 37, to: 20_000_000 }),
		people: ({ range }: { range: { from: number; to: number } }) => {
			asked.push([range.from, range.to]);
			return [];
		},
		events: () => {
			throw new Error('asked for events of nobody');
		},
	};
	expect(await evaluate(requireRule(event({})), source, context)).toEqual(new Uint32Array(0));
	expect(asked).toHaveLength(5);
	expect(Math.max(...asked.map(([from, to]) => to - from))).toBeLessThanOrEqual(1 << 22);
	expect([asked[0]?.[0], asked[4]?.[1]]).toEqual([32, 20_000_000]);
	asked.length = 0;
	const many = { all: Array.from({ length: 320 }, () => ({ any: [{ profile: 'a', is: 'exists' }, event({})] })) };
	await evaluate(requireRule(many), source, context);
	expect(Math.max(...asked.map(([from, to]) => to - from))).toBeLessThanOrEqual((1 << 22) / 10);
});
