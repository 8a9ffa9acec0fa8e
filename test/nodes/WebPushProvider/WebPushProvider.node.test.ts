import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';

import { CampaignsWebPushApi } from '../../../credentials/CampaignsWebPushApi.credentials';
import type { PushMessage } from '../../../engine/channels/push/message';
import { Push } from '../../../nodes/Push/Push.node';
import { WebPushProvider } from '../../../nodes/WebPushProvider/WebPushProvider.node';
import { describeProviderNode } from '../../support/provider-node';
import { pushMessage } from '../../support/push';
import { supply } from '../../support/supply-context';
import { makeKeys, subscription, VAPID } from '../../support/web-push';

const credential = { ...VAPID, subject: 'mailto:push@example.com' };

describeProviderNode('WebPushProvider', {
	make: () => new WebPushProvider(),
	credentialType: new CampaignsWebPushApi(),
	kind: 'webpush',
	credential,
	secretFields: ['privateKey'],
	parameters: {},
	sender: new Push(),
});

it.each([
	[{}, false],
	[{ options: { allowPrivate: true } }, true],
])('with %j, private addresses are allowed: %s', async (parameters, allowPrivate) => {
	const { supplied } = await supply<PushMessage>(new WebPushProvider(), { credentials: { campaignsWebPushApi: credential }, parameters });
	expect(supplied.channel).toBe('push');
	expect(supplied.provider?.allowPrivate).toBe(allowPrivate);
	const request = async () => await supplied.provider?.request(pushMessage({ device: subscription('http://127.0.0.1/x') }));
	if (allowPrivate) expect((await request())?.url).toBe('http://127.0.0.1/x');
	else await expect(request()).rejects.toThrow(/no https address/);
});

it.each([
	[credential, { status: 'OK', message: 'The keys are a pair' }],
	[{ ...credential, publicKey: makeKeys().publicKey }, { status: 'Error', message: expect.stringContaining('not a pair') }],
	[{}, { status: 'Error', message: expect.stringContaining('no public key') }],
])('the test of the credential', async (data, answer) => {
	const { campaignsWebPushTest } = new WebPushProvider().methods.credentialTest;
	expect(await campaignsWebPushTest.call({} as ICredentialTestFunctions, { data } as unknown as ICredentialsDecrypted)).toEqual(answer);
});
