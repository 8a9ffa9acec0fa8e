import { explain, requireRule } from '../../../engine/segments';

const city = { profile: 'city', is: 'equals', value: 'San Francisco' };
const age = { profile: 'age', is: 'at_least', value: 18 };
const charged = { event: 'Charged', did: true };
const cart = {
	event: 'Added to Cart', did: true, when: { last: 30, unit: 'days' },
	having: { measure: 'sum', property: 'amount', is: 'greater_than', value: 200 },
};

test.each<[unknown, string]>([
	[{ all: [] }, 'Everyone'],
	[{ not: { all: [] } }, 'Not (everyone)'],
	[city, 'City is San Francisco'],
	[
		{ all: [city, cart, { ...charged, did: false, when: { last: 30, unit: 'days' } }] },
		'City is San Francisco and sum of amount of Added to Cart in the last 30 days is greater than 200 and has not done Charged in the last 30 days',
	],
	[{ all: [{ any: [city, age] }, { any: [charged] }] }, '(city is San Francisco or age is at least 18) and has done Charged'],
	[{ any: [{ all: [city, age] }, { not: { any: [city, age] } }] }, '(city is San Francisco and age is at least 18) or not (city is San Francisco or age is at least 18)'],
	[{ any: [{ all: [{ any: [city, age] }] }, city] }, '(city is San Francisco or age is at least 18) or city is San Francisco'],
	[
		{ all: [{ ...charged, where: [{ property: 'kind', is: 'in', value: ['a', 'b'] }, { property: 'n', is: 'exists' }] }, city] },
		'(has done Charged where kind is one of a, b and n exists) and city is San Francisco',
	],
	[{ ...charged, when: { from: '2026-01-01', to: '2026-02-01T08:00:00Z' } }, 'Has done Charged between 2026-01-01 00:00 and 2026-02-01T08:00:00Z'],
	[{ ...charged, when: { from: 1_700_000_000 } }, 'Has done Charged since 2023-11-14T22:13:20.000Z'],
	[{ ...charged, when: { to: '2026-01-01' } }, 'Has done Charged until 2026-01-01 00:00'],
	[
		{ event: 'Charged', did: false, having: { measure: 'count', is: 'less_than', value: 5, includeZero: true } },
		'Not (number of Charged is less than 5 (people without any count as 0))',
	],
	[{ ...charged, having: { measure: 'distinctDays', is: 'between', value: [2, 3] }, when: { last: 1, unit: 'weeks' } }, 'Number of different days with Charged in the last 1 week is between 2 and 3'],
	[{ ...charged, having: { measure: 'distinct', property: 'sku', is: 'equals', value: 2 } }, 'Number of different values of sku of Charged is 2'],
	[{ ...charged, having: { measure: 'max', property: 'amount', is: 'at_most', value: 9 } }, 'Greatest amount of Charged is at most 9'],
	[{ ...charged, occurrence: 'first', when: { last: 7, unit: 'days' } }, 'The first Charged ever was in the last 7 days'],
	[
		{ ...charged, did: false, occurrence: 'last', when: { last: 7, unit: 'days' }, that: [{ property: 'amount', is: 'greater_than', value: 5 }] },
		'Not (the last Charged ever was in the last 7 days and has amount is greater than 5)',
	],
	[{ ...charged, occurrence: 'first' }, 'The first Charged ever exists'],
	[{ event: ['Charged', 'Added to Cart', 'Viewed'], did: false }, 'Has not done Charged, Added to Cart or Viewed'],
	[{ event: ['Charged', 'Viewed'], did: true, having: { measure: 'count', is: 'at_least', value: 3 } }, 'Number of Charged or Viewed is at least 3'],
	[{ all: [{ segment: 'VIP' }, { not: { list: 'l1' } }] }, 'Is in the segment "VIP" and not (is on the list "l1")'],
	[{ interest: { event: 'Played', of: { property: 'genre' }, is: 'predominantly', value: 'rock' } }, 'Does Played predominantly with genre rock'],
	[
		{ interest: { event: 'Played', of: 'hourOfDay', is: 'at_least', percent: 40, value: 9, when: { last: 30, unit: 'days' } } },
		'Does Played in the last 30 days at least 40 % of the time between 09:00 and 10:00',
	],
	[{ interest: { event: 'Played', of: 'dayOfWeek', is: 'predominantly', value: 7 } }, 'Does Played predominantly on Sundays'],
	[
		{ all: [city, { same: { property: 'sku', rule: { all: [{ event: 'Viewed', did: true }, { ...charged, did: false }] } } }] },
		'City is San Francisco and (for one and the same sku: has done Viewed and has not done Charged)',
	],
	[{ same: { property: { Viewed: 'sku', Charged: 'item' }, rule: { any: [{ event: ['Viewed', 'Charged'], did: true }] } } }, 'For one and the same sku of Viewed and item of Charged: has done Viewed or Charged'],
	[{ bucket: { from: 0, to: 99 } }, 'Is in buckets 0 to 99 of 0 to 999'],
])('%j', (rule, sentence) => expect(explain(requireRule(rule))).toBe(sentence));

test('segments and lists by name', () => {
	const names = { segmentName: (id: string) => (id === 's1' ? 'Loyal' : undefined), listName: () => 'Spring import' };
	expect(explain(requireRule({ any: [{ segment: 's1' }, { segment: 's2' }, { list: 'l1' }] }), names)).toBe(
		'Is in the segment "Loyal" or is in the segment "s2" or is on the list "Spring import"',
	);
});
