import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';

import { CampaignsApnsApi } from '../../../credentials/CampaignsApnsApi.credentials';
import { attemptGroup } from '../../../engine/delivery/attempt';
import type { PushMessage } from '../../../engine/channels/push/message';
import type { Provider } from '../../../engine/channels/provider';
import { ApnsPushProvider } from '../../../nodes/ApnsPushProvider/ApnsPushProvider.node';
import { Push } from '../../../nodes/Push/Push.node';
import { accept, APNS_KEY, startApns } from '../../support/apns-server';
import { attemptOptions } from '../../support/exchange';
import { describeProviderNode } from '../../support/provider-node';
import { pushMessage } from '../../support/push';
import { supply } from '../../support/supply-context';

const credential = { keyId: 'KEY1234567', teamId: 'TEAM123456', privateKey: APNS_KEY.pem, topic: 'com.example.shop', environment: 'production', baseUrl: '' };

describeProviderNode('ApnsPushProvider', {
	make: () => new ApnsPushProvider(),
	credentialType: new CampaignsApnsApi(),
	kind: 'apns',
	credential,
	secretFields: ['privateKey'],
	parameters: {},
	sender: new Push(),
});

it.each([
	['production', 'https://api.push.apple.com'],
	['sandbox', 'https://api.sandbox.push.apple.com'],
])('goes to %s', async (environment, host) => {
	const { supplied } = await supply<PushMessage>(new ApnsPushProvider(), { credentials: { campaignsApnsApi: { ...credential, environment } } });
	expect(supplied.channel).toBe('push');
	expect(supplied.provider?.identity).toBe(`apns ${host} TEAM123456 KEY1234567 com.example.shop`);
});

it('sends to its base URL', async () => {
	const server = await startApns(accept, { tls: false });
	const { supplied } = await supply<PushMessage>(new ApnsPushProvider(), { credentials: { campaignsApnsApi: { ...credential, baseUrl: server.url } } });
	const { options, close } = attemptOptions<PushMessage>();
	const result = await attemptGroup([supplied.provider as unknown as Provider<PushMessage>], pushMessage({ device: { kind: 'apns', token: 'ab' } }), options);
	expect(result).toMatchObject({ outcome: 'sent' });
	close();
	await server.close();
});

it.each([
	[credential, 'OK', /usable/],
	[{ ...credential, privateKey: 'nonsense' }, 'Error', /no .p8 key/],
	[{}, 'Error', /no Key ID/],
])('the test of the credential', async (data, status, message) => {
	const { campaignsApnsTest } = new ApnsPushProvider().methods.credentialTest;
	expect(await campaignsApnsTest.call({} as ICredentialTestFunctions, { data } as unknown as ICredentialsDecrypted)).toEqual({ status, message: expect.stringMatching(message) });
});
