import { createHash } from 'node:crypto';

import { Http2Connection } from '../http/http2-connection';
import { isObject, parseJson, textOf } from '../http/json-path';
import { baseUrlOf, OneByOne, required, type HttpProviderConfig } from '../http/one-by-one';
import { describe, refusal, refusalKind, type Refusal } from '../http/status';
import type { DirectProvider, HttpResponse, ProviderOutcome } from '../provider';
import { ApnsTokens } from './apns-token';
import type { PushMessage } from './message';
import { apnsHeaders, apnsPayload, checkPayload } from './payload';

export interface ApnsConfig extends HttpProviderConfig {
	/** Epoch ms of the system: tokens are signed with it. */
	now: () => number;
	/** 10 characters each. */
	keyId: string;
	teamId: string;
	/** The .p8 file. */
	privateKey: string;
	/** Bundle ID of the app. */
	topic: string;
	environment: 'production' | 'sandbox';
	/** Instead of that of the environment: proxies and mocks. Over http, HTTP/2 without TLS. */
	baseUrl?: string;
	/** Certificate authority accepted instead of the well-known ones (PEM). */
	ca?: string;
}

const HOSTS = { production: 'https://api.push.apple.com', sandbox: 'https://api.sandbox.push.apple.com' };

/** Reasons that APNs gives, but for those about the device and for a token that has expired. */
const REASONS: Record<string, Refusal['kind']> = {
	BadCollapseId: 'request', BadExpirationDate: 'request', BadMessageId: 'request', BadPriority: 'request', BadTopic: 'request',
	DuplicateHeaders: 'request', InvalidPushType: 'request', MissingTopic: 'request', PayloadEmpty: 'request', TopicDisallowed: 'request',
	PayloadTooLarge: 'request', BadPath: 'request', MethodNotAllowed: 'request',
	BadCertificate: 'auth', BadCertificateEnvironment: 'auth', InvalidProviderToken: 'auth', MissingProviderToken: 'auth', Forbidden: 'auth',
	UnrelatedKeyIdInToken: 'auth',
	IdleTimeout: 'transient', TooManyProviderTokenUpdates: 'transient', TooManyRequests: 'transient', InternalServerError: 'transient',
	ServiceUnavailable: 'transient', Shutdown: 'transient',
};

/**
 * Apple Push Notification service: `POST /3/device/{token}` over HTTP/2, signed in by a token made with a .p8 key. Sources:
 * node-apn for the wire format, tables of Apple's statuses and reasons in public repositories. One device per request, no
 * idempotency key: that a repeated `apns-id` is recognized is documented nowhere. Taken from those tables alone: that
 * InternalServerError and ServiceUnavailable mean "not accepted".
 */
export class Apns extends OneByOne implements DirectProvider<PushMessage> {
	readonly kind = 'apns';

	readonly identity: string;

	readonly #topic: string;

	readonly #key: string;

	readonly #tokens: ApnsTokens;

	readonly #connection: Http2Connection;

	readonly #now: () => number;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: ApnsConfig) {
		super(config);
		const keyId = required(config.keyId, 'apns_key', 'The APNs credential has no Key ID');
		const teamId = required(config.teamId, 'apns_key', 'The APNs credential has no Team ID');
		this.#key = required(config.privateKey, 'apns_key', 'The APNs credential has no key', 'Paste the whole .p8 file.');
		this.#topic = required(config.topic, 'apns_topic', 'The APNs credential has no Topic', 'It is the bundle ID of the app.');
		const origin = new URL(baseUrlOf(config.baseUrl, HOSTS[config.environment], 'APNs')).origin;
		this.identity = ['apns', origin, teamId, keyId, this.#topic].join(' ');
		this.#tokens = ApnsTokens.of(keyId, teamId, this.#key);
		this.#connection = Http2Connection.of(origin, this.identity, config.ca);
		this.#now = config.now;
	}

	get secrets(): readonly string[] {
		return [this.#key, ...this.#tokens.secrets];
	}

	prepare(message: PushMessage): void {
		checkPayload(message, 'apns');
	}

	async deliver(message: PushMessage): Promise<ProviderOutcome> {
		const token = this.#tokens.get(this.#now());
		const exchange = await this.#connection.post(
			{
				path: `/3/device/${encodeURIComponent(message.device.token)}`,
				headers: {
					authorization: `bearer ${token}`,
					'apns-topic': this.#topic,
					'apns-push-type': 'alert',
					'apns-id': idOf(message),
					...apnsHeaders(message),
				},
				body: JSON.stringify(apnsPayload(message)),
			},
			this.timeoutMs,
		);
		if (exchange.kind === 'unknown') return { outcome: 'unknown', code: exchange.code, detail: exchange.detail };
		if (exchange.kind === 'refused') return { outcome: 'refused', kind: 'transient', code: exchange.code, detail: exchange.detail };
		return this.read(exchange.response, token);
	}

	private read(response: HttpResponse, token: string): ProviderOutcome {
		if (response.status === 200) return { outcome: 'sent', providerId: response.headers['apns-id'] ?? null };
		const body = parseJson(response.body);
		const reason = isObject(body) ? textOf(body.reason) : undefined;
		const code = reason ?? `http_${response.status}`;
		const detail = reason === undefined ? describe(response) : `APNs answered ${response.status} ${reason}`;
		if (reason === 'ExpiredProviderToken') return this.expired(response, token, detail);
		if (reason === 'Unregistered' || reason === 'ExpiredToken') {
			const since = isObject(body) ? Number(body.timestamp) : NaN;
			return { outcome: 'recipient', reason: 'user_not_reachable', code, detail, ...(since > 0 && { goneSince: since }) };
		}
		// Devices of the other environment look alike.
		if (reason === 'BadDeviceToken') return { outcome: 'recipient', reason: 'user_not_reachable', code, detail, mayBeSettings: true };
		// A device of another app: there it may live.
		if (reason === 'DeviceTokenNotForTopic') return { outcome: 'recipient', reason: 'invalid_recipient', code, detail, mayBeSettings: true };
		if (reason === 'MissingDeviceToken') return { outcome: 'recipient', reason: 'invalid_recipient', code, detail };
		const kind = reason !== undefined && Object.hasOwn(REASONS, reason) ? REASONS[reason] : refusalKind(response.status);
		if (kind === undefined) return { outcome: 'unknown', code, detail };
		// Apple says so of one device that got too many.
		return { ...refusal(kind, code, detail, response), ...(reason === 'TooManyRequests' && { aboutRecipient: true }) };
	}

	private expired(response: HttpResponse, token: string, detail: string): ProviderOutcome {
		const code = 'ExpiredProviderToken';
		if (this.#tokens.renew(token, this.#now())) return { outcome: 'refused', kind: 'request', code, detail, repeatNow: true };
		return refusal('auth', code, `${detail}, though it was signed just now: is the clock of this machine right?`, response);
	}
}

/** An id that is the same on every attempt, in the form that APNs asks for. */
function idOf({ messageId, device }: PushMessage): string {
	const hex = createHash('sha256').update(`${messageId} ${device.token}`).digest('hex');
	return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
