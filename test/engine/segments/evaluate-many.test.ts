import { bucketOf, evaluate, eventKey, requireRule, type Rule } from '../../../engine/segments';
import { columnarSource } from './columnar-source';
import { NOW, ZONE, type RandomPerson } from './populations';
import { matchesReference, type ReferencePerson } from './reference';

/** So many people, events and values that tables grow, counters overflow and chunks are many. */
const PEOPLE = 2_000;
const DAY = 86_400_000;
const NAMES = ['Charged', 'Added to Cart', 'App Launched'];

let seed = 7;
function random(below: number): number {
	seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
	return Math.floor((seed / 2 ** 32) * below);
}

function randomPerson(_: unknown, index: number): RandomPerson {
	// A few people do the same hundreds of times.
	const events = index % 500 === 3 ? 250 + (index % 11) : random(9);
	return {
		bucketKey: random(2 ** 32), email: null, phone: null, timezone: null, optedOut: {}, lists: [], gone: null,
		properties: { city: `city ${random(300)}` },
		events: Array.from({ length: events }, (_each, turn) => ({
			name: index % 500 === 3 ? 'Charged' : (NAMES[random(3)] as string),
			ts: NOW - (90 - ((turn * 11) % 90)) * DAY + random(DAY * 2),
			properties: { sku: random(60), kind: `k${random(5)}`, tags: [`t${random(40)}`, `t${random(3)}`], amount: random(10_000) / 100 },
		})),
	};
}

const people = Array.from({ length: PEOPLE }, randomPerson);
const numbers = people.map((_, index) => index * 3 + (index % 3));
const source = columnarSource(people, numbers, { rows: 1_000, prunes: true, async: false });
const references = people.map((each): ReferencePerson => {
	const events = each.events.map(({ name, ts, properties }) => ({ key: eventKey(name), ts, properties }));
	return { bucket: bucketOf(each.bucketKey), lists: [], fields: {}, properties: each.properties, events };
});

const charged = { event: 'Charged', did: true };
const last = (amount: number) => ({ when: { last: amount, unit: 'days' } });
const having = (measure: string, is: string, value: unknown, rest: object = {}) => ({ having: { measure, is, value, ...rest } });
const same = { property: 'sku', rule: { all: [{ event: 'Added to Cart', did: true }, { ...charged, did: false, ...last(60) }] } };

test.each<[string, object]>([
	['counts around and above 255', { ...charged, ...having('count', 'at_least', 255) }],
	['a count above 255', { ...charged, ...having('count', 'between', [256, 258]) }],
	['few counts', { ...charged, ...having('count', 'between', [2, 254]) }],
	['no count, zero included', { ...charged, ...having('count', 'less_than', 1, { includeZero: true }) }],
	['days of a month, over the end of summer time', { ...charged, ...last(32), ...having('distinctDays', 'at_least', 2) }],
	['days of three months', { ...charged, ...last(90), ...having('distinctDays', 'between', [3, 80]) }],
	['almost all days', { ...charged, ...last(90), ...having('distinctDays', 'greater_than', 80) }],
	['few days, zero included', { ...charged, ...last(20), ...having('distinctDays', 'at_most', 1, { includeZero: true }) }],
	['days ever', { event: NAMES, did: true, ...having('distinctDays', 'at_least', 4) }],
	['few different values', { ...charged, ...having('distinct', 'equals', 3, { property: 'kind' }) }],
	['many different values', { ...charged, ...having('distinct', 'at_least', 4, { property: 'sku' }) }],
	['many different values of lists', { event: NAMES, did: false, ...having('distinct', 'less_than', 9, { property: 'tags' }) }],
	['sums', { event: NAMES, did: true, ...last(45), ...having('sum', 'greater_than', 200, { property: 'amount' }) }],
	['averages', { event: NAMES, did: true, ...having('average', 'between', [40, 60], { property: 'amount' }) }],
	['greatest', { ...charged, ...last(45), ...having('max', 'less_than', 50, { property: 'amount' }) }],
	['predominant', { interest: { event: 'Charged', of: { property: 'sku' }, is: 'predominantly', value: 12 } }],
	['predominant day', { interest: { event: 'Charged', of: 'dayOfWeek', is: 'predominantly', value: 3, ...last(60) } }],
	['constant', { same }],
	['constant of some', { all: [{ profile: 'city', is: 'in', value: ['city 1', 'city 2', 'city 3'] }, { same }] }],
	['first', { ...charged, occurrence: 'first', ...last(85), that: [{ property: 'kind', is: 'equals', value: 'k1' }] }],
	['last', { event: NAMES, did: true, occurrence: 'last', when: { to: '2026-11-10' } }],
])('%s', async (_name, json) => {
	const rule = requireRule(json) as Rule;
	const context = { now: NOW, zone: ZONE };
	const answer = numbers.filter((_number, index) => matchesReference(json, references[index] as ReferencePerson, context));
	expect(answer.length).toBeGreaterThan(0);
	expect(answer.length).toBeLessThan(PEOPLE);
	expect([...(await evaluate(rule, source, context))]).toEqual(answer);
	expect([...(await evaluate(rule, source, context, { people: 2_000, pairs: 900 }))]).toEqual(answer);
});
