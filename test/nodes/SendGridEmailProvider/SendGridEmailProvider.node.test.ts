import { CampaignsSendGridApi } from '../../../credentials/CampaignsSendGridApi.credentials';
import { Email } from '../../../nodes/Email/Email.node';
import { SendGridEmailProvider } from '../../../nodes/SendGridEmailProvider/SendGridEmailProvider.node';
import type { EmailMessage } from '../../../engine/channels/email/message';
import { testRequestOf } from '../../support/credential-request';
import { EMAIL } from '../../support/email-message';
import { describeProviderNode } from '../../support/provider-node';
import { supply } from '../../support/supply-context';

const credential = { apiKey: 'SG.id.secret-0123', baseUrl: 'http://127.0.0.1:9/' };

describeProviderNode('SendGridEmailProvider', {
	make: () => new SendGridEmailProvider(), credentialType: new CampaignsSendGridApi(), kind: 'sendgrid', credential, secretFields: ['apiKey'], parameters: {}, sender: new Email(),
});

it('takes over its options', async () => {
	const options = { categories: ' spring, , news ', unsubscribeGroup: 7 };
	const { supplied } = await supply<EmailMessage>(new SendGridEmailProvider(), { credentials: { campaignsSendGridApi: credential }, parameters: { options } });
	const request = await supplied.provider?.request(EMAIL);
	expect(request?.url).toBe('http://127.0.0.1:9/v3/mail/send');
	expect(JSON.parse(request?.body as string)).toMatchObject({ categories: ['spring', 'news'], asm: { group_id: 7 } });
	expect(supplied.channel).toBe('email');
});

it.each([
	['http://127.0.0.1:9/', 'http://127.0.0.1:9'],
	['', 'https://api.sendgrid.com'],
])('the credential with the base URL %j asks for what the key may do', (baseUrl, baseURL) => {
	expect(testRequestOf(new CampaignsSendGridApi(), { ...credential, baseUrl })).toEqual({ baseURL, url: '/v3/scopes', headers: { Authorization: 'Bearer SG.id.secret-0123' } });
});
