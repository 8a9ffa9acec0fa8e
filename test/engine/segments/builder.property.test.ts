import fc from 'fast-check';

import { builderToRule, OPERATORS, parseRule, UNITS, type BuilderValue, type ConditionType, type ValueKindName } from '../../../engine/segments';

/*
 * Whatever stands in the form, it makes a rule that the JSON mode takes, too, or errors that say where they are.
 */

const PEOPLE_TYPES: ConditionType[] = ['profile', 'interest', 'inSegment', 'notInSegment', 'onList', 'notOnList', 'bucket'];
const EVENT_TYPES: ConditionType[] = ['did', 'didNot', 'didAny', 'didNone', 'first', 'last'];
const MEASURES = ['atLeastOnce', 'count', 'sum', 'average', 'min', 'max', 'distinct', 'distinctDays'];

/** What an operator can do with each kind of value. */
const INPUTS: Record<ValueKindName, object> = {
	none: {},
	scalar: { value: 'Lyon' },
	text: { value: 'Ly' },
	list: { value: 'Lyon, Paris' },
	number: { value: '12.5' },
	numberRange: { value: '12', valueTo: 30 },
	date: { value: '2026-01-01' },
	dateRange: { value: '2026-01-01', valueTo: '2026-02-01T00:00:00' },
	duration: { amount: 3, unit: 'weeks' },
	place: { place: '48.85, 2.35', metres: 500 },
	version: { value: '2.10' },
};
/** What an input can hold by mistake, or because n8n left it empty. */
const ODD = ['', ' ', null, undefined, 'x', -1, NaN, [], {}, '__proto__', 1_000, true];

/** @param slips of ten inputs of the form, how many are wrong */
function forms(slips: number): fc.Arbitrary<BuilderValue> {
	const one = <T>(...sensible: T[]) =>
		fc.oneof({ weight: 10 - slips, arbitrary: fc.constantFrom<unknown>(...sensible) }, { weight: slips, arbitrary: fc.constantFrom<unknown>(...ODD) });
	/** Fields of names hold texts, whatever they are. */
	const name = (...names: string[]) =>
		fc.oneof({ weight: 10 - slips, arbitrary: fc.constantFrom(...names) }, { weight: slips, arbitrary: fc.constantFrom('', ' ', '__proto__', 'constructor') });
	const event = name('Charged', 'Viewed', 'Added to Cart');
	const property = name('amount', 'sku', 'a.b');
	const comparison = fc
		.tuple(fc.constantFrom(...OPERATORS), one('operator'), fc.dictionary(fc.constantFrom('value', 'valueTo', 'amount', 'unit', 'place', 'metres'), fc.constantFrom<unknown>(...ODD), { maxKeys: slips }))
		.map(([{ name: is, value }, operator, wrong]) => ({ operator: operator === 'operator' ? is : operator, ...INPUTS[value], ...wrong }));
	const filter = fc.tuple(property, comparison).map(([named, compared]) => ({ property: named, ...compared }));
	const filters = fc.array(filter, { maxLength: 2 });
	const condition = (types: ConditionType[]) =>
		fc
			.record({
				type: fc.constantFrom(...types),
				event,
				events: fc.uniqueArray(event, { minLength: slips > 0 ? 0 : 1, maxLength: 3 }),
				filters,
				details: filters,
				window: fc.constantFrom('ever', 'last', 'between', 'since'),
				windowAmount: one<unknown>(30, '7'),
				windowUnit: one(...UNITS),
				windowFrom: one('2026-01-01', '2026-01-01T10:00:00'),
				windowTo: one('2026-02-01'),
				quantifier: fc.constantFrom(...MEASURES),
				quantifierProperty: property,
				quantifierOperator: one('at_least', 'between', 'equals'),
				quantifierValue: one<unknown>(1, '2.5'),
				quantifierValueTo: one<unknown>(5, '7'),
				includeZero: fc.boolean(),
				interestOf: fc.constantFrom('hourOfDay', 'dayOfWeek', 'property'),
				interestProperty: property,
				interestHour: one<unknown>(0, '23'),
				interestDay: one<unknown>(1, '7'),
				interestValue: one<unknown>('rock', 12, true),
				interestIs: fc.constantFrom('predominantly', 'at_least'),
				interestPercent: one<unknown>(40, '100'),
				segment: name('VIP'),
				list: name('list_1'),
				bucketFrom: one<unknown>(0, '10'),
				bucketTo: one<unknown>(99, '999'),
			})
			.chain((fields) => filter.map((compared) => ({ ...fields, ...compared })));
	const alias = fc.record({ event, property });
	const group = fc.oneof(
		fc.record({ combine: fc.constantFrom('all', 'any', 'none'), conditions: fc.array(condition([...PEOPLE_TYPES, ...EVENT_TYPES]), { minLength: slips > 0 ? 0 : 1, maxLength: 3 }) }),
		fc.record({
			combine: fc.constantFrom('all', 'any', 'none'),
			conditions: fc.array(condition(slips > 0 ? [...EVENT_TYPES, 'bucket'] : EVENT_TYPES), { minLength: 1, maxLength: 3 }),
			same: fc.record({ property, aliases: slips > 0 ? fc.array(alias, { maxLength: 2 }) : fc.constant([]) }),
		}),
	);
	return fc.record({ combine: fc.constantFrom('all', 'any'), groups: fc.array(group, { minLength: 1, maxLength: 3 }) }) as unknown as fc.Arbitrary<BuilderValue>;
}

const PLACE = /^Group [1-3](, (condition|event|filter|detail|same value|other name)( \d+)?)*: \S/;

test.each([0, 1, 5])('a form makes a rule or says where it is wrong; slips of ten inputs: %d', (slips) => {
	const made = { rules: 0, errors: 0 };
	fc.assert(
		fc.property(forms(slips), (form) => {
			const built = builderToRule(form);
			if ('rule' in built) {
				made.rules++;
				expect(parseRule(JSON.stringify(built.rule))).toEqual({ rule: built.rule });
				return;
			}
			made.errors++;
			expect(built.errors.length).toBeGreaterThan(0);
			for (const error of built.errors) expect(error).toMatch(PLACE);
		}),
		{ numRuns: 500, seed: 7 },
	);
	if (slips === 0) expect(made).toEqual({ rules: 500, errors: 0 });
	else expect(made.errors).toBeGreaterThan(100);
});
