import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, campaignItems, EVERYBODY_NOW, own, rowsOfStore, startSmsProviders, workflowOf, type Line, type SmsProviders } from '../support/campaign-workflow';
import { startLoopback, type Answer, type Loopback } from '../support/loopback';
import { execute, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const KEY = 'linked-key-nobody-may-see';

const store = useNodeStore();
let providers: SmsProviders;
let hook: Loopback;
let api: Loopback;
let says: (url: URL) => Answer;
beforeEach(async () => {
	providers = await startSmsProviders();
	hook = await startLoopback((_seen, answer) => answer({ status: 204 }));
	says = (url) => ({ status: 200, body: { sky: `sky of ${url.searchParams.get('city')}` } });
	api = await startLoopback(({ url, headers }, answer) => answer(headers['x-key'] === KEY ? says(new URL(url, 'http://api')) : { status: 401, body: `not ${headers['x-key']}` }));
});
afterEach(async () => {
	await Promise.all([providers.close(), hook.close(), api.close()]);
});

const weather = (more: INodeParameters = {}, name = 'Weather') =>
	own(name, 'linkedContent', { apiName: name, authentication: 'credential', url: `${api.url}/now`, query: { pairs: [{ name: 'city', value: '{{ Profile.city }}' }] }, options: { retries: 0 }, ...more });
const credentials = () => ({
	...providers.credentials,
	campaignsWebhookApi: { allowPrivate: true },
	campaignsLinkedContentApi: { baseUrl: api.url, authentication: 'headerAuth', headerName: 'X-Key', headerValue: KEY, allowPrivate: true },
});

/** SMS, and a webhook after it, which both take values from the linked content. */
function both(linked = [weather()], message = '{{ Linked.Weather.sky }}', first = own('Campaign', 'campaignTrigger')): TestWorkflow {
	const nodes = [first, own('SMS', 'sms', { message }), own('Hook', 'webhookSender', { url: `${hook.url}/`, content: 'template', body: '{ "sky": "{{ Linked.Weather.sky | upcase }}" }' })];
	const lines: Line[] = [[first.name, 'SMS'], ['SMS', 'Hook'], ...providers.lines(), ...linked.flatMap(({ name }): Line[] => [[name, 'SMS', 'ai_agent'], [name, 'Hook', 'ai_agent']])];
	return workflowOf([...nodes, ...providers.nodes, ...linked], lines);
}

/** SMS alone. */
function sms(linked: TestWorkflow['nodes'] = [weather()], parameters: INodeParameters = {}, first = own('Campaign', 'campaignTrigger')): TestWorkflow {
	const nodes = [first, own('SMS', 'sms', { message: 'Today: {{ Linked.Weather.sky }}', ...parameters })];
	return workflowOf([...nodes, ...providers.nodes, ...linked], [[first.name, 'SMS'], ...providers.lines(), ...linked.map(({ name }): Line => [name, 'SMS', 'ai_agent'])]);
}

async function run(workflow: TestWorkflow, items: IDataObject[], mode: WorkflowExecuteMode = 'trigger', more: object = {}): Promise<Execution> {
	return await execute({ workflow, nodes: CAMPAIGN_NODES, credentials: credentials(), items, mode, start: 'SMS', ...more });
}

/** People p1..pN, in `cities` cities by turns. */
async function people(count: number, cities: number): Promise<IDataObject[]> {
	const items = await campaignItems(store(), count);
	await store().call('ingest', { profiles: items.map((_, index) => ({ id: `p${index + 1}`, properties: { city: `city ${index % cities}` } })) });
	return items;
}

test('two senders and 500 people ask once per distinct request', async () => {
	const items = await people(500, 7);
	const result = await run(both(), items);
	expect(result.error).toBeUndefined();
	expect(result.json('Hook')).toHaveLength(500);
	expect(api.seen.map(({ url }) => url).sort()).toEqual(Array.from({ length: 7 }, (_, city) => `/now?city=city%20${city}`));
	expect(providers.sent).toHaveLength(500);
	expect(providers.sent.find(({ to }) => to === '+14155551008')?.body).toBe('sky of city 1');
	expect(hook.seen.filter(({ body }) => body === '{ "sky": "SKY OF CITY 1" }')).toHaveLength(72);
	// Answers are large, and of no use to later nodes.
	expect(JSON.stringify(result.json('Hook'))).not.toContain('sky of');
	const shown = result.run.data.resultData.runData.Weather?.map(({ data }) => data?.ai_agent?.[0]?.[0]?.json);
	expect(shown).toEqual([{ requests: 7, failed: 0 }, { requests: 0, failed: 0 }]);
});

test('an answer that fails costs that message, with its reason; with a default it costs none', async () => {
	says = (url) => (url.searchParams.get('city') === 'city 1' ? { status: 500, body: `oops ${KEY}` } : { status: 200, body: { sky: 'blue' } });
	const items = await people(4, 2);
	const result = await run(sms(), items);
	expect(result.json('SMS')).toHaveLength(2);
	expect(result.json('SMS', 1)).toMatchObject([{ reason: 'linked_content_failed', reasonText: 'Linked content failed', detail: 'Weather: http_500: HTTP 500: oops ***' }, {}]);
	expect(rowsOfStore().message?.map(({ state, reason }) => reason ?? state).sort()).toEqual(['linked_content_failed', 'linked_content_failed', 'sent', 'sent']);

	const foreign = [{ id: 'x', phone: '+14155550101', city: 'city 1' }];
	const instead = await run(sms([weather({ onFailure: 'default', defaultJson: '{ "sky": "grey" }' })], {}, base('Start', 'manualTrigger')), foreign, 'webhook');
	expect(instead.json('SMS')).toHaveLength(1);
	expect(providers.sent.at(-1)?.body).toBe('Today: grey');
});

test('only what the templates mention is asked, and nothing for those who are not sent to', async () => {
	const items = await people(3, 3);
	await store().call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
	await run(sms([weather(), weather({ query: { pairs: [{ name: 'city', value: 'other' }] } }, 'Other')]), items);
	expect(api.seen.map(({ url }) => url).sort()).toEqual(['/now?city=city%201', '/now?city=city%202']);
	// A second delivery sends nothing, and asks nothing.
	await run(sms([weather({ cacheMinutes: 0 })]), items);
	expect(api.seen).toHaveLength(2);
	await run(sms([weather()], { message: 'nothing linked' }, base('Start', 'manualTrigger')), [{ id: 'x', phone: '+14155550101' }], 'webhook');
	expect(api.seen).toHaveLength(2);
});

test('a private address is refused unless the credential allows it', async () => {
	const result = await run(sms(), await people(1, 1), 'trigger', { credentials: { ...credentials(), campaignsLinkedContentApi: { ...credentials().campaignsLinkedContentApi, allowPrivate: false } } });
	expect(result.json('SMS', 1)).toMatchObject([{ reason: 'linked_content_failed', detail: expect.stringContaining('private_address') }]);
	expect(api.seen).toEqual([]);
});

describe('a run by hand', () => {
	const preview = (result: Execution) => result.json('SMS').map(({ preview: shown }) => (shown as IDataObject).sms);

	test('shows what would be asked, and asks nothing', async () => {
		const items = await people(1, 1);
		const wouldAsk = { method: 'GET', url: `${api.url}/now?city=city%200` };
		const item = [{ ...items[0], user: { id: 'p1', phone: '+14155551000', properties: { city: 'city 0' } } }];
		expect(preview(await run(sms(), item, 'manual'))).toEqual([{ notShown: expect.stringContaining('answer of Weather'), linkedContent: { Weather: { wouldAsk } } }]);
		const withDefault = sms([weather({ onFailure: 'default', defaultJson: '{ "sky": "grey" }' })]);
		expect(preview(await run(withDefault, item, 'manual'))).toEqual([{ wouldSend: expect.objectContaining({ to: '+14155551000', body: 'Today: grey' }), linkedContent: { Weather: { wouldAsk, shownWith: 'Default JSON' } } }]);
		expect(preview(await run(sms(), [{ user: { id: 'p1', phone: '+14155551000' } }], 'manual'))).toMatchObject([{ wouldNotSend: 'Linked content failed', detail: expect.stringContaining('Profile.city') }]);
		expect(api.seen).toEqual([]);
		expect(providers.requests()).toEqual([]);
	});

	test('asks where it is told to, and other dry runs never do', async () => {
		const asking = sms([weather({ options: { askInManualRuns: true, retries: 0 } })]);
		const item = [{ user: { id: 'p1', phone: '+14155551000', properties: { city: 'a' } } }];
		expect(preview(await run(asking, item, 'retry'))).toMatchObject([{ notShown: expect.any(String) }]);
		expect(api.seen).toEqual([]);
		const shown = await run(asking, item, 'manual');
		expect(preview(shown)).toMatchObject([{ wouldSend: { body: 'Today: sky of a' }, linkedContent: { Weather: { asked: { method: 'GET' }, status: 200 } } }]);
		expect(JSON.stringify(shown.run)).not.toContain(KEY);
		says = () => ({ status: 404, body: 'none' });
		expect(preview(await run(asking, [{ user: { id: 'p1', phone: '+14155551000', properties: { city: 'b' } } }], 'manual'))).toMatchObject([{ wouldNotSend: 'Linked content failed', detail: 'Weather: http_404: HTTP 404: none' }]);
		expect(providers.requests()).toEqual([]);
	});
});

describe('what cannot work is refused, at publish and in every run', () => {
	const start = base('Start', 'manualTrigger');
	test.each<[string, () => TestWorkflow, RegExp]>([
		['a name that is not connected', () => sms([weather({ apiName: 'Wether' })], {}, start), /"SMS" takes values from Linked\.Weather, and there is no linked content of that name\. Connected are: Wether/],
		['nothing connected', () => sms([], {}, start), /None is connected/],
		['a disabled one', () => sms([{ ...weather(), disabled: true }], {}, start), /None is connected/],
		['two of one name', () => sms([weather(), weather({ apiName: 'Weather' }, 'Again')], {}, start), /Two Linked Content nodes below "SMS" have the name Weather/],
		['a name that is not written out', () => sms([weather()], { message: '{{ Linked[Profile.api].x }}' }, start), /without the name/],
		['a personalized host', () => sms([weather({ url: 'http://{{ Profile.host }}/' })], {}, start), /"Weather": Scheme, host, port and user of the URL must be fixed text/],
		['a mistake in a parameter', () => sms([weather({ query: { pairs: [{ name: 'city', value: '{{ Profil.city }}' }] } })], {}, start), /"Weather": Query parameter city has a mistake in line 1, column 4: Unknown variable "Profil"/],
	])('%s', async (_what, workflow, message) => {
		await expect(publish({ workflow: workflow(), nodes: CAMPAIGN_NODES, credentials: credentials() })).rejects.toThrow(message);
		for (const mode of ['manual', 'trigger'] as const) {
			const result = await run(workflow(), [{ id: 'a', phone: '+14155550101' }], mode);
			expect(result.error?.message).toMatch(message);
		}
		expect(providers.requests()).toEqual([]);
	});

	test('the Campaign Trigger refuses it, too', async () => {
		const trigger = own('Campaign', 'campaignTrigger', { segmentMode: 'json', segmentRule: '{ "all": [] }' });
		const workflow = both([weather({ apiName: 'Wether' })], 'Hi', trigger);
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: credentials() })).rejects.toThrow(/"Hook" takes values from Linked\.Weather/);
	});
});

test('the key is in no item, error or row, whatever the API says', async () => {
	const [item] = await people(1, 1);
	const refused = { ...credentials(), campaignsLinkedContentApi: { ...credentials().campaignsLinkedContentApi, headerValue: 'wrong-key-nobody-may-see' } };
	const result = await run(sms(), [item as IDataObject], 'trigger', { credentials: refused });
	expect(result.json('SMS', 1)).toMatchObject([{ reason: 'linked_content_failed', detail: 'Weather: http_401: HTTP 401: not ***' }]);
	expect(JSON.stringify([result.run, rowsOfStore()], (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('wrong-key-nobody-may-see');
});

test.each<WorkflowExecuteMode>(['trigger', 'manual'])('a request takes values of the latest event that it alone asks for by name, in mode %s', async (mode) => {
	const items = await people(2, 2);
	await store().call('ingest', { events: [{ user: 'p1', name: 'Added to Cart', ts: 1_000, properties: { town: 'Lyon' } }, { user: 'p1', name: 'Added to Cart', ts: 2_000, properties: { town: 'Bonn' } }] });
	const asks = weather({ query: { pairs: [{ name: 'city', value: '@Added to Cart - town | default: "nowhere"' }] }, options: { retries: 0, askInManualRuns: true } });
	const result = await run(sms([asks]), items, mode);
	expect(result.error).toBeUndefined();
	expect(api.seen.map(({ url }) => url).sort()).toEqual(['/now?city=Bonn', '/now?city=nowhere']);
});

test.each<[string, INodeParameters, string[]]>([
	['without a default', { query: { pairs: [{ name: 'c', value: '{{ Profile.city }}@Profile - ctiy' }] } }, ['Profile.city has no default', 'no property of people is called "ctiy" so far; did you mean "city"?']],
	['with one', { query: { pairs: [{ name: 'c', value: '{{ Profile.city }}@Profile - ctiy' }] }, onFailure: 'default', defaultJson: '{}' }, ['no property of people is called "ctiy" so far; did you mean "city"?']],
])('what may be wrong in requests is said in a run by hand, %s', async (_name, parameters, warnings) => {
	await people(1, 1);
	const workflow = sms([weather(parameters)], { message: '{{ Linked.Weather.sky | default: "grey" }}' }, own('Campaign', 'campaignTrigger', EVERYBODY_NOW));
	const result = await run(workflow, [{}], 'manual', { start: 'Campaign' });
	expect(result.error).toBeUndefined();
	const said = result.hints('Campaign').filter((hint) => hint.startsWith('"Weather": Query parameter c, line 1, column '));
	expect(said).toEqual(warnings.map((warning) => expect.stringContaining(warning) as unknown));
});
