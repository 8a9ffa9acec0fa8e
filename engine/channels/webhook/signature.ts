import { createHmac } from 'node:crypto';
import { CampaignError } from '../../errors';

const PREFIX = 'whsec_';

/** Key length the Standard Webhooks specification asks for, in bytes. */
const KEY_BYTES = { least: 24, most: 64 };

/**
 * Reads the signing secrets of an endpoint: one, or several separated by spaces while a key is rotated, each
 * `whsec_` and base64. Throws a CampaignError that does not quote the secret.
 */
export function readSecrets(text: string): Buffer[] {
	return text
		.split(/\s+/)
		.filter(Boolean)
		.map((secret) => {
			const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
			const key = Buffer.from(encoded, 'base64');
			const canonical = key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
			if (!canonical || key.length < KEY_BYTES.least || key.length > KEY_BYTES.most) {
				throw new CampaignError('webhook_secret', 'The webhook signing secret is not a Standard Webhooks secret', `It is "whsec_" and ${KEY_BYTES.least} to ${KEY_BYTES.most} random bytes in base64, for example from: echo whsec_$(openssl rand -base64 32)`);
			}
			return key;
		});
}

/**
 * The `webhook-signature` header (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, one per key.
 * @param timestamp Unix seconds of this attempt
 */
export function sign(keys: readonly Buffer[], id: string, timestamp: number, body: string): string {
	const content = `${id}.${timestamp}.${body}`;
	return keys.map((key) => `v1,${createHmac('sha256', key).update(content, 'utf8').digest('base64')}`).join(' ');
}
