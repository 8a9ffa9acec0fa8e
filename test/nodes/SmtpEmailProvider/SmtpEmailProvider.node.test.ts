import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';
import { CampaignsSmtpApi } from '../../../credentials/CampaignsSmtpApi.credentials';
import { Email } from '../../../nodes/Email/Email.node';
import { SmtpEmailProvider } from '../../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { campaignsSmtpTest } from '../../../nodes/SmtpEmailProvider/credential-test';
import { closedPort } from '../../support/loopback';
import { describeProviderNode } from '../../support/provider-node';
import { answer, startSmtp } from '../../support/smtp';
import { supply } from '../../support/supply-context';
import { TEST_TLS } from '../../support/test-tls';

const credential = { host: '127.0.0.1', security: 'starttls', port: 587, user: 'news', password: 'smtp-secret-0123', ca: TEST_TLS.cert };
const test = async (data: object) => await campaignsSmtpTest.call({} as ICredentialTestFunctions, { id: '1', name: 'SMTP', type: 'campaignsSmtpApi', data: { ...credential, ...data } } as ICredentialsDecrypted);

describeProviderNode('SmtpEmailProvider', {
	make: () => new SmtpEmailProvider(), credentialType: new CampaignsSmtpApi(), kind: 'smtp', credential, secretFields: ['password'], parameters: {}, sender: new Email(),
});

it('says what is wrong with its options', async () => {
	const { supplied } = await supply(new SmtpEmailProvider(), { credentials: { campaignsSmtpApi: credential }, parameters: { options: { bounceAddress: 'bounces' } } });
	expect(supplied.error).toMatch(/Bounce Address: .*not an email address/);
});

describe('the test of the credential', () => {
	const start = async () => await startSmtp({
		...TEST_TLS, disabledCommands: [], authOptional: false,
		onAuth: ({ password }, _session, callback) => (password === 'smtp-secret-0123' ? callback(null, { user: 'news' }) : callback(answer(535, `5.7.8 Not with ${password}`))),
	});

	it('signs in and sends nothing', async () => {
		const server = await start();
		expect(await test({ port: server.port })).toEqual({ status: 'OK', message: 'The server can be reached, and has let the user in' });
		expect({ connections: server.connections(), received: server.received }).toEqual({ connections: 1, received: [] });
		await server.close();
	});

	it('says what is wrong, and no secret', async () => {
		const server = await start();
		const refused = await test({ port: server.port, password: 'wrong-secret' });
		expect(refused).toMatchObject({ status: 'Error', message: expect.stringContaining('535 5.7.8 Not with ***') });
		await server.close();
		expect(await test({ port: await closedPort() })).toMatchObject({ status: 'Error', message: expect.stringContaining('ECONNREFUSED') });
		expect(await test({ host: '' })).toEqual({ status: 'Error', message: 'The SMTP credential has no Host' });
	});
});
