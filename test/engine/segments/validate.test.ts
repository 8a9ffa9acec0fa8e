import { parseRule, requireRule } from '../../../engine/segments';

const city = { profile: 'city', is: 'equals', value: 'Lyon' };

function errors(json: unknown): string[] {
	const parsed = parseRule(json);
	return 'errors' in parsed ? parsed.errors.map(({ path, message }) => `${path}: ${message}`) : [];
}

function nested(depth: number): unknown {
	return depth === 1 ? city : { not: nested(depth - 1) };
}

test.each<[string, unknown]>([
	['everyone', { all: [] }],
	['a version', { version: 1, all: [city] }],
	['text', JSON.stringify({ any: [city] })],
	['32 levels', nested(32)],
	['everything about events', {
		event: 'Added to Cart', did: false, where: [{ property: 'a.b', is: 'in', value: ['x', 1] }],
		when: { last: 14, unit: 'days' }, having: { measure: 'sum', property: 'amount', is: 'between', value: [1, 2], includeZero: true },
	}],
	['the first', { event: 'Charged', did: true, when: { from: '2026-01-01' }, occurrence: 'first', that: [{ property: 'n', is: 'exists' }] }],
	['buckets', { bucket: { from: 0, to: 999 } }],
])('accepts %s', (_name, json) => expect(errors(json)).toEqual([]));

test('the version is not part of the rule', () => {
	expect(parseRule({ version: 1, ...city })).toEqual({ rule: city });
});

const event = (rest: object) => ({ event: 'Charged', did: true, ...rest });
const having = (rest: object) => event({ having: { measure: 'count', is: 'at_least', value: 1, ...rest } });

test.each<[unknown, string[]]>([
	[null, [': a rule must be an object']],
	[[], [': a rule must be an object']],
	['{', [expect.stringContaining(': the rule is not valid JSON:') as string]],
	[{}, [expect.stringContaining('a rule must have one of all, any, not') as string]],
	[{ toString: 1 }, [expect.stringContaining('found "toString"') as string]],
	[{ al: [] }, [expect.stringContaining('found "al"') as string]],
	[{ all: [], any: [city] }, [': a rule has only one of all, any']],
	[{ all: {} }, ['all: must be a list']],
	[{ any: [] }, ['any: must not be empty: nobody could match']],
	[{ any: 'x' }, ['any: must be a list']],
	[{ all: [city], note: 'x' }, ['note: unknown key "note"; an "all" rule may have all']],
	[{ all: [{ version: 1, ...city }] }, ['all[0].version: unknown key "version"; a profile rule may have profile, is, value']],
	[{ version: 2, all: [] }, ['version: is 2, but this version of n8n-nodes-campaigns reads rules up to version 1']],
	[{ version: '1', all: [] }, ['version: must be a whole number from 1 to 1']],
	[nested(33), [`${'not.'.repeat(31)}not: rules may be nested 32 deep at most`]],
	[{ not: [city] }, ['not: a rule must be an object']],
	[{ all: [{ segment: ' ' }] }, ['all[0].segment: the saved segment must be a text that is not empty']],
	[{ list: 7, did: true }, ['did: unknown key "did"; a "list" rule may have list', 'list: the custom list must be a text that is not empty']],
	...['interest', 'same'].map((kind): [unknown, string[]] => [
		{ all: [{ [kind]: 'x' }] },
		[`all[0].${kind}: "${kind}" rules are not supported by this version of n8n-nodes-campaigns`],
	]),
	[{ profile: '', is: 'exists' }, ['profile: the property must be a text that is not empty']],
	[{ profile: 'city', is: 'resembles', value: 1 }, [expect.stringMatching(/^is: must be one of equals, /) as string]],
	[{ profile: 'city' }, [expect.stringMatching(/^is: is missing; it is one of equals, /) as string]],
	[{ profile: 'city', is: 'constructor' }, [expect.stringMatching(/^is: must be one of/) as string]],
	[{ profile: 'city', is: 'equals' }, ['value: must be a text, a number, true or false']],
	[{ profile: 'city', is: 'equals', value: ['Lyon'] }, ['value: must be a text, a number, true or false']],
	[{ profile: 'city', is: 'equals', value: '' }, ['value: must not be empty: use exists or not_exists to ask whether there is a value']],
	[{ profile: 'city', is: 'exists', value: 'x' }, ['value: this operator takes no value']],
	[{ profile: 'city', is: 'in', value: 'x' }, ['value: must be a list of values']],
	[{ profile: 'city', is: 'in', value: [] }, ['value: must name at least one value']],
	[{ profile: 'city', is: 'in', value: ['x', null, {}] }, ['value[1]: must be a text, a number, true or false', 'value[2]: must be a text, a number, true or false']],
	[{ profile: 'city', is: 'contains', value: true }, ['value: must be a text']],
	[{ profile: 'age', is: 'greater_than', value: 'ten' }, ['value: must be a number']],
	[{ profile: 'age', is: 'between', value: 3 }, ['value: must be two numbers: [lowest, highest]']],
	[{ profile: 'age', is: 'between', value: [5, 3] }, ['value: the first must not be greater than the second']],
	[{ profile: 'age', is: 'between', value: [5, 'x'] }, ['value[1]: must be a number']],
	[{ profile: 'at', is: 'before', value: 'soon' }, [expect.stringMatching(/^value: must be a date/) as string]],
	[{ profile: 'at', is: 'between_dates', value: ['2026-02-01', '2026-01-01'] }, ['value: the first must not be greater than the second']],
	[{ profile: 'at', is: 'in_last', value: 7 }, [expect.stringMatching(/^value: must be an amount of time/) as string]],
	[{ profile: 'at', is: 'in_last', value: { amount: 0, unit: 'day' } }, ['value.unit: must be one of seconds, minutes, hours, days, weeks, months, years', 'value.amount: must be a number greater than 0']],
	[{ profile: 'at', is: 'in_last', value: { amount: 1.5, unit: 'months', of: 1 } }, ['value.of: unknown key "of"', 'value.amount: must be a whole number']],
	[{ profile: 'at', is: 'in_next', value: { amount: 1e9, unit: 'years' } }, ['value.amount: is longer than 1000 years']],
	[{ profile: 'at', is: 'anniversary_in', value: { amount: -1, unit: 'days' } }, ['value.amount: must be a number from 0']],
	[{ profile: 'geo', is: 'near', value: { lat: 91, lon: 'x', metres: 0, km: 1 } }, [
		'value.km: unknown key "km"', 'value.lat: must be a latitude from -90 to 90',
		'value.lon: must be a longitude from -180 to 180', 'value.metres: must be a radius in metres greater than 0',
	]],
	[{ profile: 'app', is: 'version_less_than', value: 'new' }, ['value: must be a version such as "2.10.1"']],
	[{ event: 'Charged' }, ['did: must be true or false']],
	[{ event: ' ', did: 'yes' }, ['event: the name of the event must be a text that is not empty', 'did: must be true or false']],
	[event({ whre: [] }), [expect.stringMatching(/^whre: unknown key "whre"/) as string]],
	[{ all: [{ all: [] }, event({ where: [{ property: 'a', is: 'in', value: 3 }] })] }, ['all[1].where[0].value: must be a list of values']],
	[event({ where: {} }), ['where: must be a list']],
	[event({ where: [3] }), ['where[0]: a condition must be an object']],
	[event({ where: [{ profile: 'a', is: 'exists' }] }), [expect.stringMatching(/^where\[0\].profile: unknown key/) as string, 'where[0].property: the property must be a text that is not empty']],
	[event({ when: {} }), [expect.stringMatching(/^when: must have "last"/) as string]],
	[event({ when: { last: 3 } }), [expect.stringMatching(/^when.unit: must be one of/) as string]],
	[event({ when: { last: '3', unit: 'days' } }), ['when.last: must be a number greater than 0']],
	[event({ when: { last: 3, unit: 'days', from: '2026-01-01' } }), [expect.stringMatching(/^when.from: unknown key/) as string]],
	[event({ when: { from: 'x' } }), [expect.stringMatching(/^when.from: must be a date/) as string]],
	[event({ when: { from: '2026-02-01', to: '2026-01-01' } }), ['when: "from" must not be later than "to"']],
	[having({ measure: 'median' }), [expect.stringMatching(/^having.measure: must be one of/) as string]],
	[having({ measure: 'sum' }), ['having.property: the property must be a text that is not empty']],
	[having({ property: 'x' }), ['having.property: "count" is about events, not about a property']],
	[having({ is: 'contains' }), [expect.stringMatching(/^having.is: must be one of equals, not_equals/) as string]],
	[having({ value: '1' }), ['having.value: must be a number']],
	[having({ is: 'between', value: [2, 1] }), ['having.value: the first must not be greater than the second']],
	[having({ includeZero: 'no' }), ['having.includeZero: must be true or false']],
	[event({ that: [] }), ['that: needs "occurrence": first or last']],
	[event({ occurrence: 'second' }), ['occurrence: must be one of first, last']],
	[{ ...having({}), occurrence: 'first' }, ['having: cannot go with "occurrence", which is about one event']],
	[{ bucket: { from: -1, to: 1000 } }, ['bucket.from: must be a whole number from 0 to 999', 'bucket.to: must be a whole number from 0 to 999']],
	[{ bucket: { from: 5, to: 4 } }, ['bucket: "from" must not be greater than "to"']],
])('refuses %j', (json, expected) => expect(errors(json)).toEqual(expected));

test('reports all errors at once, and a requirer throws them for operators', () => {
	const bad = { all: [{ any: [] }, { profile: 'age', is: 'at_least', value: 'x' }] };
	expect(errors(bad)).toHaveLength(2);
	expect(() => requireRule(bad)).toThrow(
		'The segment rule cannot be used: all[0].any: must not be empty: nobody could match; all[1].value: must be a number.',
	);
});

test('keys that pollute prototypes are plain data', () => {
	const parsed = parseRule('{ "profile": "__proto__", "is": "equals", "value": "x", "__proto__": { "is": "exists" } }');
	expect(parsed).toHaveProperty('errors');
	expect(({} as Record<string, unknown>).is).toBeUndefined();
});
