import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';
import { CampaignsAmazonSesApi } from '../../../credentials/CampaignsAmazonSesApi.credentials';
import { campaignsAmazonSesTest } from '../../../nodes/AmazonSesEmailProvider/credential-test';
import { Email } from '../../../nodes/Email/Email.node';
import { AmazonSesEmailProvider } from '../../../nodes/AmazonSesEmailProvider/AmazonSesEmailProvider.node';
import type { EmailMessage } from '../../../engine/channels/email/message';
import { EMAIL } from '../../support/email-message';
import { closedPort, startLoopback } from '../../support/loopback';
import { describeProviderNode } from '../../support/provider-node';
import { supply } from '../../support/supply-context';

const credential = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'aws-secret-0123', sessionToken: '', region: 'eu-west-1', baseUrl: 'http://127.0.0.1:9/' };
const test = async (data: object) => await campaignsAmazonSesTest.call({} as ICredentialTestFunctions, { id: '1', name: 'SES', type: 'campaignsAmazonSesApi', data: { ...credential, ...data } } as ICredentialsDecrypted);

describeProviderNode('AmazonSesEmailProvider', {
	make: () => new AmazonSesEmailProvider(), credentialType: new CampaignsAmazonSesApi(), kind: 'ses', credential, secretFields: ['secretAccessKey'], parameters: {}, sender: new Email(),
});

it('takes over its options', async () => {
	const { supplied } = await supply<EmailMessage>(new AmazonSesEmailProvider(), { credentials: { campaignsAmazonSesApi: credential }, parameters: { options: { configurationSet: ' campaigns ' } } });
	const request = await supplied.provider?.request(EMAIL);
	expect(request?.url).toBe('http://127.0.0.1:9/v2/email/outbound-emails');
	expect(JSON.parse(request?.body as string)).toMatchObject({ ConfigurationSetName: 'campaigns' });
});

describe('the test of the credential', () => {
	it('asks for the account, signed', async () => {
		const server = await startLoopback((_seen, answer) => answer({ status: 200, body: { SendingEnabled: true } }));
		expect(await test({ baseUrl: server.url })).toMatchObject({ status: 'OK' });
		expect(server.seen).toMatchObject([{ method: 'GET', url: '/v2/email/account', headers: { authorization: expect.stringContaining('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/') } }]);
		await server.close();
	});

	it('says what is wrong, and no secret', async () => {
		const server = await startLoopback((_seen, answer) => answer({ status: 403, body: { message: 'Not with aws-secret-0123' } }));
		expect(await test({ baseUrl: server.url })).toEqual({ status: 'Error', message: 'Amazon SES has answered 403: Not with ***' });
		await server.close();
		expect(await test({ baseUrl: `http://127.0.0.1:${await closedPort()}` })).toMatchObject({ status: 'Error', message: expect.stringContaining('ECONNREFUSED') });
		expect(await test({ region: '' })).toMatchObject({ status: 'Error', message: expect.stringContaining('Region') });
	});
});
