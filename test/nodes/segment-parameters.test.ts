import { NodeConnectionTypes, type IExecuteFunctions, type INodeParameters, type INodeProperties, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { OPERATORS, parseRule, type Rule } from '../../engine/segments';
import { nameLists } from '../../nodes/shared/load-options';
import { readSegment, segmentParameters, segmentParametersWhen } from '../../nodes/shared/segment-parameters';
import { execute, loadList, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

/** A node that puts out the rule its parameters mean. */
class Reader implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Reader', name: 'reader', group: ['transform'], version: 1, description: '', defaults: { name: '' }, usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main], outputs: [NodeConnectionTypes.Main], properties: segmentParameters,
	};

	methods = { listSearch: nameLists };

	async execute(this: IExecuteFunctions) {
		const { rule, warnings } = readSegment(this);
		return [[{ json: { rule: JSON.parse(JSON.stringify(rule)), warnings } }]];
	}
}

const workflowWith = (parameters: INodeParameters): TestWorkflow => {
	return { nodes: [{ name: 'Reader', type: 'n8n-nodes-campaigns.reader', parameters }], connections: {} };
};
const read = async (parameters: INodeParameters) => await execute({ workflow: workflowWith(parameters), nodes: [Reader] });

/** As the editor stores a picked name. */
const picked = (value: string) => ({ __rl: true, mode: 'list', value, cachedResultName: value });

const condition = (...conditions: object[]) => ({ segmentGroups: { group: [{ conditions: { condition: conditions } }] } }) as INodeParameters;

describe('the builder', () => {
	// The editor leaves out whatever is as by default.
	const cases: Array<[string, object, Rule]> = [
		['a property equals a text', { property: picked('city'), value: 'Lyon' }, { profile: 'city', is: 'equals', value: 'Lyon' }],
		['a name written by hand', { property: 'city', value: 'Lyon' }, { profile: 'city', is: 'equals', value: 'Lyon' }],
		['a value that looks like a number stays text where texts are compared', { property: picked('zip'), value: '007' }, { profile: 'zip', is: 'equals', value: '007' }],
		['a list', { property: picked('plan'), operator: 'in', value: 'gold, silver' }, { profile: 'plan', is: 'in', value: ['gold', 'silver'] }],
		['a number', { property: picked('age'), operator: 'at_least', value: '18' }, { profile: 'age', is: 'at_least', value: 18 }],
		['a range', { property: picked('age'), operator: 'between', value: '18', valueTo: '30.5' }, { profile: 'age', is: 'between', value: [18, 30.5] }],
		['no value', { property: picked('city'), operator: 'exists', value: 'left over' }, { profile: 'city', is: 'exists' }],
		['a duration of defaults', { property: picked('birthday'), operator: 'in_next' }, { profile: 'birthday', is: 'in_next', value: { amount: 30, unit: 'days' } }],
		['a date', { property: picked('since'), operator: 'before', value: '2026-03-01T00:00:00' }, { profile: 'since', is: 'before', value: '2026-03-01T00:00:00' }],
		['a place', { property: picked('home'), operator: 'near', place: '48.85, 2.35', metres: 100 }, { profile: 'home', is: 'near', value: { lat: 48.85, lon: 2.35, metres: 100 } }],
		['an event', { type: 'did', event: picked('Charged') }, { event: 'Charged', did: true }],
		['no event', { type: 'didNot', event: picked('Charged') }, { event: 'Charged', did: false }],
		['a window of defaults', { type: 'did', event: picked('Charged'), when: { window: {} } }, { event: 'Charged', did: true, when: { last: 30, unit: 'days' } }],
		['a window with one end', { type: 'did', event: picked('Charged'), when: { window: { window: 'between', windowFrom: '2026-01-01' } } }, { event: 'Charged', did: true, when: { from: '2026-01-01' } }],
		['rows that add nothing', { type: 'did', event: picked('Charged'), when: { window: { window: 'ever', windowAmount: 3 } }, having: { quantity: { quantifier: 'atLeastOnce' } } }, { event: 'Charged', did: true }],
		['a number of times', { type: 'did', event: picked('Charged'), having: { quantity: { quantifierValue: '3' } } }, { event: 'Charged', did: true, having: { measure: 'count', is: 'at_least', value: 3 } }],
		[
			'a sum with nobody left out',
			{ type: 'did', event: picked('Charged'), having: { quantity: { quantifier: 'sumOrZero', quantifierProperty: picked('amount'), quantifierOperator: 'between', quantifierValue: '0', quantifierValueTo: '9' } } },
			{ event: 'Charged', did: true, having: { measure: 'sum', property: 'amount', is: 'between', value: [0, 9], includeZero: true } },
		],
		['a window since a date', { type: 'did', event: picked('Charged'), when: { window: { window: 'since', windowFrom: '2026-01-01' } } }, { event: 'Charged', did: true, when: { from: '2026-01-01' } }],
		['any of several events', { type: 'didAny', events: { event: [{ event: picked('Charged') }, { event: picked('Viewed') }] } }, { event: ['Charged', 'Viewed'], did: true }],
		['none of several events', { type: 'didNone', events: { event: [{ event: picked('Charged') }, { event: 'Viewed' }] }, when: { window: {} } }, { event: ['Charged', 'Viewed'], did: false, when: { last: 30, unit: 'days' } }],
		['different days', { type: 'did', event: picked('Charged'), having: { quantity: { quantifier: 'distinctDaysOrZero', quantifierOperator: 'at_most', quantifierValue: '2' } } }, { event: 'Charged', did: true, having: { measure: 'distinctDays', is: 'at_most', value: 2, includeZero: true } }],
		['a greatest value', { type: 'did', event: picked('Charged'), having: { quantity: { quantifier: 'max', quantifierProperty: picked('amount'), quantifierValue: '2' } } }, { event: 'Charged', did: true, having: { measure: 'max', property: 'amount', is: 'at_least', value: 2 } }],
		[
			'a first time',
			{ type: 'first', event: picked('Charged'), filters: { filter: [{ property: picked('sku'), value: 'a' }] }, when: { window: { windowAmount: 7 } }, details: { filter: [{ property: picked('amount'), operator: 'less_than', value: '5' }] } },
			{ event: 'Charged', did: true, occurrence: 'first', where: [{ property: 'sku', is: 'equals', value: 'a' }], when: { last: 7, unit: 'days' }, that: [{ property: 'amount', is: 'less_than', value: 5 }] },
		],
		['a last time', { type: 'last', event: picked('Charged') }, { event: 'Charged', did: true, occurrence: 'last' }],
		['an interest of defaults', { type: 'interest', event: picked('Played') }, { interest: { event: 'Played', of: 'hourOfDay', is: 'predominantly', value: 18 } }],
		['an interest in a day', { type: 'interest', event: picked('Played'), interestOf: 'dayOfWeek', interestIs: 'at_least', when: { window: {} } }, { interest: { event: 'Played', of: 'dayOfWeek', is: 'at_least', percent: 50, value: 1, when: { last: 30, unit: 'days' } } }],
		['an interest in a value', { type: 'interest', event: picked('Played'), interestOf: 'property', interestProperty: picked('genre'), interestValue: 'rock' }, { interest: { event: 'Played', of: { property: 'genre' }, is: 'predominantly', value: 'rock' } }],
		['a saved segment', { type: 'inSegment', segment: picked('segment_1') }, { segment: 'segment_1' }],
		['no saved segment, by its name', { type: 'notInSegment', segment: { __rl: true, mode: 'name', value: 'VIP' } }, { not: { segment: 'VIP' } }],
		['a list of people', { type: 'onList', list: picked('list_1') }, { list: 'list_1' }],
		['no list of people', { type: 'notOnList', list: picked('list_1') }, { not: { list: 'list_1' } }],
		['buckets of defaults', { type: 'bucket' }, { bucket: { from: 0, to: 99 } }],
		[
			'filters',
			{ type: 'did', event: picked('Charged'), filters: { filter: [{ property: picked('sku'), value: 'a' }, { property: picked('amount'), operator: 'less_than', value: '5' }] } },
			{ event: 'Charged', did: true, where: [{ property: 'sku', is: 'equals', value: 'a' }, { property: 'amount', is: 'less_than', value: 5 }] },
		],
	];
	test.each(cases)('%s', async (_name, form, rule) => {
		const run = await read(condition(form));
		expect(run.error).toBeUndefined();
		expect(run.json('Reader')).toEqual([{ rule, warnings: [] }]);
		expect(parseRule(rule)).toEqual({ rule });
	});

	test('groups and conditions combine as chosen', async () => {
		const city = (value: string) => ({ property: picked('city'), value });
		const run = await read({
			segmentCombine: 'any',
			segmentGroups: {
				group: [
					{ combine: 'any', conditions: { condition: [city('a'), city('b')] } },
					{ conditions: { condition: [city('c'), city('d')] } },
				],
			},
		} as INodeParameters);
		const rule = (value: string) => ({ profile: 'city', is: 'equals', value });
		expect(run.json('Reader')[0]?.rule).toEqual({ any: [{ any: [rule('a'), rule('b')] }, { all: [rule('c'), rule('d')] }] });
	});

	test('a group can be what people are not, and hold a property equal', async () => {
		const run = await read({
			segmentGroups: {
				group: [
					{ combine: 'none', conditions: { condition: [{ property: picked('city'), value: 'a' }] } },
					{
						conditions: { condition: [{ type: 'did', event: picked('Viewed') }, { type: 'didNot', event: picked('Charged') }] },
						same: { held: { property: picked('sku'), aliases: { alias: [{ event: picked('Charged'), property: picked('item') }] } } },
					},
				],
			},
		} as INodeParameters);
		expect(run.json('Reader')[0]?.rule).toEqual({
			all: [
				{ not: { profile: 'city', is: 'equals', value: 'a' } },
				{ same: { property: { Viewed: 'sku', Charged: 'item' }, rule: { all: [{ event: 'Viewed', did: true }, { event: 'Charged', did: false }] } } },
			],
		});
	});

	test('tells everything that is wrong at once, by the places of the form', async () => {
		const run = await read(
			condition(
				{ property: picked('age'), operator: 'at_least', value: 'many' },
				{ type: 'did', event: picked('Charged'), filters: { filter: [{ property: picked('sku'), value: '' }] } },
			),
		);
		expect(run.error?.message).toMatch(/^The segment cannot be used\. Group 1, condition 1: Value must be a number; Group 1, condition 2, filter 1: Value must not be empty/);
	});

	test('an empty builder is nobody, said loudly', async () => {
		expect((await read({})).error?.message).toContain('The segment has no conditions');
	});

	test('a name that was not chosen is told of', async () => {
		const run = await read(condition({ type: 'did', event: picked('') }));
		expect(run.error?.message).toContain('Group 1, condition 1: Event is not filled in');
	});
});

describe('the JSON rule', () => {
	const json = async (segmentRule: string) => await read({ segmentMode: 'json', segmentRule });

	test('is read as it stands', async () => {
		const rule = { any: [{ profile: 'city', is: 'equals', value: 'Lyon' }, { not: { event: 'Charged', did: true } }] };
		expect((await json(JSON.stringify(rule))).json('Reader')).toEqual([{ rule, warnings: [] }]);
	});

	test('warns when it is everyone', async () => {
		expect((await json('{ "all": [] }')).json('Reader')[0]?.warnings).toEqual(['The rule { "all": [] } means everyone in the store.']);
	});

	test.each([
		['{ "all": [', 'not valid JSON'],
		['[]', 'a rule must be an object'],
		['{ "any": [{ "profile": "a", "is": "like" }, { "event": "" }] }', 'any[1]'],
		[' ', 'The JSON rule is empty'],
	])('%s is refused with a readable message', async (text, message) => {
		const { error } = await json(text);
		expect(error?.message).toContain('The segment cannot be used.');
		expect(error?.message).toContain(message);
	});
});

describe('the form', () => {
	const conditionFields = (): INodeProperties[] => {
		const groups = segmentParameters.find(({ name }) => name === 'segmentGroups') as INodeProperties;
		const [group] = groups.options as Array<{ values: INodeProperties[] }>;
		const conditions = group?.values.find(({ name }) => name === 'conditions');
		return (conditions?.options as Array<{ values: INodeProperties[] }>)[0]?.values ?? [];
	};
	const visible = (fields: INodeProperties[], values: Record<string, string>) =>
		fields.filter(({ displayOptions }) => Object.entries(displayOptions?.show ?? {}).every(([name, wanted]) => (wanted as string[]).includes(values[name] ?? '')));

	test.each(OPERATORS.map(({ name }) => name))('a condition with %s shows five fields at most, each once', (operator) => {
		const names = visible(conditionFields(), { type: 'profile', operator }).map(({ name }) => name);
		expect(names.length).toBeLessThanOrEqual(5);
		expect(new Set(names).size).toBe(names.length);
	});

	test.each([
		['did', 'event', 'filters', 'when', 'having'],
		['didNot', 'event', 'filters', 'when', 'having'],
		['didAny', 'events', 'filters', 'when', 'having'],
		['didNone', 'events', 'filters', 'when', 'having'],
		['first', 'event', 'filters', 'when', 'details'],
		['last', 'event', 'filters', 'when', 'details'],
		['inSegment', 'segment'],
		['notInSegment', 'segment'],
		['onList', 'list'],
		['notOnList', 'list'],
		['bucket', 'bucketFrom', 'bucketTo'],
		['interest', 'event', 'interestOf', 'interestIs', 'interestHour', 'when'],
	])('a condition of type %s shows only what it takes', (type, ...names) => {
		const values = { type, operator: 'equals', interestOf: 'hourOfDay', interestIs: 'predominantly' };
		expect(visible(conditionFields(), values).map(({ name }) => name)).toEqual(['type', ...names]);
	});

	test('a line has five fields at most, whatever is chosen, and each once', () => {
		const line = (name: string) => (conditionFields().find((field) => field.name === name)?.options as Array<{ values: INodeProperties[] }>)[0]?.values ?? [];
		const fields = (name: string, values: Record<string, string>) => visible(line(name), values).map((field) => field.name).slice(1);
		for (const { name: operator } of OPERATORS) {
			const names = fields('filters', { operator });
			expect(names.length).toBeLessThanOrEqual(4);
			expect(new Set(names).size).toBe(names.length);
		}
		expect(fields('having', { quantifier: 'sum', quantifierOperator: 'between' })).toEqual(['quantifier', 'quantifierProperty', 'quantifierOperator', 'quantifierValue', 'quantifierValueTo']);
		expect(fields('having', { quantifier: 'distinctDays', quantifierOperator: 'at_least' })).toEqual(['quantifier', 'quantifierOperator', 'quantifierValue']);
		expect(fields('when', { window: 'between' })).toEqual(['window', 'windowFrom', 'windowTo']);
		expect(fields('when', { window: 'since' })).toEqual(['window', 'windowFrom']);
	});

	test('every type of condition has a case above', () => {
		const types = conditionFields().find(({ name }) => name === 'type')?.options as Array<{ value: string }>;
		expect(types.map(({ value }) => value).sort()).toEqual(['bucket', 'did', 'didAny', 'didNone', 'didNot', 'first', 'inSegment', 'interest', 'last', 'notInSegment', 'notOnList', 'onList', 'profile']);
	});

	test('takes no expressions', () => {
		const leaves = (fields: INodeProperties[]): INodeProperties[] =>
			fields.flatMap((field) => (field.type === 'fixedCollection' ? (field.options as Array<{ values: INodeProperties[] }>).flatMap(({ values }) => leaves(values)) : [field]));
		expect(leaves(segmentParameters).filter((field) => !field.noDataExpression).map(({ name }) => name)).toEqual([]);
	});

	test('can be shown for some operations of a node only', () => {
		const shown = segmentParametersWhen({ operation: ['find'] }).map(({ displayOptions }) => displayOptions?.show);
		expect(shown[0]).toEqual({ operation: ['find'] });
		expect(shown[1]).toEqual({ operation: ['find'], segmentMode: ['builder'] });
	});
});

describe('lists of names', () => {
	const store = useNodeStore();
	const names = async (method: string, filter?: string) =>
		(await loadList({ workflow: workflowWith({}), nodes: [Reader], node: 'Reader', method, filter })).map(({ value }) => value);

	beforeEach(async () => {
		await store().call('ingest', {
			profiles: [{ id: 'u1', properties: { plan: 'gold' } }],
			events: [{ user: 'u1', name: 'Charged', properties: { amount: 1 } }, { user: 'u1', name: 'App Launched', properties: { os: 'x' } }],
		});
	});

	test('are those of the store', async () => {
		expect(await names('searchEventNames')).toEqual(['App Launched', 'Charged']);
		expect(await names('searchEventProperties')).toEqual(['amount', 'os']);
		expect(await names('searchProfileProperties')).toEqual(expect.arrayContaining(['plan', 'email', 'optedOut.sms']));
	});

	test('narrow down to what is typed, which can be chosen itself', async () => {
		expect(await names('searchEventNames', 'charg')).toEqual(['Charged', 'charg']);
		expect(await names('searchEventNames', ' Charged ')).toEqual(['Charged']);
		expect(await names('searchEventNames', 'Refunded')).toEqual(['Refunded']);
	});
});
