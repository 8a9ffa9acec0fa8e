import { createHash, timingSafeEqual } from 'node:crypto';

import type { Clock } from '../clock';
import type { Trust } from './records';

/** Keys as an operator configured them; an absent or empty one lets nobody in. */
export interface KeySettings {
	/** For web pages and apps: anybody can read it there. */
	publicKey?: string;
	/** For servers. */
	serverKey?: string;
	/** CleverTap's pair, for servers. */
	accountId?: string;
	passcode?: string;
}

/** What a request showed, as it came. */
export interface Credentials {
	/** Segment write keys, from wherever the request carried them. */
	writeKeys: string[];
	accountId?: string;
	passcode?: string;
}

/**
 * The keys of a collector. Only their hashes are kept, and every comparison takes the same time however much of a
 * key is right.
 */
export class CollectorKeys {
	private readonly publicKey?: Buffer;

	private readonly serverKey?: Buffer;

	private readonly account?: Buffer;

	constructor({ publicKey, serverKey, accountId, passcode }: KeySettings) {
		this.publicKey = publicKey ? hash(publicKey) : undefined;
		this.serverKey = serverKey ? hash(serverKey) : undefined;
		this.account = accountId && passcode ? hash(pair(accountId, passcode)) : undefined;
	}

	/** How far a Segment request is believed; undefined: not at all. The first key that was shown counts, not the best. */
	verifyWriteKey({ writeKeys }: Credentials): Trust | undefined {
		const given = hash(writeKeys[0] ?? '');
		const [server, open] = [matches(this.serverKey, given), matches(this.publicKey, given)];
		if (server) return 'server';
		return open ? 'public' : undefined;
	}

	/** How far a CleverTap request is believed: its passcode is a server's. */
	verifyAccount({ accountId = '', passcode = '' }: Credentials): Trust | undefined {
		return matches(this.account, hash(pair(accountId, passcode))) ? 'server' : undefined;
	}
}

/**
 * Reads the credentials of a request.
 * @param headers with lower-case names
 * @param bodyKey `writeKey` in the body, as Segment's clients send it
 */
export function readCredentials(headers: Readonly<Record<string, string | undefined>>, bodyKey?: unknown): Credentials {
	const writeKeys: string[] = [];
	const [scheme = '', value = ''] = (headers.authorization ?? '').split(/ +/, 2);
	if (scheme.toLowerCase() === 'basic') {
		// The key is the user name; the password is empty.
		const [user = ''] = Buffer.from(value, 'base64').toString('utf8').split(':', 1);
		writeKeys.push(user);
	} else if (scheme.toLowerCase() === 'bearer') writeKeys.push(value);
	if (typeof bodyKey === 'string') writeKeys.push(bodyKey);
	return { writeKeys, accountId: headers['x-clevertap-account-id'], passcode: headers['x-clevertap-passcode'] };
}

/** How much one level of key may send. */
export interface Rate {
	/** Records per second, in the long run. */
	perSecond: number;
	/** Records at once, after a rest. */
	burst: number;
}

export const RATES: Record<Trust, Rate> = {
	public: { perSecond: 1_000, burst: 20_000 },
	server: { perSecond: 20_000, burst: 200_000 },
};

/** A token bucket for each level of key: so much may come at once, then so much per second. */
export class RateLimiter {
	private readonly buckets = new Map<Trust, { tokens: number; at: number }>();

	constructor(
		private readonly clock: Clock,
		private readonly rates: Record<Trust, Rate> = RATES,
	) {}

	/** Takes `count` tokens. @returns milliseconds to wait before asking again; 0 when they were there */
	take(trust: Trust, count: number): number {
		const { perSecond, burst } = this.rates[trust];
		const now = this.clock.now();
		const { tokens, at } = this.buckets.get(trust) ?? { tokens: burst, at: now };
		const filled = Math.min(burst, tokens + (Math.max(0, now - at) * perSecond) / 1000);
		// More at once than the bucket holds passes when it is full, or it never would.
		const needed = Math.min(count, burst);
		this.buckets.set(trust, { tokens: filled >= needed ? filled - needed : filled, at: now });
		return filled >= needed ? 0 : Math.ceil(((needed - filled) * 1000) / perSecond);
	}
}

function hash(text: string): Buffer {
	return createHash('sha256').update(text, 'utf8').digest();
}

function pair(accountId: string, passcode: string): string {
	return JSON.stringify([accountId, passcode]);
}

function matches(known: Buffer | undefined, given: Buffer): boolean {
	// Compared with itself where there is no key, so that its absence takes no less time.
	return timingSafeEqual(known ?? given, given) && known !== undefined;
}
