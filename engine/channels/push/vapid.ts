import { createECDH } from 'node:crypto';
import { getVapidHeaders } from 'web-push';

import { CampaignError } from '../../errors';
import { required } from '../http/one-by-one';

/** How a sender proves to push services who it is (RFC 8292). */
export interface Vapid {
	/** Keys as web-push and browsers write them: base64url, 65 and 32 bytes. */
	publicKey: string;
	privateKey: string;
	/** Whom a push service may write to: `mailto:` or https. */
	subject: string;
}

/** A signature holds for twelve hours, as web-push makes it, and is shown for so long, ms of the process's own time. */
const SHOWN_MS = 3_600_000;

/** More push services are not kept: whoever subscribes names one. */
const MOST_KEPT = 1_000;

/** Signs requests. One signature serves all requests to one push service (RFC 8292 2): making it takes longer than all else of a request. */
export class VapidSigner {
	readonly #vapid: Vapid;

	readonly #made = new Map<string, { authorization: string; since: number }>();

	constructor(vapid: Vapid) {
		this.#vapid = vapid;
	}

	/** The header `Authorization` of a request to an origin. */
	authorization(origin: string): string {
		const made = this.#made.get(origin);
		if (made && performance.now() - made.since < SHOWN_MS) return made.authorization;
		const { subject, publicKey, privateKey } = this.#vapid;
		const { Authorization: authorization } = getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm');
		if (this.#made.size >= MOST_KEPT) this.#made.clear();
		this.#made.set(origin, { authorization, since: performance.now() });
		return authorization;
	}
}

const HINT = 'Make a pair with "npx web-push generate-vapid-keys", and give the page its public key.';

/** Checks keys and subject. Throws a CampaignError that says what is wrong, and nothing of the private key. */
export function readVapid(typed: Partial<Vapid>): Vapid {
	const publicKey = keyOf(typed.publicKey, 'public', 65);
	const privateKey = keyOf(typed.privateKey, 'private', 32);
	const subject = required(typed.subject, 'webpush_subject', 'The Web Push credential has no Subject', 'Give an address at which push services reach you, such as mailto:push@example.com.');
	if (!/^(mailto:.+@.+|https:\/\/.+)$/i.test(subject) || !URL.canParse(subject)) {
		throw new CampaignError('webpush_subject', 'The Subject of the Web Push credential is neither a mailto: nor an https address', 'Write it as mailto:push@example.com.');
	}
	if (publicKeyOf(privateKey) !== publicKey) throw new CampaignError('webpush_key', 'The VAPID keys of the Web Push credential are not a pair', HINT);
	return { subject, publicKey, privateKey };
}

function keyOf(typed: string | undefined, which: 'public' | 'private', bytes: number): string {
	const key = required(typed, 'webpush_key', `The Web Push credential has no ${which} key`, HINT).replace(/=+$/, '');
	if (!/^[\w-]+$/.test(key) || Buffer.from(key, 'base64url').length !== bytes) {
		throw new CampaignError('webpush_key', `The ${which} VAPID key of the Web Push credential is not ${bytes} bytes in base64url`, HINT);
	}
	return key;
}

function publicKeyOf(privateKey: string): string | undefined {
	const curve = createECDH('prime256v1');
	try {
		curve.setPrivateKey(Buffer.from(privateKey, 'base64url'));
		return curve.getPublicKey().toString('base64url');
	} catch {
		// No point of the curve: zero, or beyond its order.
		return undefined;
	}
}
