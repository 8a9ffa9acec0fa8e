import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { People } from '../../../nodes/People/People.node';
import { execute, loadList, type ExecuteOptions } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const lyon = { segmentMode: 'json', segmentRule: '{"profile":"city","is":"equals","value":"Lyon"}' };

describe('People', () => {
	const store = useNodeStore();

	const workflowOf = (parameters: INodeParameters, extra: IDataObject = {}): ExecuteOptions => ({
		workflow: { nodes: [{ name: 'People', type: 'n8n-nodes-campaigns.people', parameters, ...extra }], connections: {} },
		nodes: [People],
	});
	const run = async (parameters: INodeParameters, items: IDataObject[] = [{}], extra: IDataObject = {}) => {
		const execution = await execute({ ...workflowOf(parameters, extra), items: items.map((json) => ({ json })) });
		return { error: execution.error, json: execution.json('People'), items: execution.items('People') };
	};
	const upsert = async (items: IDataObject[], options: INodeParameters = {}, rest: INodeParameters = {}) => await run({ operation: 'upsert', upsertOptions: options, ...rest }, items);
	const person = async (id: string) => (await store().call('getPerson', { name: { id } })) ?? { profile: undefined, events: [] };

	it('upserts rows of a table: fields that mean something else are properties, empty cells say nothing', async () => {
		const rows = [
			{ id: 'ada', email: 'ada@x.org', phone: '', timezone: 'Europe/Paris', city: 'Lyon', age: 36, optedOut: { sms: true } },
			{ id: 7, email: '', city: 'Lyon' },
		];
		const { json, items, error } = await upsert(rows);
		expect(error).toBeUndefined();
		expect(json).toEqual(rows);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect((await person('ada')).profile).toMatchObject({ email: 'ada@x.org', phone: null, timezone: 'Europe/Paris', optedOut: { sms: true }, properties: { city: 'Lyon', age: 36 } });
		expect((await person('7')).profile).toMatchObject({ email: null, properties: { city: 'Lyon' } });

		await upsert([{ id: 'ada', email: '', city: '', age: 37 }]);
		expect((await person('ada')).profile).toMatchObject({ email: 'ada@x.org', properties: { city: 'Lyon', age: 37 } });
		await upsert([{ id: 'ada', email: '', city: '' }], { blanks: 'remove' });
		expect((await person('ada')).profile).toMatchObject({ email: null, properties: { age: 37 } });
	});

	it('takes fields by other names and paths, and properties from where they are', async () => {
		await upsert([{ customer: { no: 'c1', mail: 'c@x.org' }, tel: '+33', traits: { a: 1, b: { c: 2 } }, noise: 1 }], { emailField: 'customer.mail', phoneField: 'tel' }, { userIdField: 'customer.no', propertiesFrom: 'object', propertiesField: 'traits' });
		expect((await person('c1')).profile).toMatchObject({ email: 'c@x.org', phone: '+33', properties: { a: 1, b: { c: 2 } } });
		await upsert([{ id: 'c2', a: 1, b: 2, c: 3 }], {}, { propertiesFrom: 'list', propertyFields: 'a, c,' });
		expect((await person('c2')).profile?.properties).toEqual({ a: 1, c: 3 });
		await upsert([{ id: 'c3', a: 1, email: 'x@x.org', city: 'Lyon' }], { emailField: '' }, { propertiesFrom: 'none' });
		expect((await person('c3')).profile).toMatchObject({ properties: {}, email: null });
		await upsert([{ email: 'only@x.org' }], { identifyByEmail: true });
		expect(await store().call('getPerson', { name: { email: 'ONLY@x.org' } })).toBeDefined();
	});

	it('keeps the newer of two statements when the rows say when', async () => {
		await upsert([{ id: 'a', city: 'new', at: '2026-01-02' }, { id: 'a', city: 'old', at: '2026-01-01' }], { timeField: 'at' });
		expect((await person('a')).profile?.properties).toEqual({ city: 'new' });
	});

	it('tracks events, historical unless said otherwise', async () => {
		const rows = [
			{ id: 'ada', event: 'Charged', ts: '2026-01-01T10:00:00Z', amount: 5, order: 'o1' },
			{ id: 'ada', event: 'Charged', ts: '2026-01-01T10:00:00Z', amount: 5, order: 'o1' },
			{ id: 'ada', event: 'Refunded', amount: 1, order: 'o2' },
		];
		await run({ operation: 'track', trackOptions: { messageIdField: 'order' } }, rows);
		const { events } = await person('ada');
		expect(events.map(({ name, properties }) => [name, properties])).toEqual([
			['Refunded', { amount: 1 }],
			['Charged', { amount: 5 }],
		]);
		expect(events[1]?.ts).toBe(Date.UTC(2026, 0, 1, 10));
		await run({ operation: 'track', eventName: 'Signed Up', historical: false, userIdField: '', trackOptions: { anonymousIdField: 'device' } }, [{ device: 'd1', event: 'kept as a property' }]);
		expect(await store().call('getPerson', { name: { anonymousId: 'd1' } })).toMatchObject({ events: [{ name: 'Signed Up', properties: { event: 'kept as a property' } }] });
	});

	it('names the item that was refused, and has stored the others', async () => {
		const rows = [...Array.from({ length: 1_100 }, (_, i) => ({ id: `u${i}` })), { id: '' }, { id: 'last', timezone: 'Mars' }];
		const { error } = await upsert(rows);
		expect(error?.message).toMatch(/^2 of 1102 items were refused, the first because it has neither a user id/);
		expect((error as unknown as { context: { itemIndex: number } }).context.itemIndex).toBe(1_100);
		expect((await person('u1099')).profile).toBeDefined();

		const { error: none, json, items } = await run({ operation: 'upsert' }, rows.slice(1_099), { onError: 'continueRegularOutput' });
		expect(none).toBeUndefined();
		expect(json.map(({ error: message }) => message)).toEqual([undefined, expect.stringMatching(/neither a user id/), expect.stringMatching(/Mars/)]);
		expect(items[2]?.pairedItem).toEqual({ item: 2 });
	});

	it('refuses properties and opt-outs that are no object, rather than lose them', async () => {
		const { json } = await run({ operation: 'upsert', propertiesFrom: 'object', propertiesField: 'traits' }, [{ id: 'a', traits: '{"plan":"gold"}' }, { id: 'b', traits: ['gold'] }, { id: 'c', traits: ' ' }, { id: 'd' }], { onError: 'continueRegularOutput' });
		expect(json.map(({ error }) => error)).toEqual([expect.stringMatching(/its properties are not an object$/), expect.stringMatching(/its properties are not an object$/), undefined, undefined]);
		expect((await upsert([{ id: 'a', optedOut: 'yes' }])).error?.message).toContain('because its opt-outs are not an object such as { "sms": true }');
	});

	it('takes empty cells of events for no value', async () => {
		const track = { operation: 'track', eventName: 'Seen', trackOptions: { anonymousIdField: 'device', messageIdField: 'no' } };
		expect((await run(track, [{ id: 'a', ts: ' ', no: ' ', device: ' ' }, { id: ' ', ts: '', no: '', device: 'd1' }])).error).toBeUndefined();
		expect((await person('a')).events).toMatchObject([{ name: 'Seen', properties: {} }]);
		expect((await upsert([{ id: ' ', device: 'd2' }], { anonymousIdField: 'device' })).error).toBeUndefined();
	});

	it.each([0, -1, 1.5, '={{ "many" }}', '={{ $json.none }}'])('refuses the limit %s', async (limit) => {
		expect((await run({ operation: 'find', ...lyon, limit })).error?.message).toMatch(/^"Limit" is /);
	});

	it('gets a person with their activity', async () => {
		await upsert([{ id: 'ada', email: 'ada@x.org', city: 'Lyon' }]);
		await run({ operation: 'track', eventName: 'Charged' }, [{ id: 'ada', ts: '2026-01-01T00:00:00Z', amount: 3 }]);
		const { json } = await run({ operation: 'get', by: 'email', value: '={{ $json.mail }}', events: 5 }, [{ mail: 'ada@x.org' }]);
		expect(json).toEqual([
			{
				user: expect.objectContaining({ id: 'ada', properties: { city: 'Lyon' }, anonymousIds: [], push: [] }),
				events: [{ name: 'Charged', ts: '2026-01-01T00:00:00.000Z', properties: { amount: 3 } }],
			},
		]);
		const { error } = await run({ operation: 'get', value: 'nobody' });
		expect(error?.message).toBe('There is no person with the user ID "nobody".');
		expect((await run({ operation: 'get', value: ' ' })).error?.message).toMatch(/empty/);
		const { json: mixed } = await run({ operation: 'get', value: '={{ $json.id }}' }, [{ id: 'nobody' }, { id: 'ada' }], { onError: 'continueRegularOutput' });
		expect(mixed).toEqual([{ error: expect.stringMatching(/no person/) }, expect.objectContaining({ user: expect.anything() })]);
	});

	it('erases a person', async () => {
		await upsert([{ id: 'ada' }]);
		expect((await run({ operation: 'erase', value: '={{ $json.id }}' }, [{ id: 'ada' }, { id: 'ada' }])).json).toEqual([{ erased: true }, { erased: false }]);
		expect((await person('ada')).profile).toBeUndefined();
	});

	it('finds people by segment and estimates its reach', async () => {
		await upsert(Array.from({ length: 60 }, (_, i) => ({ id: `u${i}`, city: i % 2 ? 'Lyon' : 'Rome', phone: i < 10 ? `+3361234560${i}` : '' })));
		const { json, error } = await run({ operation: 'find', returnAll: true, ...lyon });
		expect(error).toBeUndefined();
		expect(json.map(({ user }) => (user as IDataObject).id)).toEqual(Array.from({ length: 30 }, (_, i) => `u${2 * i + 1}`));
		expect((await run({ operation: 'find', limit: 4, ...lyon })).json).toHaveLength(4);
		expect((await run({ operation: 'reach', ...lyon })).json).toEqual([{ qualified: 30, reachable: { sms: 5, email: 0, push: 0, webhook: 30 } }]);
		expect((await run({ operation: 'reach', segmentMode: 'json', segmentRule: '{"any":[]}' })).error?.message).toMatch(/segment cannot be used/i);
	});

	it('finds only IDs where nothing else is wanted, over pages', async () => {
		await upsert(Array.from({ length: 2_300 }, (_, i) => ({ id: `u${i}`, city: 'Lyon' })));
		const { json } = await run({ operation: 'find', returnAll: true, contents: 'ids', ...lyon });
		expect(json).toHaveLength(2_300);
		expect(json.slice(0, 2)).toEqual([{ user: { id: 'u0' } }, { user: { id: 'u1' } }]);
		const whole = await run({ operation: 'find', limit: 1_500, ...lyon });
		expect(whole.json.map(({ user }) => (user as IDataObject).id)).toEqual(Array.from({ length: 1_500 }, (_, i) => `u${i}`));
	});

	/** The text of the one item's file. */
	function fileOf(items: INodeExecutionData[]): { text: string; type?: string; name?: string } {
		expect(items).toHaveLength(1);
		const file = items[0]?.binary?.data;
		return { text: Buffer.from(file?.data ?? '', 'base64').toString(), type: file?.mimeType, name: file?.fileName };
	}

	it('writes people into a CSV file, with the columns chosen and no formula', async () => {
		await upsert([
			{ id: 'ada', email: 'ada@x.org', city: 'Lyon', note: '=1+1', address: { zip: '69001' }, tags: ['a', 'b'], optedOut: { sms: true } },
			{ id: 'bob', city: 'Lyon', note: 'says "hi", often' },
			...Array.from({ length: 1_100 }, (_, i) => ({ id: `u${i}`, city: 'Lyon' })),
			{ id: 'eve', city: 'Rome' },
		]);
		const { items, json, error } = await run({ operation: 'find', returnAll: true, output: 'csv', columns: 'id, email,note, address.zip, tags, optedOut.sms, reachable.email', ...lyon });
		expect(error).toBeUndefined();
		expect(json).toEqual([{ people: 1_102 }]);
		const { text, ...file } = fileOf(items);
		expect(file).toEqual({ type: 'text/csv', name: 'people.csv' });
		const lines = text.split('\r\n');
		expect(lines.slice(0, 4)).toEqual([
			'id,email,note,address.zip,tags,optedOut.sms,reachable.email',
			`ada,ada@x.org,"'=1+1",69001,"[""a"",""b""]",true,true`,
			'bob,,"says ""hi"", often",,,false,false',
			'u0,,,,,false,false',
		]);
		expect(lines).toHaveLength(1_104);
		expect(lines.at(-1)).toBe('');
		const { items: few } = await run({ operation: 'find', limit: 2, output: 'csv', ...lyon });
		expect(fileOf(few).text.split('\r\n')).toHaveLength(4);
		expect((await run({ operation: 'find', output: 'csv', columns: ' , ', ...lyon })).error?.message).toMatch(/no columns/);
	});

	describe('breaks a segment down', () => {
		const down = async (parameters: INodeParameters) => await run({ operation: 'breakdown', property: { __rl: true, mode: 'id', value: 'plan' }, ...lyon, ...parameters });
		beforeEach(async () => {
			await upsert([...['pro', 'pro', 'free', 'trial', '<b>'].map((plan, i) => ({ id: `p${i}`, city: 'Lyon', plan })), { id: 'none', city: 'Lyon' }, { id: 'eve', city: 'Rome', plan: 'pro' }]);
		});

		it('as one item per value', async () => {
			const { json, error } = await down({ rows: 2 });
			expect(error).toBeUndefined();
			expect(json).toEqual([
				{ property: 'plan', value: 'pro', people: 2, percent: 33.33 },
				{ property: 'plan', value: '<b>', people: 1, percent: 16.67 },
				{ property: 'plan', value: 'Other values', people: 2, percent: 33.33, kind: 'other' },
				{ property: 'plan', value: 'No value', people: 1, percent: 16.67, kind: 'missing' },
			]);
		});

		it.each([
			['svg', 'image/svg+xml', /^<svg [^]*&lt;b&gt;: 1 \(16\.7 %\)/],
			['html', 'text/html', /^<!doctype html>[^]*Content-Security-Policy[^]*&lt;b&gt;/],
			['png', 'image/png', /^.PNG/],
		])('as a chart: %s', async (chart, type, content) => {
			const { items, json, error } = await down({ chart });
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ property: 'plan', by: 'value', total: 6, rows: expect.arrayContaining([expect.objectContaining({ value: 'pro', people: 2 })]) });
			const file = fileOf(items);
			expect(file).toMatchObject({ type, name: `breakdown.${chart}` });
			expect(file.text).toMatch(content);
			expect(file.text).not.toContain('<b>');
		});

		it('of nobody, and of no property', async () => {
			const nobody = { segmentMode: 'json', segmentRule: '{"profile":"city","is":"equals","value":"Oslo"}' };
			const { items, json, error } = await down({ chart: 'svg', ...nobody });
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ total: 0, rows: [] });
			expect(fileOf(items).text).toContain('Nobody is in the segment.');
			expect((await down(nobody)).json).toEqual([]);
			expect((await down({ property: { __rl: true, mode: 'id', value: ' ' } })).error?.message).toMatch(/propert/i);
		});
	});

	it('offers the names the store has seen', async () => {
		await upsert([{ id: 'ada', city: 'Lyon' }]);
		const list = await loadList({ ...workflowOf({ operation: 'find' }), node: 'People', method: 'searchProfileProperties', filter: 'cit' });
		expect(list.map(({ value }) => value)).toContain('city');
	});
});
