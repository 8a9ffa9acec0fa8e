import { CampaignsMailgunApi } from '../../../credentials/CampaignsMailgunApi.credentials';
import { Email } from '../../../nodes/Email/Email.node';
import { MailgunEmailProvider } from '../../../nodes/MailgunEmailProvider/MailgunEmailProvider.node';
import type { EmailMessage } from '../../../engine/channels/email/message';
import { testRequestOf } from '../../support/credential-request';
import { EMAIL } from '../../support/email-message';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { apiKey: 'key-secret-0123', baseUrl: 'http://127.0.0.1:9/' };
const run = async (setup: SupplySetup) => (await supply<EmailMessage>(new MailgunEmailProvider(), { credentials: { campaignsMailgunApi: credential }, ...setup })).supplied;

describeProviderNode('MailgunEmailProvider', {
	make: () => new MailgunEmailProvider(), credentialType: new CampaignsMailgunApi(), kind: 'mailgun', credential, secretFields: ['apiKey'], parameters: { domain: 'mg.example.com' }, sender: new Email(),
});

it('takes over its options', async () => {
	const { provider } = await run({ parameters: { domain: ' mg.example.com ', options: { tags: 'spring, news' } } });
	const request = await provider?.request(EMAIL);
	expect(request?.url).toBe('http://127.0.0.1:9/v3/mg.example.com/messages');
	const form = await new Response(new Uint8Array(request?.bytes as Buffer), { headers: { 'Content-Type': request?.headers['Content-Type'] as string } }).formData();
	expect(form.getAll('o:tag')).toEqual(['spring', 'news']);
});

it('says that it has no domain', async () => expect((await run({})).error).toMatch(/needs a domain.*Domain/));

it.each([
	['http://127.0.0.1:9/', 'http://127.0.0.1:9'],
	['', 'https://api.mailgun.net'],
])('the credential with the base URL %j asks for the domains', (baseUrl, baseURL) => {
	expect(testRequestOf(new CampaignsMailgunApi(), { ...credential, baseUrl })).toEqual({ baseURL, url: '/v4/domains', qs: { limit: '1' }, auth: { username: 'api', password: 'key-secret-0123' } });
});
