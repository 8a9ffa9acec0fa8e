import type { ICredentialTestFunction } from 'n8n-workflow';

import { AccessTokens } from '../../engine/channels/http/access-token';
import { Apns, type ApnsConfig } from '../../engine/channels/push/apns';
import { readServiceAccount, serviceAccountGrant } from '../../engine/channels/push/service-account';
import { readVapid } from '../../engine/channels/push/vapid';
import { NotReady } from '../../engine/channels/provider';

const TIMEOUT_MS = 15_000;

/** Test of a Campaigns FCM credential: Google gives an access token for the service account. Nothing is sent. */
export const campaignsFcmTest: ICredentialTestFunction = async function (credential) {
	return await tested('Google accepts the service account', async () => {
		const account = readServiceAccount(String(credential.data?.serviceAccount ?? ''));
		await AccessTokens.of(serviceAccountGrant(account)).get(Date.now(), TIMEOUT_MS);
	});
};

/** Test of a Campaigns Web Push credential: the keys are a pair, and the subject is an address. Nobody is asked. */
export const campaignsWebPushTest: ICredentialTestFunction = async function (credential) {
	return await tested('The keys are a pair', () => void readVapid({ ...(credential.data as Record<string, string> | undefined) }));
};

/** Test of a Campaigns APNs credential: everything is there, and the key is one. Apple is not asked: it answers to messages only. */
export const campaignsApnsTest: ICredentialTestFunction = async function (credential) {
	return await tested('The key is usable; whether Apple accepts it shows the first message', () => {
		void new Apns({ ...(credential.data as unknown as ApnsConfig), label: 'Test', now: Date.now });
	});
};

async function tested(good: string, test: () => void | Promise<void>) {
	try {
		await test();
		return { status: 'OK' as const, message: good };
	} catch (error) {
		if (error instanceof NotReady) return { status: 'Error' as const, message: error.refusal.detail };
		const { message, hint } = error as { message: string; hint?: string };
		return { status: 'Error' as const, message: [message, hint].filter(Boolean).join('. ') };
	}
}
