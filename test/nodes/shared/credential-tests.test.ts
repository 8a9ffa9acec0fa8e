import type { ICredentialTestFunctions } from 'n8n-workflow';
import { campaignsCollectorTest, campaignsGenericSmsTest, campaignsWebhookTest } from '../../../nodes/shared/credential-tests';
import { startLoopback } from '../../support/loopback';

const run = async (test: typeof campaignsWebhookTest, data: Record<string, string>) => await test.call({} as ICredentialTestFunctions, { id: '1', name: 'c', type: 't', data });
const KEY = 'a'.repeat(16);

it.each([
	[{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, 'OK'],
	[{}, 'OK'],
	[{ secret: 'hunter2' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'X Bad' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'X-Key' }, 'OK'],
	[{ authentication: 'headerAuth', headerName: 'Webhook-Signature' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'Host' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'X-Key', headerValue: 'pasted with\n' }, 'Error'],
])('webhook credential %j: %s', async (data, status) => expect(await run(campaignsWebhookTest, data as Record<string, string>)).toMatchObject({ status }));

it.each([
	[{}, 'Error'],
	[{ publicKey: KEY }, 'OK'],
	[{ publicKey: 'short' }, 'Error'],
	[{ publicKey: KEY, serverKey: KEY }, 'Error'],
	[{ publicKey: KEY, serverKey: `${KEY}b` }, 'OK'],
	[{ accountId: 'X', passcode: KEY }, 'OK'],
	[{ accountId: 'X', serverKey: KEY }, 'Error'],
	[{ publicKey: KEY, accountId: 'X', passcode: KEY }, 'Error'],
])('collector credential %j: %s', async (data, status) => {
	const result = await run(campaignsCollectorTest, data as Record<string, string>);
	expect(result).toMatchObject({ status });
	expect(result.message).not.toContain(KEY);
});

describe('generic SMS credential', () => {
	const against = async (data: (url: string) => Record<string, string>) => {
		const server = await startLoopback(({ url, headers }, answer) => {
			if (url === '/token') return answer({ status: 200, body: { access_token: 'granted', expires_in: 60 } });
			answer({ status: url === '/balance' && ['Bearer granted', 'Bearer right'].includes(String(headers.authorization)) ? 200 : 401, body: `you said ${headers.authorization}` });
		});
		try {
			return { ...(await run(campaignsGenericSmsTest, data(server.url))), seen: server.seen };
		} finally {
			await server.close();
		}
	};

	it.each<[string, Record<string, string>, string]>([
		['a header', { authentication: 'headerAuth', headerName: 'Authorization', headerValue: 'Bearer right' }, 'OK'],
		['a wrong header', { authentication: 'headerAuth', headerName: 'Authorization', headerValue: 'Bearer wrong-secret' }, 'Error'],
		['OAuth2', { authentication: 'oauth2', accessTokenUrl: '/token', clientId: 'me', clientSecret: 'hush-hush' }, 'OK'],
		['OAuth2 without a secret', { authentication: 'oauth2', accessTokenUrl: '/token', clientId: 'me' }, 'Error'],
	])('%s', async (_name, data, status) => {
		const { message, ...result } = await against((url) => ({ baseUrl: `${url}/send`, testUrl: `${url}/balance`, ...data, ...(data.accessTokenUrl && { accessTokenUrl: url + data.accessTokenUrl }) }));
		expect(result).toMatchObject({ status });
		expect(message).not.toMatch(/wrong-secret|hush-hush/);
		expect(result.seen.map(({ url }) => url)).not.toContain('/send');
	});

	it('says that a test URL is wanted where the base URL answers with an error', async () => {
		expect(await against((baseUrl) => ({ baseUrl }))).toMatchObject({ status: 'Error', message: expect.stringContaining('Fill in Test URL') });
	});

	it('an address that is none is an error', async () => expect(await run(campaignsGenericSmsTest, { baseUrl: 'nowhere' })).toMatchObject({ status: 'Error' }));
});
