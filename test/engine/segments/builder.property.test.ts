import fc from 'fast-check';

import { builderToRule, OPERATORS, parseRule, UNITS, type BuilderCondition, type BuilderGroup } from '../../../engine/segments';

/*
 * Whatever stands in the form, it makes a rule that the JSON mode takes, too, or errors that say where they are.
 */

const TYPES = ['profile', 'did', 'didNot', 'didAny', 'didNone', 'first', 'last', 'interest', 'inSegment', 'notInSegment', 'onList', 'notOnList', 'bucket', 'unheard of'];
const MEASURES = ['atLeastOnce', 'count', 'sum', 'average', 'min', 'max', 'distinct', 'distinctDays'];
const OPERATOR_NAMES = OPERATORS.map(({ name }) => name as string);

/** Mostly sensible, sometimes what an input can hold by mistake. */
const sometimesOdd = <T>(...sensible: T[]) =>
	fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(...sensible) }, { weight: 1, arbitrary: fc.constantFrom<unknown>('', ' ', null, undefined, 'x', -1, NaN, [], {}, '__proto__') });
const name = sometimesOdd('Charged', 'Viewed', 'charged', 'amount', '__proto__');
const value = sometimesOdd<unknown>('Lyon', '12', 12, '2026-01-01', '2.10', true, 'a, b', [1, 'x']);
const number = sometimesOdd<unknown>(1, '2', 12.5, 999);

const filter = {
	property: name,
	operator: sometimesOdd(...OPERATOR_NAMES),
	value,
	valueTo: sometimesOdd<unknown>('20', 30, '2026-02-01'),
	amount: number,
	unit: sometimesOdd(...UNITS),
	place: sometimesOdd('48.85, 2.35'),
	metres: number,
};
const filters = fc.array(fc.record(filter, { requiredKeys: [] }), { maxLength: 3 });
const condition = fc.record(
	{
		...filter,
		type: fc.constantFrom(...TYPES),
		event: name,
		events: fc.array(name, { maxLength: 3 }),
		filters,
		details: filters,
		window: fc.constantFrom('ever', 'last', 'between', 'since', 'unheard of'),
		windowAmount: number,
		windowUnit: sometimesOdd(...UNITS),
		windowFrom: sometimesOdd('2026-01-01', '2026-01-01T10:00:00'),
		windowTo: sometimesOdd('2026-02-01'),
		quantifier: fc.constantFrom(...MEASURES, 'unheard of'),
		quantifierProperty: name,
		quantifierOperator: sometimesOdd('at_least', 'between', 'equals'),
		quantifierValue: number,
		quantifierValueTo: number,
		includeZero: fc.boolean(),
		interestOf: fc.constantFrom('hourOfDay', 'dayOfWeek', 'property'),
		interestProperty: name,
		interestHour: number,
		interestDay: number,
		interestValue: value,
		interestIs: fc.constantFrom('predominantly', 'at_least'),
		interestPercent: number,
		segment: name,
		list: name,
		bucketFrom: number,
		bucketTo: number,
	},
	{ requiredKeys: [] },
) as unknown as fc.Arbitrary<BuilderCondition>;

const group = fc.record(
	{
		combine: fc.constantFrom('all', 'any', 'none'),
		conditions: fc.array(condition, { maxLength: 3 }),
		same: fc.option(fc.record({ property: name, aliases: fc.array(fc.record({ event: name, property: name }, { requiredKeys: [] }), { maxLength: 2 }) }, { requiredKeys: [] }), { nil: undefined }),
	},
	{ requiredKeys: [] },
) as unknown as fc.Arbitrary<BuilderGroup>;

test('a form makes a rule or says where it is wrong', () => {
	const made = { rules: 0, errors: 0 };
	fc.assert(
		fc.property(fc.constantFrom('all' as const, 'any' as const), fc.array(group, { minLength: 1, maxLength: 3 }), (combine, groups) => {
			const built = builderToRule({ combine, groups });
			if ('rule' in built) {
				made.rules++;
				const again = parseRule(JSON.stringify(built.rule));
				expect(again).toEqual({ rule: JSON.parse(JSON.stringify(built.rule)) });
				expect(built.rule).toEqual(JSON.parse(JSON.stringify(built.rule)));
				return;
			}
			made.errors++;
			for (const error of built.errors) expect(error).toMatch(/^Group [1-3](, (condition|event|filter|detail|same value|other name)( \d+)?)*: \S/);
			expect(built.errors.length).toBeGreaterThan(0);
		}),
		{ numRuns: 2_000, seed: 7 },
	);
	// Both ways have been gone.
	expect(Math.min(made.rules, made.errors)).toBeGreaterThan(50);
});
