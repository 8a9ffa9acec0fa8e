import { builderToRule, parseRule, type BuilderCondition, type BuilderValue } from '../../../engine/segments';

function form(...conditions: BuilderCondition[]): BuilderValue {
	return { groups: { group: [{ conditions: { condition: conditions } }] } };
}

const city: BuilderCondition = { type: 'profile', property: 'city', operator: 'equals', value: 'Lyon' };

test.each<[string, BuilderCondition, unknown]>([
	['a property', city, { profile: 'city', is: 'equals', value: 'Lyon' }],
	['no value', { type: 'profile', property: 'city', operator: 'exists', value: 'left over' }, { profile: 'city', is: 'exists' }],
	['a list', { type: 'profile', property: 'city', operator: 'in', value: 'Lyon, Paris ,' }, { profile: 'city', is: 'in', value: ['Lyon', 'Paris'] }],
	['a list from an expression', { type: 'profile', property: 'n', operator: 'not_in', value: [1, 'x'] }, { profile: 'n', is: 'not_in', value: [1, 'x'] }],
	['a number as text', { type: 'profile', property: 'age', operator: 'at_least', value: ' 18 ' }, { profile: 'age', is: 'at_least', value: '18' }],
	['a range', { type: 'profile', property: 'age', operator: 'between', value: '18', valueTo: 25 }, { profile: 'age', is: 'between', value: ['18', 25] }],
	['a duration', { type: 'profile', property: 'joined', operator: 'in_last', amount: 3, unit: 'weeks' }, { profile: 'joined', is: 'in_last', value: { amount: 3, unit: 'weeks' } }],
	['a place', { type: 'profile', property: 'geo', operator: 'near', latitude: '48.85', longitude: 2.35, metres: 500 }, { profile: 'geo', is: 'near', value: { lat: 48.85, lon: 2.35, metres: 500 } }],
	['dates', { type: 'profile', property: 'joined', operator: 'between_dates', value: '2026-01-01T00:00:00', valueTo: '2026-02-01' }, { profile: 'joined', is: 'between_dates', value: ['2026-01-01T00:00:00', '2026-02-01'] }],
	['an event', { type: 'event', event: 'Charged' }, { event: 'Charged', did: true }],
	['no event in a window', { type: 'event', event: 'Charged', did: 'didNot', window: 'last', windowAmount: '30' }, { event: 'Charged', did: false, when: { last: 30, unit: 'days' } }],
	[
		'a count with filters',
		{
			type: 'event', event: 'Viewed', window: 'between', windowFrom: '2026-01-01', windowTo: '', quantifier: 'count', quantifierOperator: 'less_than', quantifierValue: '5', includeZero: true,
			filters: { filter: [{ property: 'kind', operator: 'equals', value: 'a' }, { property: 'sku', operator: 'exists' }] },
		},
		{
			event: 'Viewed', did: true, where: [{ property: 'kind', is: 'equals', value: 'a' }, { property: 'sku', is: 'exists' }],
			when: { from: '2026-01-01' }, having: { measure: 'count', is: 'less_than', value: 5, includeZero: true },
		},
	],
	[
		'a sum, with what the form keeps of other choices',
		{ ...city, type: 'event', event: 'Cart', window: 'ever', windowAmount: 3, quantifier: 'sum', quantifierProperty: 'amount', quantifierOperator: 'between', quantifierValue: 1, quantifierValueTo: 2, includeZero: false },
		{ event: 'Cart', did: true, having: { measure: 'sum', property: 'amount', is: 'between', value: [1, 2] } },
	],
])('%s', (_name, condition, rule) => {
	expect(builderToRule(form(condition))).toEqual({ rule });
	expect(parseRule(rule)).toEqual({ rule });
});

test('groups combine as the form says, and single ones need no group', () => {
	const [a, b] = [{ profile: 'city', is: 'equals', value: 'Lyon' }, { event: 'Charged', did: true }];
	const charged: BuilderCondition = { type: 'event', event: 'Charged', did: 'did' };
	const groups: BuilderValue = {
		combine: 'any',
		groups: { group: [{ combine: 'any', conditions: { condition: [city, charged] } }, { conditions: { condition: [charged, city] } }, { conditions: { condition: [charged] } }] },
	};
	expect(builderToRule(groups)).toEqual({ rule: { any: [{ any: [a, b] }, { all: [b, a] }, b] } });
	expect(builderToRule({ ...groups, combine: undefined })).toEqual({ rule: { all: [{ any: [a, b] }, { all: [b, a] }, b] } });
});

test.each<[BuilderValue, string[]]>([
	[{}, ['The segment has no conditions: add one, or use the JSON rule { "all": [] } to mean everyone.']],
	[{ groups: { group: [{}, { conditions: { condition: [city] } }] } }, ['Group 1: has no conditions; add one or remove the group']],
	[
		{ groups: { group: [{ conditions: { condition: [city] } }, { conditions: { condition: [{ ...city, property: '' }] } }] } },
		['Group 2, condition 1: Property must be a text that is not empty'],
	],
	[form({ ...city, operator: 'resembles' }), [expect.stringMatching(/^Group 1, condition 1: Operator must be one of equals/) as string]],
	[form({ ...city, value: '' }), ['Group 1, condition 1: Value must not be empty: use exists or not_exists to ask whether there is a value']],
	[form({ ...city, operator: 'in', value: ' , ' }), ['Group 1, condition 1: Value must name at least one value']],
	[form({ ...city, operator: 'near', latitude: '', longitude: '2', metres: '1' }), ['Group 1, condition 1: Value must be a latitude from -90 to 90']],
	[form(city, { type: 'event', event: '', window: 'last', windowAmount: '' }), ['Group 1, condition 2: Event must be a text that is not empty', 'Group 1, condition 2: Window amount must be a number greater than 0']],
	[form({ type: 'event', event: 'X', window: 'between' }), [expect.stringMatching(/^Group 1, condition 1: Window must have/) as string]],
	[form({ type: 'event', event: 'X', quantifier: 'sum', quantifierValue: '' }), ['Group 1, condition 1: Property to add up must be a text that is not empty', 'Group 1, condition 1: Comparison value must be a number']],
	[
		form({ type: 'event', event: 'X', filters: { filter: [{ property: 'a', operator: 'exists' }, { property: '', operator: 'at_least', value: 'x' }] } }),
		['Group 1, condition 1: filter 2: Property must be a text that is not empty', 'Group 1, condition 1: filter 2: Value must be a number'],
	],
])('says what is wrong with %j', (value, errors) => expect(builderToRule(value)).toEqual({ errors }));
