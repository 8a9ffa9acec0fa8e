import { CampaignsNetcoreApi } from '../../../credentials/CampaignsNetcoreApi.credentials';
import { NetcoreSmsProvider } from '../../../nodes/NetcoreSmsProvider/NetcoreSmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { feedId: '1001', username: 'me', password: 'password-0123', baseUrl: 'http://127.0.0.1:9' };
const message = { to: '+919812345678', body: 'नमस्ते', messageId: 'm', campaignId: 'c' };
const make = async (setup: SupplySetup) => {
	const { supplied } = await supply(new NetcoreSmsProvider(), { credentials: { campaignsNetcoreApi: credential }, ...setup });
	if (!supplied.provider) throw new Error(supplied.error);
	return supplied.provider;
};
const form = async (setup: SupplySetup) => Object.fromEntries(new URLSearchParams((await (await make(setup)).request(message)).body));
const base = { feedid: '1001', username: 'me', password: 'password-0123', To: '919812345678', Text: message.body };

describeProviderNode('NetcoreSmsProvider', {
	make: () => new NetcoreSmsProvider(),
	credentialType: new CampaignsNetcoreApi(),
	kind: 'netcore',
	credential,
	secretFields: ['password'],
	parameters: {},
});

describe('NetcoreSmsProvider', () => {
	it('works with its defaults', async () => {
		expect(await (await make({})).request(message)).toMatchObject({ method: 'POST', url: 'http://127.0.0.1:9/BulkSms/SingleMsgApi' });
		expect(await form({})).toEqual({ ...base, mtype: '1' });
	});

	it('takes over its options', async () => {
		const options = { unicodeType: '8', dltEntityId: 'E1', dltTemplateId: 'T1' };
		expect(await form({ parameters: { senderId: ' ACMEIN ', options } })).toEqual({ ...base, senderid: 'ACMEIN', mtype: '8', entityid: 'E1', templateid: 'T1' });
		expect(await form({ parameters: { options: { unicodeType: '' } } })).toEqual(base);
		expect(await (await make({ parameters: { options: { method: 'GET' } } })).request(message)).toMatchObject({ method: 'GET', url: expect.stringContaining('feedid=1001') });
	});

	it.each([
		['11', 'auth'], ['12', 'auth'], ['21', undefined], ['31', 'transient'], ['99', 'request'],
	])('reads error code %s as the operator says', async (code, kind) => {
		const provider = await make({ parameters: { options: { accountCodes: '11, 12', recipientCodes: '21', passingCodes: '31,' } } });
		const outcome = provider.read({ status: 200, headers: {}, body: `<ERROR><CODE>${code}</CODE><DESC>Something</DESC></ERROR>` }, message);
		expect(outcome).toMatchObject(kind ? { outcome: 'refused', kind } : { outcome: 'recipient', reason: 'invalid_recipient' });
	});
});

it.each([
	[{}, 'http://127.0.0.1:9'],
	[{ testUrl: 'https://gw.example.com/balance' }, 'https://gw.example.com/balance'],
	[{ baseUrl: '' }, 'https://bulkpush.mytoday.com'],
])('the credential with %j asks %s', (extra, url) => expect(testRequestOf(new CampaignsNetcoreApi(), { ...credential, ...extra })).toEqual({ method: 'GET', url }));
