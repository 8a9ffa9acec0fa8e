import { CampaignsExotelApi } from '../../../credentials/CampaignsExotelApi.credentials';
import { ExotelSmsProvider } from '../../../nodes/ExotelSmsProvider/ExotelSmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { accountSid: 'acme1', apiKey: 'key-0123', apiToken: 'token-0123', baseUrl: 'http://127.0.0.1:9' };
const message = { to: '+919812345678', body: 'Hi', messageId: 'm', campaignId: 'c' };
const form = async (setup: SupplySetup) => {
	const { supplied } = await supply(new ExotelSmsProvider(), { credentials: { campaignsExotelApi: credential }, ...setup });
	const request = await supplied.provider?.request(message);
	return { url: request?.url, fields: Object.fromEntries(new URLSearchParams(request?.body)), error: supplied.error };
};

describeProviderNode('ExotelSmsProvider', {
	make: () => new ExotelSmsProvider(),
	credentialType: new CampaignsExotelApi(),
	kind: 'exotel',
	credential,
	secretFields: ['apiToken'],
	parameters: { from: 'ACMEIN' },
});

describe('ExotelSmsProvider', () => {
	it('sends from a sender ID', async () => {
		const { url, fields } = await form({ parameters: { from: ' ACMEIN ' } });
		expect(url).toBe('http://127.0.0.1:9/v1/Accounts/acme1/Sms/send.json');
		expect(fields).toEqual({ From: 'ACMEIN', To: message.to, Body: 'Hi', EncodingType: 'plain', CustomField: 'm' });
	});

	it('takes over its options', async () => {
		const options = { statusCallback: 'https://x.example.com/s', smsType: 'transactional_opt_in', dltEntityId: 'E1', dltTemplateId: 'T1' };
		expect((await form({ parameters: { from: 'ACMEIN', options } })).fields).toMatchObject({ StatusCallback: 'https://x.example.com/s', SmsType: 'transactional_opt_in', DltEntityId: 'E1', DltTemplateId: 'T1' });
	});

	it('says that it has no sender', async () => expect((await form({})).error).toMatch(/needs a sender.*ExoPhone/));
});

it('the credential asks for the calls', () => {
	expect(testRequestOf(new CampaignsExotelApi(), credential)).toEqual({
		baseURL: 'http://127.0.0.1:9', url: '/v1/Accounts/acme1/Calls.json', qs: { PageSize: 1 }, auth: { username: 'key-0123', password: 'token-0123' },
	});
});
