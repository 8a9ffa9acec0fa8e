import { CampaignsMsg91Api } from '../../../credentials/CampaignsMsg91Api.credentials';
import { Msg91SmsProvider } from '../../../nodes/Msg91SmsProvider/Msg91SmsProvider.node';
import { testRequestOf } from '../../support/credential-request';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { authKey: 'auth-key-0123', baseUrl: 'http://127.0.0.1:9' };
const message = { to: '+919812345678', body: 'Hi', messageId: 'm', campaignId: 'c' };
const json = async (setup: SupplySetup, templateId?: string) => {
	const { supplied } = await supply(new Msg91SmsProvider(), { credentials: { campaignsMsg91Api: credential }, ...setup });
	const request = await supplied.provider?.request({ ...message, templateId });
	return { url: request?.url, body: JSON.parse(request?.body ?? '{}') as object };
};
const pairs = (...list: Array<[string, string]>) => ({ pairs: list.map(([name, value]) => ({ name, value })) });

describeProviderNode('Msg91SmsProvider', {
	make: () => new Msg91SmsProvider(),
	credentialType: new CampaignsMsg91Api(),
	kind: 'msg91',
	credential,
	secretFields: ['authKey'],
	parameters: { templateId: 'T1' },
});

describe('Msg91SmsProvider', () => {
	it('fills the first variable with the message unless told otherwise', async () => {
		const { url, body } = await json({ parameters: { templateId: ' T1 ' } });
		expect(url).toBe('http://127.0.0.1:9/api/v5/flow');
		expect(body).toEqual({ template_id: 'T1', short_url: '0', recipients: [{ mobiles: '919812345678', VAR1: 'Hi' }] });
	});

	it('fills the variables it is told', async () => {
		expect((await json({ parameters: { templateId: 'T1', variables: pairs(['Text', '$$Body!'], ['', 'dropped']) } })).body).toMatchObject({ recipients: [{ mobiles: '919812345678', Text: 'Hi!' }] });
		expect((await json({ parameters: { templateId: 'T1', variables: {} } })).body).toMatchObject({ recipients: [{ mobiles: '919812345678' }] });
	});

	it('takes its own template, or that of the SMS node', async () => {
		expect((await json({ parameters: { templateId: 'T1' } }, 'T2')).body).toMatchObject({ template_id: 'T1' });
		expect((await json({}, 'T2')).body).toMatchObject({ template_id: 'T2' });
	});

	it('takes over its options', async () => {
		const options = { promotional: true, senderId: ' 600123 ', shortenLinks: true };
		expect((await json({ parameters: { templateId: 'T1', options } })).body).toMatchObject({ route: '1', sender: '600123', short_url: '1' });
	});
});

it('the credential asks for the balance, and looks whether the answer is an error', () => {
	const type = new CampaignsMsg91Api();
	expect(testRequestOf(type, credential)).toEqual({
		baseURL: 'http://127.0.0.1:9', url: '/api/balance.php', qs: { type: '4', authkey: 'auth-key-0123' }, headers: { authkey: 'auth-key-0123' },
	});
	expect(type.test.rules?.map(({ properties }) => properties)).toMatchObject([{ key: 'type', value: 'error' }, { key: 'msg_type', value: 'error' }]);
});
