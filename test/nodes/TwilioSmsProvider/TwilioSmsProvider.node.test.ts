import { CampaignsTwilioApi } from '../../../credentials/CampaignsTwilioApi.credentials';
import { TwilioSmsProvider } from '../../../nodes/TwilioSmsProvider/TwilioSmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credentials = { campaignsTwilioApi: { authType: 'authToken', accountSid: 'AC1', authToken: 'token-0123', baseUrl: 'http://127.0.0.1:9' } };
const message = { to: '+14155552671', body: 'Hi', messageId: 'm', campaignId: 'c' };
const run = async (setup: SupplySetup) => await supply(new TwilioSmsProvider(), { credentials, ...setup });
const form = async (setup: SupplySetup) => {
	const request = await (await run(setup)).supplied.provider?.request(message);
	return { request, fields: Object.fromEntries(new URLSearchParams(request?.body)) };
};

describeProviderNode('TwilioSmsProvider', {
	make: () => new TwilioSmsProvider(),
	credentialType: new CampaignsTwilioApi(),
	kind: 'twilio',
	credential: credentials.campaignsTwilioApi,
	secretFields: ['authToken'],
	parameters: { from: '+15005550006' },
});

describe('TwilioSmsProvider', () => {
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
		const options = { statusCallback: 'https://x.example.com/s', validityPeriod: 60 };
		expect((await form({ parameters: { from: '+1', options } })).fields).toMatchObject({ StatusCallback: 'https://x.example.com/s?message_id=m', ValidityPeriod: '60' });
	});

	it('says that it has no sender', async () => {
		const { supplied } = await run({ parameters: {} });
		expect(supplied.error).toMatch(/needs a sender.*From number/);
	});
});

it('the credential asks for the messages', () => {
	const credential = credentials.campaignsTwilioApi;
	expect(testRequestOf(new CampaignsTwilioApi(), credential)).toEqual({
		baseURL: 'http://127.0.0.1:9', url: '/2010-04-01/Accounts/AC1/Messages.json', qs: { PageSize: 1 }, auth: { username: 'AC1', password: 'token-0123' },
	});
	const apiKey = { authType: 'apiKey', accountSid: 'AC1', apiKeySid: 'SK1', apiKeySecret: 'key-secret', authToken: 'old', baseUrl: '' };
	expect(testRequestOf(new CampaignsTwilioApi(), apiKey)).toMatchObject({ baseURL: 'https://api.twilio.com', auth: { username: 'SK1', password: 'key-secret' } });
});
