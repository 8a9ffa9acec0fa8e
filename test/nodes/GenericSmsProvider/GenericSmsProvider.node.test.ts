import { CampaignsGenericSmsApi } from '../../../credentials/CampaignsGenericSmsApi.credentials';
import { MOST_NOT_IDEMPOTENT } from '../../../engine/delivery/batches';
import { GenericSmsProvider } from '../../../nodes/GenericSmsProvider/GenericSmsProvider.node';
import { joinUrl, readStatuses } from '../../../nodes/GenericSmsProvider/read-config';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credentials = { campaignsGenericSmsApi: { baseUrl: 'https://gw.example.com/api/', authentication: 'none' } };
const message = { to: '+14155552671', body: 'Hi & "you"', messageId: 'm', campaignId: 'c', keyValues: { uid: '7' } };
const run = async (setup: SupplySetup) => await supply(new GenericSmsProvider(), { credentials, ...setup });
const request = async (setup: SupplySetup) => {
	const { supplied } = await run(setup);
	if (!supplied.provider) throw new Error(supplied.error);
	return await supplied.provider.request(message);
};
const pairs = (...list: Array<[string, string]>) => ({ pairs: list.map(([name, value]) => ({ name, value })) });

describeProviderNode('GenericSmsProvider', {
	make: () => new GenericSmsProvider(),
	credentialType: new CampaignsGenericSmsApi(),
	kind: 'generic-http',
	credential: { baseUrl: 'https://gw.example.com', authentication: 'headerAuth', headerName: 'X-Key', headerValue: 'hush-hush' },
	secretFields: ['headerValue'],
	parameters: {},
});

describe('GenericSmsProvider', () => {
	it('works with its defaults', async () => {
		const { supplied } = await run({ name: 'Gateway' });
		expect(supplied).toMatchObject({ name: 'Gateway', priority: 1, provider: { kind: 'generic-http', label: 'Gateway', timeoutMs: 15_000, retries: 0, allowPrivate: true } });
		const made = await request({});
		expect(made).toMatchObject({ method: 'POST', url: 'https://gw.example.com/api' });
		expect(JSON.parse(made.body ?? '')).toEqual({ to: message.to, text: message.body, reference: 'm' });
	});

	it('sends by GET with query parameters, without a body', async () => {
		const made = await request({ parameters: { method: 'GET', path: 'send/$$uid', query: pairs(['to', '$$To'], ['text', '$$Body'], ['', 'dropped']), headers: pairs(['X-Id', '$$MessageID']) } });
		expect(made).toEqual({ method: 'GET', url: 'https://gw.example.com/api/send/7?to=%2B14155552671&text=Hi%20%26%20%22you%22', headers: { 'X-Id': 'm' } });
	});

	it.each([
		['a form', { bodyType: 'form', form: pairs(['to', '$$To'], ['text', '$$Body']) }, 'to=%2B14155552671&text=Hi+%26+%22you%22'],
		['XML', { bodyType: 'raw', raw: '<to>$$To</to><text>$$Body</text>' }, '<to>+14155552671</to><text>Hi &#38; &#34;you&#34;</text>'],
	])('sends %s', async (_name, parameters, body) => expect(await request({ parameters })).toMatchObject({ body }));

	it.each([
		[{ authentication: 'basicAuth', user: 'me', password: 'hush-hush' }, { Authorization: `Basic ${Buffer.from('me:hush-hush').toString('base64')}` }],
		[{ authentication: 'headerAuth', headerName: 'X-Key', headerValue: 'hush-hush' }, { 'X-Key': 'hush-hush' }],
	])('signs in by %j', async (auth, headers) => {
		const setup = { credentials: { campaignsGenericSmsApi: { ...credentials.campaignsGenericSmsApi, ...auth } } };
		expect(await request(setup)).toMatchObject({ headers });
		const { supplied } = await run(setup);
		expect(supplied.secrets).toContain('hush-hush');
		expect(JSON.stringify(supplied)).not.toContain('hush-hush');
	});

	it('takes over an OAuth2 client', async () => {
		const oauth2 = { authentication: 'oauth2', accessTokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret: 'hush-hush' };
		const { supplied } = await run({ credentials: { campaignsGenericSmsApi: { ...credentials.campaignsGenericSmsApi, ...oauth2 } } });
		expect(supplied.secrets).toContain('hush-hush');
		expect((await run({ credentials: { campaignsGenericSmsApi: { ...credentials.campaignsGenericSmsApi, ...oauth2, clientSecret: '' } } })).supplied.error).toMatch(/client secret/);
	});

	it('reads the answer as configured', async () => {
		const options = { messageIdPath: 'id', refusedStatuses: '500, 503' };
		const { supplied } = await run({ parameters: { acceptedWhen: 'answer', answerPath: 'state', acceptedValues: 'ok, queued', otherwise: 'refused', options } });
		const read = (status: number, body: object) => supplied.provider?.read({ status, headers: {}, body: JSON.stringify(body) }, message);
		expect(read(200, { state: 'queued', id: 9 })).toEqual({ outcome: 'sent', providerId: '9' });
		expect(read(200, { state: 'no' })).toMatchObject({ outcome: 'refused', kind: 'request' });
		expect(read(503, {})).toMatchObject({ outcome: 'refused', kind: 'transient' });
		expect(read(502, {})).toMatchObject({ outcome: 'unknown' });
		expect(read(409, {})).toMatchObject({ outcome: 'unknown' });
	});

	it('is set up from a curl command, for the host of the credential only', async () => {
		const curl = `curl 'https://gw.example.com/v2/send?x=1' -H 'X-Id: $$MessageID' --json '{"to":"$$To","uid":"$$uid","text":"$$Body"}'`;
		const made = await request({ parameters: { setUpFrom: 'curl', curl } });
		expect(made).toMatchObject({ method: 'POST', url: 'https://gw.example.com/v2/send?x=1', headers: { 'X-Id': 'm' } });
		expect(JSON.parse(made.body ?? '')).toEqual({ to: message.to, uid: '7', text: message.body });
		const error = async (command: string) => (await run({ parameters: { setUpFrom: 'curl', curl: command } })).supplied.error;
		expect(await error(curl.replace('gw.', 'other.'))).toMatch(/asks https:\/\/other.example.com, and the credential is for https:\/\/gw.example.com/);
		expect(await error(`${curl} -u me:hush`)).toMatch(/credential/);
		expect(await error('curl https://gw.example.com -d to=$$To')).toMatch(/\$\$Body/);
	});

	it('sends in batches', async () => {
		const json = '{ "msgs": [{ "to": "$$To", "text": "$$Body" }] }';
		const parameters = { json, batch: true, batchKey: 'msgs', batchSize: 20, acceptedWhen: 'answer', answerPath: 'state', acceptedValues: 'ok', answerTells: 'each', resultsPath: 'all' };
		const { supplied } = await run({ parameters });
		expect(supplied.provider?.batch).toMatchObject({ most: 20 });
		expect(supplied.provider?.batch?.read({ status: 200, headers: {}, body: '{"all":[{"state":"ok"}]}' }, [message])).toEqual([{ outcome: 'sent', providerId: null }]);
		expect(JSON.parse((await request({ parameters })).body ?? '')).toEqual({ msgs: [{ to: message.to, text: message.body }] });
		for (const elsewhere of [{ method: 'GET', query: pairs(['to', '$$To'], ['text', '$$Body']) }, { bodyType: 'form', form: pairs(['to', '$$To'], ['text', '$$Body']) }]) {
			expect((await run({ parameters: { ...parameters, ...elsewhere } })).supplied.provider?.batch).toBeUndefined();
		}
	});

	it('offers no more messages per request than go together', () => {
		const { properties } = new GenericSmsProvider().description;
		expect(properties.find(({ name }) => name === 'batchSize')).toMatchObject({ default: MOST_NOT_IDEMPOTENT, typeOptions: { minValue: 1, maxValue: MOST_NOT_IDEMPOTENT } });
	});

	it('takes over what refuses, what is not certain, and what is about the number', async () => {
		const options = { refusedStatuses: '409', uncertainStatuses: '422' };
		const { supplied } = await run({ parameters: { acceptedWhen: 'answer', answerPath: 'state', acceptedValues: 'ok', refusedValues: 'no', invalidRecipientValues: 'number', options } });
		const read = (status: number, state: string) => supplied.provider?.read({ status, headers: {}, body: JSON.stringify({ state }) }, message);
		expect(read(409, '')).toMatchObject({ outcome: 'refused', kind: 'request' });
		expect(read(422, '')).toMatchObject({ outcome: 'unknown' });
		expect(read(422, 'no')).toMatchObject({ outcome: 'refused' });
		expect(read(422, 'number')).toMatchObject({ outcome: 'recipient' });
	});

	it.each([
		['JSON that is none', { parameters: { json: '{"to": $$To' } }, /not valid JSON|\$\$Body/],
		['a host with a replacement', { credentials: { campaignsGenericSmsApi: { baseUrl: 'https://$$uid.example.com', authentication: 'none' } } }, /fixed text/],
		['no base URL', { credentials: { campaignsGenericSmsApi: { baseUrl: '', authentication: 'none' } } }, /must begin with http/],
		['an uncertain status that is no refusal', { parameters: { options: { uncertainStatuses: '500' } } }, /"500" is not an HTTP status/],
		['a wrong status', { parameters: { options: { refusedStatuses: '5xx' } } }, /"5xx" is not an HTTP status/],
	])('with %s it is handed over as broken', async (_name, setup, why) => {
		const { supplied } = await run(setup as SupplySetup);
		expect(supplied.provider).toBeUndefined();
		expect(supplied.error).toMatch(why);
	});
});

describe('joinUrl', () => {
	it.each([
		['https://a.com', '', 'https://a.com'],
		['https://a.com/', '/x', 'https://a.com/x'],
		['https://a.com/v1', 'x/y', 'https://a.com/v1/x/y'],
		['https://a.com/v1', '?x=1', 'https://a.com/v1?x=1'],
		['https://a.com', '.evil.com', 'https://a.com/.evil.com'],
		['https://a.com', '@evil.com', 'https://a.com/@evil.com'],
		['https://a.com', '//evil.com', 'https://a.com/evil.com'],
		['https://a.com', ':8080', 'https://a.com/:8080'],
	])('%s and %s', (base, path, url) => expect(joinUrl(base, path)).toBe(url));
});

it.each([['', []], ['500', [500]], ['500, 503,', [500, 503]]])('statuses %j', (text, statuses) => expect(readStatuses(text)).toEqual(statuses));
