import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

import { CampaignError } from '../../errors';

/** Apple refuses tokens older than an hour, and senders that make one more often than every 20 minutes. */
const REUSED_MS = 50 * 60_000;
const SHORTEST_MS = 20 * 60_000;

const HINT = 'Paste the whole .p8 file of a key for the Apple Push Notifications service, from Certificates, Identifiers & Profiles.';

/** The token by which APNs knows a sender, one per key in this process. */
export class ApnsTokens {
	private static readonly ofKeys = new Map<string, ApnsTokens>();

	#current?: { token: string; issuedAt: number };

	readonly #keyId: string;

	readonly #teamId: string;

	readonly #key: KeyObject;

	private constructor(keyId: string, teamId: string, key: KeyObject) {
		this.#keyId = keyId;
		this.#teamId = teamId;
		this.#key = key;
	}

	/** Throws a CampaignError when `pem` is no such key. */
	static of(keyId: string, teamId: string, pem: string): ApnsTokens {
		const name = createHash('sha256').update([keyId, teamId, pem].join('\n')).digest('base64url');
		let tokens = ApnsTokens.ofKeys.get(name);
		if (!tokens) ApnsTokens.ofKeys.set(name, (tokens = new ApnsTokens(keyId, teamId, readKey(pem))));
		return tokens;
	}

	get secrets(): string[] {
		return this.#current ? [this.#current.token] : [];
	}

	get(now: number): string {
		// A clock that was put back would leave the token unused for as long, and refused.
		const age = this.#current ? now - this.#current.issuedAt : Infinity;
		if (this.#current && age >= 0 && age < REUSED_MS) return this.#current.token;
		return (this.#current = { token: this.sign(now), issuedAt: now }).token;
	}

	/** The token was refused as too old. Whether the next one will be another: not if this one is young, as then a clock is wrong. */
	renew(token: string, now: number): boolean {
		if (this.#current?.token !== token) return true;
		if (now - this.#current.issuedAt < SHORTEST_MS) return false;
		this.#current = undefined;
		return true;
	}

	private sign(now: number): string {
		const parts = [{ alg: 'ES256', kid: this.#keyId }, { iss: this.#teamId, iat: Math.floor(now / 1000) }];
		const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
		return `${signed}.${sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
	}
}

function readKey(pem: string): KeyObject {
	let key: KeyObject | undefined;
	try {
		key = createPrivateKey(pem);
	} catch {
		// OpenSSL's words help nobody, and may quote what was pasted.
	}
	if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new CampaignError('apns_key', 'The key of the APNs credential is no .p8 key', HINT);
	return key;
}
