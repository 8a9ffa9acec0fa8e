import { CampaignsVonageApi } from '../../../credentials/CampaignsVonageApi.credentials';
import { VonageSmsProvider } from '../../../nodes/VonageSmsProvider/VonageSmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { apiKey: 'abcd1234', apiSecret: 'secret-0123', baseUrl: 'http://127.0.0.1:9/' };
const message = { to: '+14155552671', body: 'Hi', messageId: 'm', campaignId: 'c' };
const form = async (setup: SupplySetup) => {
	const { supplied } = await supply(new VonageSmsProvider(), { credentials: { campaignsVonageApi: credential }, ...setup });
	const request = await supplied.provider?.request(message);
	return { url: request?.url, fields: Object.fromEntries(new URLSearchParams(request?.body)), error: supplied.error };
};

describeProviderNode('VonageSmsProvider', {
	make: () => new VonageSmsProvider(),
	credentialType: new CampaignsVonageApi(),
	kind: 'vonage',
	credential,
	secretFields: ['apiSecret'],
	parameters: { from: '15005550006' },
});

describe('VonageSmsProvider', () => {
	it('sends from a number', async () => {
		const { url, fields } = await form({ parameters: { from: ' +15005550006 ' } });
		expect(url).toBe('http://127.0.0.1:9/sms/json');
		expect(fields).toEqual({ api_key: 'abcd1234', api_secret: 'secret-0123', from: '15005550006', to: '14155552671', text: 'Hi', 'client-ref': 'm' });
	});

	it('takes over its options', async () => {
		const options = { statusCallback: 'https://x.example.com/s', validityPeriod: 60, dltEntityId: ' E1 ', dltTemplateId: 'T1' };
		expect((await form({ parameters: { from: 'Hotel', options } })).fields).toMatchObject({ callback: 'https://x.example.com/s', ttl: '60000', 'entity-id': 'E1', 'content-id': 'T1' });
	});

	it('says that it has no sender', async () => expect((await form({})).error).toMatch(/needs a sender.*From/));
});

it.each([
	['http://127.0.0.1:9/', 'http://127.0.0.1:9'],
	['', 'https://rest.nexmo.com'],
])('the credential with the base URL %j asks for the balance', (baseUrl, baseURL) => {
	expect(testRequestOf(new CampaignsVonageApi(), { ...credential, baseUrl })).toEqual({ baseURL, url: '/account/get-balance', auth: { username: 'abcd1234', password: 'secret-0123' } });
});
