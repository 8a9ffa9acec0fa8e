import { generateKeyPairSync } from 'node:crypto';

import type { PushContent, PushMessage } from '../../engine/channels/push/message';
import type { Device } from '../../engine/people/records';
import { startLoopback, type Answer, type Loopback } from './loopback';

/** Made anew for every run: no key that anybody could use lies in the repository. */
export const SERVICE_KEY = makeServiceKey();

function makeServiceKey() {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
	return { privateKey: privateKey.trim(), publicKey };
}

/** The JSON file of a service account, whose assertions are exchanged at `tokenUri`. */
export function serviceAccount(tokenUri: string, more: object = {}): string {
	const file = { type: 'service_account', project_id: 'shop-1', private_key_id: 'key-1', private_key: SERVICE_KEY.privateKey, client_email: 'push@shop-1.example.com', token_uri: tokenUri };
	return JSON.stringify({ ...file, ...more });
}

export interface TokenServer extends Loopback {
	/** Access tokens it gave, the first first. */
	given: string[];
}

/** An authorization server. `says`: its answer to the n-th request instead of a token. */
export async function startTokenServer(says: (nth: number) => Answer | undefined = () => undefined, expiresIn = 3599): Promise<TokenServer> {
	const given: string[] = [];
	let asked = 0;
	const server = await startLoopback((_seen, answer) => {
		const other = says(++asked);
		if (other) return answer(other);
		// Unlike any other run's: tokens are kept per account and process.
		const token = `ya29.token-that-nobody-may-see-${asked}-${server.port}`;
		given.push(token);
		answer({ status: 200, body: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } });
	});
	return Object.assign(server, { given });
}

export const NOW = Date.UTC(2026, 2, 2, 12);

export const content = (more: Partial<PushContent> = {}): PushContent => ({
	title: 'Still thinking?', body: 'Your cart is waiting', links: {}, data: {}, priority: 'high', messageId: 'fp-1', campaignId: 'c1', now: NOW, ...more,
});

export const fcmDevice = (token = 'fcm-token-1', seenAt = 1): Device => ({ kind: 'fcm', token, seenAt });

export const pushMessage = (more: Partial<PushMessage> = {}): PushMessage => ({ ...content(more), device: more.device ?? fcmDevice() });

/** FCM's own form of an error. */
export function fcmError(errorCode: string | undefined, status: string, message = 'Some words', details: object[] = []): unknown {
	const own = errorCode === undefined ? [] : [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
	return { error: { code: 400, message, status, details: [...own, ...details] } };
}
