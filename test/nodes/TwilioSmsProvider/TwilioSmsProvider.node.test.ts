import { TwilioSmsProvider } from '../../../nodes/TwilioSmsProvider/TwilioSmsProvider.node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credentials = { campaignsTwilioApi: { authType: 'authToken', accountSid: 'AC1', authToken: 'token-0123', baseUrl: 'http://127.0.0.1:9' } };
const message = { to: '+14155552671', body: 'Hi', messageId: 'm', campaignId: 'c' };
const run = async (setup: SupplySetup) => await supply(new TwilioSmsProvider(), { credentials, ...setup });
const form = async (setup: SupplySetup) => {
	const request = await (await run(setup)).supplied.provider?.request(message);
	return { request, fields: Object.fromEntries(new URLSearchParams(request?.body)) };
};

describe('TwilioSmsProvider', () => {
	it('supplies a provider with name, place and priority', async () => {
		const { supplied } = await run({ name: 'Twilio EU', position: [40, 80], parameters: { priority: 3, from: '+15005550006' } });
		expect(supplied).toMatchObject({ name: 'Twilio EU', priority: 3, position: [40, 80] });
		expect(supplied.provider).toMatchObject({ kind: 'twilio', label: 'Twilio EU', timeoutMs: 15_000, retries: 0 });
		expect(supplied.error).toBeUndefined();
		expect(supplied.secrets).toContain('token-0123');
		expect(JSON.stringify(supplied)).not.toContain('token-0123');
	});

	it('sends from a number', async () => {
		const { request, fields } = await form({ parameters: { from: ' +15005550006 ' } });
		expect(request?.url).toBe('http://127.0.0.1:9/2010-04-01/Accounts/AC1/Messages.json');
		expect(fields).toEqual({ To: message.to, From: '+15005550006', Body: 'Hi' });
	});

	it('sends by a messaging service, whatever number was typed before', async () => {
		expect((await form({ parameters: { sendFrom: 'service', messagingServiceSid: 'MG1', from: '+15005550006' } })).fields).toEqual({ To: message.to, MessagingServiceSid: 'MG1', Body: 'Hi' });
	});

	it('signs in with an API key', async () => {
		const apiKey = { authType: 'apiKey', accountSid: 'AC1', apiKeySid: 'SK1', apiKeySecret: 'key-secret', authToken: 'old' };
		const { request } = await form({ parameters: { from: '+1' }, credentials: { campaignsTwilioApi: apiKey } });
		expect(request?.headers['Authorization']).toBe(`Basic ${Buffer.from('SK1:key-secret').toString('base64')}`);
		expect(request?.url).toContain('https://api.twilio.com/2010-04-01/Accounts/AC1/');
	});

	it('takes over its options', async () => {
		const options = { timeout: 3, retries: 2, concurrency: 4, requestsPerSecond: 7, statusCallback: 'https://x.example.com/s', validityPeriod: 60 };
		const setup = { parameters: { from: '+1', options } };
		expect((await run(setup)).supplied.provider).toMatchObject({ timeoutMs: 3000, retries: 2, concurrency: 4, requestsPerSecond: 7 });
		expect((await form(setup)).fields).toMatchObject({ StatusCallback: 'https://x.example.com/s', ValidityPeriod: '60' });
	});

	it.each([
		['no credential', { credentials: {}, parameters: { from: '+1' } }, /credentials/],
		['no sender', { parameters: {} }, /needs a sender.*From number/],
	])('with %s it is handed over as broken and fails nothing', async (_name, setup, why) => {
		const { supplied } = await run(setup as SupplySetup);
		expect(supplied.provider).toBeUndefined();
		expect(supplied.error).toMatch(why);
		expect(supplied.secrets).toEqual([]);
	});

	it('shows its counts on the canvas', async () => {
		const { supplied, shown } = await run({ parameters: { from: '+1' } });
		supplied.report({ attempted: 5, sent: 3, refused: 1, unknown: 1 });
		expect(shown).toEqual({ input: [[[{ json: { attempted: 5 } }]]], output: [[[{ json: { sent: 3, refused: 1, unknown: 1 } }]]] });
	});

	it('takes no expressions', () => {
		const open = new TwilioSmsProvider().description.properties.filter(({ type, noDataExpression }) => type !== 'notice' && !noDataExpression);
		expect(open).toEqual([]);
	});
});
