import { CampaignsPostmarkApi } from '../../../credentials/CampaignsPostmarkApi.credentials';
import { Email } from '../../../nodes/Email/Email.node';
import { PostmarkEmailProvider } from '../../../nodes/PostmarkEmailProvider/PostmarkEmailProvider.node';
import type { EmailMessage } from '../../../engine/channels/email/message';
import { testRequestOf } from '../../support/credential-request';
import { EMAIL } from '../../support/email-message';
import { describeProviderNode } from '../../support/provider-node';
import { supply, type SupplySetup } from '../../support/supply-context';

const credential = { serverToken: 'token-secret-0123', baseUrl: 'http://127.0.0.1:9/' };
const run = async (setup: SupplySetup) => {
	const { supplied } = await supply<EmailMessage>(new PostmarkEmailProvider(), { credentials: { campaignsPostmarkApi: credential }, ...setup });
	const request = await supplied.provider?.request(EMAIL);
	return { url: request?.url, body: request && (JSON.parse(request.body as string) as object), error: supplied.error };
};

describeProviderNode('PostmarkEmailProvider', {
	make: () => new PostmarkEmailProvider(), credentialType: new CampaignsPostmarkApi(), kind: 'postmark', credential, secretFields: ['serverToken'], parameters: {}, sender: new Email(),
});

it('sends to the broadcast stream unless told otherwise', async () => {
	expect(await run({})).toMatchObject({ url: 'http://127.0.0.1:9/email', body: { MessageStream: 'broadcast' } });
	expect(await run({ parameters: { messageStream: ' outbound ', options: { tag: ' spring ' } } })).toMatchObject({ body: { MessageStream: 'outbound', Tag: 'spring' } });
});

it('says that it has no stream', async () => expect((await run({ parameters: { messageStream: ' ' } })).error).toMatch(/message stream.*Message Stream/));

it.each([
	['http://127.0.0.1:9/', 'http://127.0.0.1:9'],
	['', 'https://api.postmarkapp.com'],
])('the credential with the base URL %j asks for the server', (baseUrl, baseURL) => {
	expect(testRequestOf(new CampaignsPostmarkApi(), { ...credential, baseUrl })).toEqual({ baseURL, url: '/server', headers: { 'X-Postmark-Server-Token': 'token-secret-0123', Accept: 'application/json' } });
});
