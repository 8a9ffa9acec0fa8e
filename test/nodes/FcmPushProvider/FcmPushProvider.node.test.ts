import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';

import { CampaignsFcmApi } from '../../../credentials/CampaignsFcmApi.credentials';
import type { PushMessage } from '../../../engine/channels/push/message';
import { FcmPushProvider } from '../../../nodes/FcmPushProvider/FcmPushProvider.node';
import { Push } from '../../../nodes/Push/Push.node';
import { describeProviderNode } from '../../support/provider-node';
import { pushMessage, SERVICE_KEY, serviceAccount, startTokenServer } from '../../support/push';
import { supply } from '../../support/supply-context';

const credential = { serviceAccount: serviceAccount('http://127.0.0.1:9'), baseUrl: 'http://127.0.0.1:9/' };

describeProviderNode('FcmPushProvider', {
	make: () => new FcmPushProvider(),
	credentialType: new CampaignsFcmApi(),
	kind: 'fcm',
	credential,
	secretFields: ['serviceAccount'],
	secrets: [SERVICE_KEY.privateKey],
	parameters: {},
	sender: new Push(),
});

it('sends to the project of its service account, by its base URL', async () => {
	const tokens = await startTokenServer();
	const { supplied } = await supply<PushMessage>(new FcmPushProvider(), { credentials: { campaignsFcmApi: { ...credential, serviceAccount: serviceAccount(tokens.url) } } });
	expect(supplied.channel).toBe('push');
	expect((await supplied.provider?.request(pushMessage()))?.url).toBe('http://127.0.0.1:9/v1/projects/shop-1/messages:send');
	await tokens.close();
});

describe('the test of the credential', () => {
	const test = async (account: string) => {
		const { campaignsFcmTest } = new FcmPushProvider().methods.credentialTest;
		return await campaignsFcmTest.call({} as ICredentialTestFunctions, { data: { serviceAccount: account } } as unknown as ICredentialsDecrypted);
	};

	it('asks for an access token', async () => {
		const server = await startTokenServer();
		expect(await test(serviceAccount(server.url))).toEqual({ status: 'OK', message: 'Google accepts the service account' });
		expect(server.given).toHaveLength(1);
		await server.close();
	});

	it('says why there is none', async () => {
		const server = await startTokenServer(() => ({ status: 400, body: { error: 'invalid_grant', error_description: 'Account not found' } }));
		expect(await test(serviceAccount(server.url))).toEqual({ status: 'Error', message: 'No access token: Account not found' });
		await server.close();
	});

	it('says that it is no service account', async () => expect(await test('{}')).toMatchObject({ status: 'Error', message: expect.stringMatching(/no project_id.*Firebase console/) }));
});
