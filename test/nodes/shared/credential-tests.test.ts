import type { ICredentialTestFunctions } from 'n8n-workflow';
import { campaignsCollectorTest, campaignsWebhookTest } from '../../../nodes/shared/credential-tests';

const run = async (test: typeof campaignsWebhookTest, data: Record<string, string>) => await test.call({} as ICredentialTestFunctions, { id: '1', name: 'c', type: 't', data });
const KEY = 'a'.repeat(16);

it.each([
	[{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, 'OK'],
	[{}, 'OK'],
	[{ secret: 'hunter2' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'X Bad' }, 'Error'],
	[{ authentication: 'headerAuth', headerName: 'X-Key' }, 'OK'],
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
