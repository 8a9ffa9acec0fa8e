import { CampaignsPlivoApi } from '../../../credentials/CampaignsPlivoApi.credentials';
import { PlivoSmsProvider } from '../../../nodes/PlivoSmsProvider/PlivoSmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { authId: 'MA1', authToken: 'token-0123', baseUrl: 'http://127.0.0.1:9' };
const message = { to: '+14155552671', body: 'Hi', messageId: 'm', campaignId: 'c' };
const json = async (setup: SupplySetup) => {
	const { supplied } = await supply(new PlivoSmsProvider(), { credentials: { campaignsPlivoApi: credential }, ...setup });
	const request = await supplied.provider?.request(message);
	return { url: request?.url, body: JSON.parse(request?.body ?? '{}') as object, error: supplied.error };
};

describeProviderNode('PlivoSmsProvider', {
	make: () => new PlivoSmsProvider(),
	credentialType: new CampaignsPlivoApi(),
	kind: 'plivo',
	credential,
	secretFields: ['authToken'],
	parameters: { from: '+15005550006' },
});

describe('PlivoSmsProvider', () => {
	it('sends from a number', async () => {
		const { url, body } = await json({ parameters: { from: ' +15005550006 ' } });
		expect(url).toBe('http://127.0.0.1:9/v1/Account/MA1/Message/');
		expect(body).toEqual({ src: '+15005550006', dst: message.to, text: 'Hi', type: 'sms' });
	});

	it('sends by a powerpack, whatever number was typed before', async () => {
		expect((await json({ parameters: { sendFrom: 'powerpack', powerpackId: 'P1', from: '+15005550006' } })).body).toEqual({ powerpack_uuid: 'P1', dst: message.to, text: 'Hi', type: 'sms' });
	});

	it('takes over its options', async () => {
		const options = { statusCallback: 'https://x.example.com/s', validityPeriod: 60, log: 'number_only', dltEntityId: 'E1', dltTemplateId: 'T1', dltTemplateCategory: 'promotional' };
		expect((await json({ parameters: { from: '+1', options } })).body).toMatchObject({
			url: 'https://x.example.com/s?message_id=m', method: 'POST', message_expiry: 60, log: 'number_only', dlt_entity_id: 'E1', dlt_template_id: 'T1', dlt_template_category: 'promotional',
		});
	});

	it.each([[{}], [{ sendFrom: 'powerpack' }]])('says that it has no sender: %j', async (parameters) => expect((await json({ parameters })).error).toMatch(/needs a sender.*Powerpack/));
});

it('the credential asks for the account', () => {
	expect(testRequestOf(new CampaignsPlivoApi(), { ...credential, authId: 'MA/1' })).toEqual({ baseURL: 'http://127.0.0.1:9', url: '/v1/Account/MA%2F1/', auth: { username: 'MA/1', password: 'token-0123' } });
});
