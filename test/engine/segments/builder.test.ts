import { builderToRule, parseRule, type BuilderCondition, type BuilderGroup, type BuilderValue, type Rule } from '../../../engine/segments';

function form(...conditions: BuilderCondition[]): BuilderValue {
	return { groups: [{ conditions }] };
}

const city: BuilderCondition = { type: 'profile', property: 'city', operator: 'equals', value: 'Lyon' };
const isCity: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };

test.each<[string, BuilderCondition, Rule]>([
	['a property', city, isCity],
	['no value', { type: 'profile', property: 'city', operator: 'exists', value: 'left over' }, { profile: 'city', is: 'exists' }],
	['a list', { type: 'profile', property: 'city', operator: 'in', value: 'Lyon, Paris ,' }, { profile: 'city', is: 'in', value: ['Lyon', 'Paris'] }],
	['a list from an expression', { type: 'profile', property: 'n', operator: 'not_in', value: [1, 'x'] }, { profile: 'n', is: 'not_in', value: [1, 'x'] }],
	['a number as text', { type: 'profile', property: 'age', operator: 'at_least', value: ' 18 ' }, { profile: 'age', is: 'at_least', value: 18 }],
	['a number that would lose digits', { type: 'profile', property: 'n', operator: 'at_least', value: '12345678901234567891' }, { profile: 'n', is: 'at_least', value: '12345678901234567891' }],
	['digits where texts are compared', { type: 'profile', property: 'zip', operator: 'equals', value: '007' }, { profile: 'zip', is: 'equals', value: '007' }],
	['a range', { type: 'profile', property: 'age', operator: 'between', value: '18', valueTo: 25 }, { profile: 'age', is: 'between', value: [18, 25] }],
	['a duration', { type: 'profile', property: 'joined', operator: 'in_last', amount: 3, unit: 'weeks' }, { profile: 'joined', is: 'in_last', value: { amount: 3, unit: 'weeks' } }],
	['a place', { type: 'profile', property: 'geo', operator: 'near', place: '48.85, 2.35', metres: 500 }, { profile: 'geo', is: 'near', value: { lat: 48.85, lon: 2.35, metres: 500 } }],
	['a version', { type: 'profile', property: 'app', operator: 'version_less_than', value: ' 2.10 ' }, { profile: 'app', is: 'version_less_than', value: '2.10' }],
	['dates', { type: 'profile', property: 'joined', operator: 'between_dates', value: '2026-01-01T00:00:00', valueTo: '2026-02-01' }, { profile: 'joined', is: 'between_dates', value: ['2026-01-01T00:00:00', '2026-02-01'] }],
	['an event', { type: 'did', event: 'Charged' }, { event: 'Charged', did: true }],
	['no event in a window', { type: 'didNot', event: 'Charged', window: 'last', windowAmount: '30' }, { event: 'Charged', did: false, when: { last: 30, unit: 'days' } }],
	['an event since a date', { type: 'did', event: 'Charged', window: 'since', windowFrom: '2026-01-01', windowTo: 'left over' }, { event: 'Charged', did: true, when: { from: '2026-01-01' } }],
	['an event until a date', { type: 'did', event: 'Charged', window: 'between', windowFrom: '', windowTo: '2026-02-01' }, { event: 'Charged', did: true, when: { to: '2026-02-01' } }],
	['any of several events', { type: 'didAny', event: 'left over', events: ['Viewed', 'Charged'], quantifier: 'count', quantifierValue: 3 }, { event: ['Viewed', 'Charged'], did: true, having: { measure: 'count', is: 'at_least', value: 3 } }],
	['none of several events', { type: 'didNone', events: ['Viewed', 'Charged'] }, { event: ['Viewed', 'Charged'], did: false }],
	[
		'a count with filters',
		{
			type: 'did', event: 'Viewed', window: 'between', windowFrom: '2026-01-01', windowTo: '', quantifier: 'count', quantifierOperator: 'less_than', quantifierValue: '5', includeZero: true,
			filters: [{ property: 'kind', operator: 'equals', value: 'a' }, { property: 'sku', operator: 'exists' }], details: [{ property: 'left over' }],
		},
		{
			event: 'Viewed', did: true, where: [{ property: 'kind', is: 'equals', value: 'a' }, { property: 'sku', is: 'exists' }],
			when: { from: '2026-01-01' }, having: { measure: 'count', is: 'less_than', value: 5, includeZero: true },
		},
	],
	[
		'a sum, with what the form keeps of other choices',
		{ ...city, type: 'did', event: 'Cart', window: 'ever', windowAmount: 3, quantifier: 'sum', quantifierProperty: 'amount', quantifierOperator: 'between', quantifierValue: 1, quantifierValueTo: 2, includeZero: false },
		{ event: 'Cart', did: true, having: { measure: 'sum', property: 'amount', is: 'between', value: [1, 2] } },
	],
	['an average', { type: 'did', event: 'Cart', quantifier: 'average', quantifierProperty: 'amount', quantifierValue: 1, includeZero: true }, { event: 'Cart', did: true, having: { measure: 'average', property: 'amount', is: 'at_least', value: 1, includeZero: true } }],
	['a smallest value', { type: 'did', event: 'Cart', quantifier: 'min', quantifierProperty: 'amount', quantifierValue: 1, includeZero: true }, { event: 'Cart', did: true, having: { measure: 'min', property: 'amount', is: 'at_least', value: 1 } }],
	['a greatest value', { type: 'did', event: 'Cart', quantifier: 'max', quantifierProperty: 'amount', quantifierValue: 1 }, { event: 'Cart', did: true, having: { measure: 'max', property: 'amount', is: 'at_least', value: 1 } }],
	['different values', { type: 'did', event: 'Cart', quantifier: 'distinct', quantifierProperty: 'sku', quantifierValue: 2 }, { event: 'Cart', did: true, having: { measure: 'distinct', property: 'sku', is: 'at_least', value: 2 } }],
	['different days', { type: 'did', event: 'Cart', quantifier: 'distinctDays', quantifierProperty: 'left over', quantifierValue: 2 }, { event: 'Cart', did: true, having: { measure: 'distinctDays', is: 'at_least', value: 2 } }],
	[
		'a first time',
		{ type: 'first', event: 'Charged', window: 'last', windowAmount: 7, filters: [{ property: 'kind', value: 'a' }], details: [{ property: 'amount', operator: 'greater_than', value: '9' }], quantifier: 'count', quantifierValue: 1 },
		{ event: 'Charged', did: true, where: [{ property: 'kind', is: 'equals', value: 'a' }], when: { last: 7, unit: 'days' }, occurrence: 'first', that: [{ property: 'amount', is: 'greater_than', value: 9 }] },
	],
	['a last time', { type: 'last', event: 'Charged', window: 'between', windowTo: '2026-01-01' }, { event: 'Charged', did: true, when: { to: '2026-01-01' }, occurrence: 'last' }],
	['an interest in an hour', { type: 'interest', event: 'Played', interestHour: '18', interestPercent: 20 }, { interest: { event: 'Played', of: 'hourOfDay', is: 'predominantly', value: 18 } }],
	['an interest in a day', { type: 'interest', event: 'Played', interestOf: 'dayOfWeek', interestDay: 7, interestIs: 'at_least', interestPercent: 40, window: 'last', windowAmount: 3, windowUnit: 'months' }, { interest: { event: 'Played', of: 'dayOfWeek', is: 'at_least', percent: 40, value: 7, when: { last: 3, unit: 'months' } } }],
	['an interest in a value', { type: 'interest', event: 'Played', interestOf: 'property', interestProperty: 'genre', interestValue: 'rock' }, { interest: { event: 'Played', of: { property: 'genre' }, is: 'predominantly', value: 'rock' } }],
	['a saved segment', { type: 'inSegment', segment: 'segment_1', list: 'left over' }, { segment: 'segment_1' }],
	['no saved segment', { type: 'notInSegment', segment: 'VIP' }, { not: { segment: 'VIP' } }],
	['a list of people', { type: 'onList', list: 'list_1' }, { list: 'list_1' }],
	['no list of people', { type: 'notOnList', list: 'Spring import' }, { not: { list: 'Spring import' } }],
	['buckets', { type: 'bucket', bucketFrom: 0, bucketTo: '99' }, { bucket: { from: 0, to: 99 } }],
])('%s', (_name, condition, rule) => {
	expect(builderToRule(form(condition))).toEqual({ rule });
	expect(parseRule(JSON.stringify(rule))).toEqual({ rule });
});

describe('groups', () => {
	const charged: BuilderCondition = { type: 'did', event: 'Charged' };
	const isCharged: Rule = { event: 'Charged', did: true };
	const groups: BuilderGroup[] = [{ combine: 'any', conditions: [city, charged] }, { conditions: [charged, city] }, { conditions: [charged] }];
	const rules: Rule[] = [{ any: [isCity, isCharged] }, { all: [isCharged, isCity] }, isCharged];

	test('combine as the form says, and single ones need no group', () => {
		expect(builderToRule({ combine: 'any', groups })).toEqual({ rule: { any: rules } });
		expect(builderToRule({ groups })).toEqual({ rule: { all: rules } });
	});

	test('can take those for whom none of the conditions holds', () => {
		expect(builderToRule({ groups: [{ combine: 'none', conditions: [city, charged] }] })).toEqual({ rule: { not: { any: [isCity, isCharged] } } });
		expect(builderToRule({ groups: [{ combine: 'none', conditions: [city] }] })).toEqual({ rule: { not: isCity } });
	});
});

describe('one value of a property for all conditions of a group', () => {
	const viewed: BuilderCondition = { type: 'did', event: 'Viewed' };
	const notBought: BuilderCondition = { type: 'didNone', events: ['Charged', 'Reserved'] };
	const rules: Rule[] = [{ event: 'Viewed', did: true }, { event: ['Charged', 'Reserved'], did: false }];
	const group: BuilderGroup = { conditions: [viewed, notBought], same: { property: 'sku' } };

	test.each<[string, BuilderGroup, Rule]>([
		['one name of the property', group, { same: { property: 'sku', rule: { all: rules } } }],
		['any condition', { ...group, combine: 'any' }, { same: { property: 'sku', rule: { any: rules } } }],
		['no value for which a condition holds', { ...group, combine: 'none' }, { not: { same: { property: 'sku', rule: { any: rules } } } }],
		[
			'other names on some events',
			{ ...group, same: { property: 'sku', aliases: [{ event: 'charged', property: 'item' }] } },
			{ same: { property: { Viewed: 'sku', Charged: 'item', Reserved: 'sku' }, rule: { all: rules } } },
		],
	])('%s', (_name, value, rule) => {
		expect(builderToRule({ groups: [value] })).toEqual({ rule });
		expect(parseRule(JSON.stringify(rule))).toEqual({ rule });
	});

	test.each<[string, BuilderGroup, string[]]>([
		['no property', { ...group, same: {} }, ['Group 1, same value: Property is not filled in']],
		[
			'conditions on people',
			{ ...group, conditions: [viewed, city, { type: 'bucket', bucketFrom: 0, bucketTo: 9 }] },
			[2, 3].map((number) => `Group 1, condition ${number}: a group with "Same Value Of" takes conditions on events only; move this one to a group of its own`),
		],
		[
			'other names of nothing, without a name, and twice',
			{ ...group, same: { property: 'sku', aliases: [{ event: 'Opened', property: 'x' }, { event: 'Viewed', property: ' ' }, { event: 'VIEWED', property: 'y' }, {}] } },
			[
				'Group 1, same value, other name 1: no condition of this group is on the event "Opened"',
				'Group 1, same value, other name 2: Property is not filled in',
				'Group 1, same value, other name 3: the event "VIEWED" has another name already',
				'Group 1, same value, other name 4: Event is not filled in',
				'Group 1, same value, other name 4: Property is not filled in',
			],
		],
	])('%s is told of', (_name, value, errors) => expect(builderToRule({ groups: [value] })).toEqual({ errors }));
});

test.each<[BuilderValue, string[]]>([
	[{}, ['The segment has no conditions: add one, or use the JSON rule { "all": [] } to mean everyone.']],
	[{ groups: [{}, { conditions: [city] }] }, ['Group 1: has no conditions; add one or remove the group']],
	[{ groups: [{ conditions: [city] }, { conditions: [{ ...city, property: '' }] }] }, ['Group 2, condition 1: Property is not filled in']],
	[form({ ...city, operator: 'resembles' }), [expect.stringMatching(/^Group 1, condition 1: Operator must be one of equals/) as string]],
	[form({ ...city, value: '' }), ['Group 1, condition 1: Value must not be empty: use "Exists" or "Does Not Exist" to ask whether there is a value']],
	[form({ ...city, operator: 'in', value: ' , ' }), ['Group 1, condition 1: Value must name at least one value']],
	[form({ ...city, operator: 'near', place: ', 2', metres: '1' }), ['Group 1, condition 1: Place must be a latitude from -90 to 90']],
	[form({ ...city, operator: 'near', place: '48,85, 2', metres: '1' }), ['Group 1, condition 1: Place must be a longitude from -180 to 180']],
	[form(city, { type: 'did', event: '', window: 'last', windowAmount: '' }), ['Group 1, condition 2: Event is not filled in', 'Group 1, condition 2: Window amount must be a number greater than 0']],
	[form({ type: 'did', event: 'X', window: 'between' }), ['Group 1, condition 1: Window has no dates: fill in one of them, or choose "Ever"']],
	[form({ type: 'did', event: 'X', window: 'since' }), [expect.stringMatching(/^Group 1, condition 1: Window from must be a date/) as string]],
	[form({ type: 'did', event: 'X', quantifier: 'sum', quantifierValue: '' }), ['Group 1, condition 1: Measured property is not filled in', 'Group 1, condition 1: Comparison value must be a number']],
	[form({ ...city, operator: 'between', value: '9', valueTo: '1' }), ['Group 1, condition 1: Value: the first must not be greater than the second']],
	[form({ ...city, operator: 'in_last', amount: '' }), ['Group 1, condition 1: Amount must be a number greater than 0']],
	[form({ type: 'didAny', events: [] }), ['Group 1, condition 1: Event is not filled in: add at least one']],
	[form({ type: 'didNone', events: ['X', 'x '] }), ['Group 1, condition 1, event 2: "x " is named twice']],
	[form({ type: 'didAny', events: ['X', ''] }), ['Group 1, condition 1, event 2: is not filled in']],
	[
		form({ type: 'did', event: 'X', filters: [{ property: 'a', operator: 'exists' }, { property: '', operator: 'at_least', value: 'x' }] }),
		['Group 1, condition 1, filter 2: Property is not filled in', 'Group 1, condition 1, filter 2: Value must be a number'],
	],
	[form({ type: 'last', event: 'X', details: [{ property: 'a', operator: 'at_least', value: 'x' }] }), ['Group 1, condition 1, detail 1: Value must be a number']],
	[form({ type: 'interest', event: '', interestOf: 'property', interestValue: 'x' }), ['Group 1, condition 1: Event is not filled in', 'Group 1, condition 1: Property is not filled in']],
	[form({ type: 'interest', event: 'X', interestIs: 'at_least', interestHour: 1, interestPercent: '' }), ['Group 1, condition 1: Percent must be a number greater than 0, up to 100']],
	[form({ type: 'notInSegment', segment: '' }), ['Group 1, condition 1: Saved segment is not filled in']],
	[form({ type: 'onList', list: '' }), ['Group 1, condition 1: Custom list is not filled in']],
	[form({ type: 'bucket', bucketFrom: 9, bucketTo: 1 }), ['Group 1, condition 1: Buckets: "from" must not be greater than "to"']],
	[form({ type: 'did', event: 'X', quantifier: 'count', quantifierOperator: 'between', quantifierValue: 1 }), ['Group 1, condition 1: Comparison value must be two numbers']],
	[form({ type: 'bucket', bucketFrom: '', bucketTo: 1000 }), ['Group 1, condition 1: From bucket must be a whole number from 0 to 999', 'Group 1, condition 1: To bucket must be a whole number from 0 to 999']],
])('says what is wrong with %j', (value, errors) => expect(builderToRule(value)).toEqual({ errors }));
