import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { People } from '../../../nodes/People/People.node';
import { SegmentFilter } from '../../../nodes/SegmentFilter/SegmentFilter.node';
import { Segments } from '../../../nodes/Segments/Segments.node';
import { base, CAMPAIGN_NODES, chain, EVERYBODY_NOW, own, workflowOf } from '../../support/campaign-workflow';
import { execute, loadList, publish, type ExecuteOptions, type TestWorkflow } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const store = useNodeStore();

type Input = Array<IDataObject | INodeExecutionData>;

const workflowFor = (parameters: INodeParameters, extra: IDataObject = {}): ExecuteOptions => ({ workflow: chain(own('Segments', 'segments', parameters, extra)), nodes: [Segments] });

const run = async (parameters: INodeParameters, items: Input = [{}], extra: IDataObject = {}) => {
	const execution = await execute({ ...workflowFor(parameters, extra), items });
	return { error: execution.error, json: execution.json('Segments'), items: execution.items('Segments') };
};

const json = (rule: object): INodeParameters => ({ segmentMode: 'json', segmentRule: JSON.stringify(rule) });
const lyon = json({ profile: 'city', is: 'equals', value: 'Lyon' });
const byName = (value: string) => ({ __rl: true, mode: 'name', value });
const carryOn = { onError: 'continueRegularOutput' };

beforeEach(async () => {
	await store().call('ingest', {
		profiles: [
			{ id: 'ann', properties: { city: 'Lyon' } },
			{ id: 'bob', properties: { city: 'Pune' } },
			{ id: '3', properties: { city: 'Lyon' } },
			{ anonymousId: 'device-1' },
		],
	});
});

describe('saved segments', () => {
	const segment = (operation: string, parameters: INodeParameters = {}) => ({ resource: 'savedSegment', operation, ...parameters });
	const save = async (name: string, rule: INodeParameters = lyon, items?: Input) => await run(segment('save', { name, ...rule }), items);

	it('are saved under a name, changed under it, and shown in words with who uses them', async () => {
		expect((await save('VIP', { ...lyon, description: 'Of Lyon' })).json).toEqual([
			{
				id: expect.any(String), name: 'VIP', description: 'Of Lyon', segment: 'City is Lyon', rule: { profile: 'city', is: 'equals', value: 'Lyon' }, created: true,
				usedBy: { segments: [], workflows: [] }, createdAt: expect.stringMatching(/Z$/), updatedAt: expect.stringMatching(/Z$/),
			},
		]);
		expect((await save('vip', json({ all: [] }))).json).toMatchObject([{ name: 'vip', description: 'Of Lyon', created: false }]);
		await save('Loyal', json({ not: { segment: 'VIP' } }));
		const { json: got } = await run(segment('get', { segment: '={{ $json.which }}' }), [{ which: 'VIP' }]);
		expect(got).toMatchObject([{ usedBy: { segments: [{ name: 'Loyal' }] } }]);
		expect((await run(segment('getAll'), [{}, {}])).json.map(({ name }) => name)).toEqual(['Loyal', 'vip']);
	});

	it('are renamed, and deleted when nothing uses them', async () => {
		await save('VIP');
		await save('Loyal', json({ segment: 'VIP' }));
		expect((await run(segment('rename', { segment: byName('VIP'), newName: 'Gold' }))).json).toMatchObject([{ name: 'Gold' }]);
		const { error } = await run(segment('delete', { segment: byName('Gold'), evenIfUsed: true }));
		expect(error?.message).toBe('The saved segment "Gold" is used by the saved segment "Loyal".');
		expect((await run(segment('delete', { segment: byName('Loyal') }))).json).toMatchObject([{ name: 'Loyal', deleted: true }]);
		expect((await run(segment('delete', { segment: byName('Gold') }))).error).toBeUndefined();
	});

	it('that cannot be are errors of their items', async () => {
		const { error } = await save('={{ $json.name }}', json({ segment: 'Nobody' }), [{ name: 'A' }]);
		expect(error?.message).toBe('The segment rule cannot be used: segment: there is no saved segment called "Nobody".');
		const { json: mixed, items } = await run(segment('save', { name: '={{ $json.name }}', ...lyon }), [{ name: 'A' }, { name: ' ' }], carryOn);
		expect(mixed).toEqual([expect.objectContaining({ name: 'A' }), { error: 'The name of a saved segment must be a text that is not empty.' }]);
		expect(items[1]?.pairedItem).toEqual({ item: 1 });
		expect((await run(segment('get', { segment: byName('B') }))).error?.message).toMatch(/no saved segment called "B"/);
	});

	it('get no name from an expression that finds none', async () => {
		await save('VIP');
		for (const nothing of ['={{ $json.nope }}', '={{ null }}']) {
			expect((await save(nothing)).error?.message).toBe('The name of a saved segment must be a text that is not empty.');
			expect((await run(segment('rename', { segment: byName('VIP'), newName: nothing }))).error?.message).toBe('The name of a saved segment must be a text that is not empty.');
		}
		expect((await run(segment('getAll'))).json.map(({ name }) => name)).toEqual(['VIP']);
	});

	it('answer wherever a rule names them, as they are now', async () => {
		await save('VIP');
		const filter = own('Filter', 'segmentFilter', json({ segment: 'VIP' }));
		const matching = async () => {
			const workflow = chain(base('Start', 'manualTrigger'), filter);
			const execution = await execute({ workflow, nodes: [SegmentFilter], items: ['ann', 'bob'].map((id) => ({ user: { id } })) });
			return execution.json('Filter').map(({ user }) => (user as IDataObject).id);
		};
		expect(await matching()).toEqual(['ann']);
		await save('VIP', json({ profile: 'city', is: 'equals', value: 'Pune' }));
		expect(await matching()).toEqual(['bob']);
	});

	it('are offered with their ids', async () => {
		await save('VIP');
		await save('Loyal');
		const offered = await loadList({ ...workflowFor(segment('get')), node: 'Segments', method: 'searchSegments', filter: 'vi' });
		expect(offered).toEqual([{ name: 'VIP', value: expect.stringMatching(/^segment_/) }]);
	});
});

describe('custom lists', () => {
	const list = (operation: string, parameters: INodeParameters = {}) => ({ resource: 'customList', operation, list: byName('Import'), ...parameters });
	const members = async () => (await run(list('getMembers', { returnAll: true }))).json.map(({ user }) => (user as IDataObject).id);
	const csv = (text: string): INodeExecutionData => ({ json: {}, binary: { data: { data: Buffer.from(text).toString('base64'), mimeType: 'text/csv' } } });
	const addCsv = async (text: string, parameters: INodeParameters = {}, extra: IDataObject = {}) => await run(list('addPeople', { peopleFrom: 'csv', ...parameters }), [csv(text)], extra);

	beforeEach(async () => {
		await run(list('create', { name: 'Import' }));
	});

	it('are made, listed with their sizes, renamed, cleared and deleted', async () => {
		expect((await run(list('create', { name: 'import' }))).json).toMatchObject([{ name: 'Import', created: false }]);
		await run(list('addPeople'), [{ id: 'ann' }, { id: 'bob' }]);
		expect((await run(list('getAll'))).json).toMatchObject([{ name: 'Import', size: 2 }]);
		expect((await run(list('getMembers', { limit: 1 }))).json).toMatchObject([{ user: { id: 'ann' } }]);
		expect((await run(list('rename', { newName: 'Spring' }))).json).toMatchObject([{ name: 'Spring' }]);
		expect((await run(list('clear'))).json).toMatchObject([{ name: 'Spring', removed: 2 }]);
		expect((await run(list('delete'))).json).toMatchObject([{ name: 'Spring', deleted: true }]);
		expect((await run(list('getMembers'))).error?.message).toBe('There is no custom list called "Import".');
		const offered = await loadList({ ...workflowFor(list('clear')), node: 'Segments', method: 'searchLists' });
		expect(offered).toEqual([]);
	});

	it('get no name from an expression that finds none', async () => {
		expect((await run(list('create', { name: '={{ $json.nope }}' }))).error?.message).toBe('The name of a custom list must be a text that is not empty.');
		expect((await run(list('rename', { newName: '={{ $json.nope }}' }))).error?.message).toBe('The name of a custom list must be a text that is not empty.');
	});

	it('take people of items: by a field, or by the user that nodes of this pack put there', async () => {
		const { json: result } = await run(list('addPeople', { idField: 'customer.no' }), [{ customer: { no: 'ann' } }, { user: { id: 'device-1' } }, { customer: { no: 3 } }, { customer: { no: 'zoe' } }, { customer: { no: 'ann' } }]);
		expect(result).toEqual([{ list: { id: expect.any(String), name: 'Import' }, added: 3, already: 1, created: 0, unknown: 1, unknownIds: ['zoe'], refused: [] }]);
		expect(await members()).toEqual(['ann', '3', 'device-1']);
		expect((await run(list('addPeople', { createUnknown: true }), [{ id: 'zoe' }])).json).toMatchObject([{ added: 1, created: 1, unknown: 0 }]);
		expect((await run(list('removePeople'), [{ id: 'zoe' }, { id: 'bob' }, { id: 'nobody' }])).json).toMatchObject([{ removed: 1, absent: 1, unknown: 1, unknownIds: ['nobody'] }]);
	});

	it('take nobody for another list where an expression names several', async () => {
		await run(list('create', { name: 'Other' }));
		const { error } = await run(list('addPeople', { list: { __rl: true, mode: 'name', value: '={{ $json.list }}' } }), [{ id: 'ann', list: 'Import' }, { id: 'bob', list: 'Other' }]);
		expect(error?.message).toMatch(/^"List" is not the same for all items/);
		expect(await members()).toEqual([]);
	});

	it('name the items that name nobody; the others have been taken', async () => {
		const items = [{ id: 'ann' }, { id: ' ' }, { id: 'x'.repeat(600) }, { id: 'bob' }];
		const { error } = await run(list('addPeople'), items);
		expect(error?.message).toBe('2 of 4 items were left out, the first because it has no user ID in "id"');
		expect((error as unknown as { context: { itemIndex: number } }).context.itemIndex).toBe(1);
		expect(await members()).toEqual(['ann', 'bob']);
		const { json: mixed, items: out } = await run(list('addPeople'), items, carryOn);
		expect(mixed).toEqual([
			expect.objectContaining({ added: 0, already: 2 }),
			{ error: expect.stringMatching(/no user ID in "id"/) },
			{ error: expect.stringMatching(/longer than 512/) },
		]);
		expect(out.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([0, 1, 2]);
	});

	it('that are not there are an error, also when there is nobody to add', async () => {
		for (const items of [[{ id: 'ann' }], [{ id: '' }]]) expect((await run({ ...list('addPeople'), list: byName('Imprt') }, items)).error?.message).toBe('There is no custom list called "Imprt"; did you mean "Import"?');
	});

	it('take more people than one call, in order', async () => {
		const ids = Array.from({ length: 4_500 }, (_, i) => `p${i}`);
		await store().call('ingest', { profiles: ids.map((id) => ({ id })) });
		expect((await run(list('addPeople'), [...ids.slice(0, 2_500).map((id) => ({ id }))])).json).toMatchObject([{ added: 2_500 }]);
		expect((await addCsv(['identity', ...ids, 'nobody'].join('\r\n'))).json).toMatchObject([{ added: 2_000, already: 2_500, unknown: 1 }]);
		expect(await members()).toHaveLength(4_500);
	});

	describe('from CSV files', () => {
		it.each<[string, string, INodeParameters]>([
			['of one column', 'identity\nann\ndevice-1\n', {}],
			['for CleverTap', '\uFEFFtype,identity\ni,ann\nG,device-1\n', {}],
			['with other columns, quotes and semicolons', 'mail;"no"\n"a;b";ann\n;"device-1"', { column: 'no', delimiter: ';' }],
			['with tabs and empty lines', 'name\tno\n\nAnn\t ann \n\n\n\tdevice-1\n', { column: 'no', delimiter: '\t' }],
		])('%s', async (_name, text, parameters) => {
			expect((await addCsv(text, parameters)).json).toMatchObject([{ added: 2, unknown: 0, refused: [] }]);
			expect(await members()).toEqual(['ann', 'device-1']);
		});

		it('say which lines name nobody, and take the others', async () => {
			const { json: result, error } = await addCsv('type,identity\ni,ann\nx,bob\ni,\ni,zoe\ng,bob\ni,3\n');
			expect(error).toBeUndefined();
			expect(result).toEqual([
				{
					list: expect.anything(), added: 2, already: 0, created: 0, unknown: 2, unknownIds: ['zoe', 'bob'],
					refused: ['line 3: its type is "x", which is neither i (user ID) nor g (device)', 'line 4: the ID is empty'],
				},
			]);
			expect(await members()).toEqual(['ann', '3']);
		});

		it('name the first of many lines and ids', async () => {
			const { json: result } = await addCsv(`type,identity\n${'x,ann\n'.repeat(103)}${'i,zoe\n'.repeat(101)}`);
			const [{ refused, unknownIds, unknown }] = result as [{ refused: string[]; unknownIds: string[]; unknown: number }];
			expect([refused.length, refused[100], unknownIds.length, unknown]).toEqual([101, 'and 3 more', 100, 101]);
		});

		it.each<[string, string, INodeParameters, RegExp]>([
			['of another column', 'id,name\n1,Ann', {}, /^The file has no column "identity". Its columns are: id, name\.$/],
			['of another delimiter', 'identity;name\nann;Ann', {}, /^The file has no column "identity". Its columns are: identity;name\.$/],
			['that is broken', 'identity\n"ann', {}, /^The file is no CSV file that can be read: Quote Not Closed/],
			['that is not there', 'identity\nann', { binaryField: 'file' }, /file/],
		])('one %s is an error', async (_name, text, parameters, message) => {
			expect((await addCsv(text, parameters)).error?.message).toMatch(message);
			expect((await addCsv(text, parameters, carryOn)).json).toEqual([{ error: expect.stringMatching(message) }]);
		});

		it('one with a heading alone adds nobody', async () => {
			expect((await addCsv('identity\n')).json).toMatchObject([{ list: { name: 'Import' }, added: 0, unknown: 0 }]);
		});

		it('take people off, too', async () => {
			await addCsv('identity\nann\nbob');
			expect((await run(list('removePeople', { peopleFrom: 'csv' }), [csv('identity\nann'), csv('identity\nnobody')])).json).toMatchObject([{ removed: 1 }, { removed: 0, unknown: 1 }]);
			expect(await members()).toEqual(['bob']);
		});
	});
});

describe('a published campaign', () => {
	const campaign = (segment: object, filter: object) =>
		workflowOf([own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...json(segment) }), own('Only VIP', 'segmentFilter', json(filter)), own('Aside', 'segmentFilter', json({ any: [] }))], [['Campaign', 'Only VIP']], { name: 'Spring' });
	const nodes = [...CAMPAIGN_NODES, SegmentFilter];
	const remove = async (name: string, evenIfUsed = false) => (await run({ resource: 'savedSegment', operation: 'delete', segment: byName(name), evenIfUsed })).error?.message;

	beforeEach(async () => {
		for (const name of ['A', 'B']) await store().call('saveSegment', { name, rule: { all: [] } });
	});

	it('keeps what its nodes name from being deleted, until it is unpublished', async () => {
		const live = await publish({ workflow: campaign({ segment: 'A' }, { not: { segment: 'B' } }), nodes });
		expect(await remove('A')).toBe('The saved segment "A" is used by "Campaign" in the published workflow "Spring".');
		expect(await remove('B')).toBe('The saved segment "B" is used by "Only VIP" in the published workflow "Spring".');
		expect(await remove('B', true)).toBeUndefined();
		await live.close();
		expect(await remove('A')).toBeUndefined();
	});

	it.each<[string, object, object, RegExp]>([
		['names what is not there', { segment: 'C' }, { all: [] }, /there is no saved segment called "C"/],
		['has a node that does', { all: [] }, { list: 'C' }, /^"Only VIP": The segment rule cannot be used: list: there is no custom list called "C"/],
		['has a node whose segment cannot be used', { all: [] }, { any: [] }, /^"Only VIP": The segment cannot be used. any: must not be empty/],
	])('is refused when it %s', async (_name, segment, filter, message) => {
		await expect(publish({ workflow: campaign(segment, filter), nodes })).rejects.toThrow(message);
	});
});

describe('a published workflow without a campaign', () => {
	const nodes = [...CAMPAIGN_NODES, SegmentFilter, People];
	const nightly = (...drawn: Array<ReturnType<typeof own>>) => ({ ...chain(base('Start', 'noOp'), ...drawn), name: 'Nightly' });
	const live: Partial<ExecuteOptions> = { mode: 'trigger', active: true };
	const once = async (workflow: TestWorkflow, options: Partial<ExecuteOptions> = live) => {
		const execution = await execute({ workflow, nodes, ...options });
		expect(execution.error).toBeUndefined();
	};
	const remove = async (name: string, evenIfUsed = false) => (await run({ resource: 'savedSegment', operation: 'delete', segment: byName(name), evenIfUsed })).error;
	const usedBy = async (name: string) => (await run({ resource: 'savedSegment', operation: 'get', segment: byName(name) })).json[0]?.usedBy;

	beforeEach(async () => {
		for (const name of ['A', 'B']) await store().call('saveSegment', { name, rule: { all: [] } });
	});

	it.each<[string, ReturnType<typeof own>]>([
		['find', own('Ask', 'people', { operation: 'find', ...json({ segment: 'A' }) })],
		['reach', own('Ask', 'people', { operation: 'reach', ...json({ segment: 'A' }) })],
		['break down', own('Ask', 'people', { operation: 'breakdown', property: 'city', ...json({ segment: 'A' }) })],
		['filter', own('Ask', 'segmentFilter', json({ not: { segment: 'A' } }))],
	])('keeps what its executions use from being deleted (%s)', async (_operation, node) => {
		await once(nightly(node));
		expect((await remove('A'))?.message).toMatch(/^The saved segment "A" is used by "Ask" in the workflow "Nightly" \(last run on \d{4}-\d\d-\d\d\)\.$/);
		expect(await usedBy('A')).toEqual({
			segments: [],
			workflows: [{ workflowId: 'workflow-1', workflowName: 'Nightly', nodeId: 'node-2', nodeName: 'Ask', lastRunAt: expect.stringMatching(/Z$/) }],
		});
		expect(await remove('A', true)).toBeUndefined();
	});

	it('keeps what an expression made of the rule', async () => {
		const condition = { type: 'inSegment', segment: { __rl: true, mode: 'name', value: '={{ $json.name }}' } };
		const ask = own('Ask', 'people', { operation: 'reach', segmentGroups: { group: [{ conditions: { condition: [condition] } }] } });
		for (const name of ['A', 'B']) await once(nightly(ask), { ...live, items: [{ name }] });
		for (const name of ['A', 'B']) expect((await remove(name))?.message).toMatch(/"Ask" in the workflow "Nightly"/);
	});

	it.each<[string, Partial<ExecuteOptions>]>([
		['by hand', { mode: 'manual', active: true }],
		['of a workflow that is not published', { mode: 'trigger' }],
	])('does not count runs %s', async (_how, options) => {
		await once(nightly(own('Ask', 'people', { operation: 'reach', ...json({ segment: 'A' }) })), options);
		expect(await remove('A')).toBeUndefined();
	});

	it('does not count those of a campaign, which says what it uses when it is published', async () => {
		const campaign = own('Campaign', 'campaignTrigger', EVERYBODY_NOW);
		await once(workflowOf([base('Start', 'noOp'), own('Ask', 'segmentFilter', json({ segment: 'A' })), campaign], [['Start', 'Ask']]));
		expect(await remove('A')).toBeUndefined();
	});
});
