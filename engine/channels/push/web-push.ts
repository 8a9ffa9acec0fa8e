import { generateRequestDetails, type RequestOptions } from 'web-push';

import { OneByOne, type HttpProviderConfig } from '../http/one-by-one';
import { redact } from '../http/redact';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import { InvalidRecipient, type HttpRequest, type HttpProvider, type HttpResponse, type ProviderOutcome } from '../provider';
import { MAX_TTL_SECONDS, type PushMessage } from './message';
import { checkPayload, topicOf, webPushPayload } from './payload';
import { readVapid, VapidSigner, type Vapid } from './vapid';

export interface WebPushConfig extends HttpProviderConfig, Vapid {
	/**
	 * Default false: endpoints come from browsers, and so from anybody, and may not lead to loopback and private addresses,
	 * nor to anything but https.
	 */
	allowPrivate?: boolean;
}

/** Hosts of the push services of browsers, whose word on when to come again is taken. */
const SERVICES = /(^|\.)(fcm\.googleapis\.com|push\.services\.mozilla\.com|notify\.windows\.com|push\.apple\.com)$/;

/**
 * Web Push (RFC 8030) with VAPID (RFC 8292): `POST` to the endpoint of the browser's subscription, which is the device's
 * token, with an encrypted body (RFC 8291). Requests are made by the library web-push. Any 2xx is an acceptance, as that
 * library has it; no standard says what an answer's body looks like, so none is needed. A 403 may mean that our key is
 * wrong, or that one subscription was made with another: where a push service has taken messages under our key, it is the
 * latter. Documented nowhere: that a 5xx means "not accepted", so it is unknown.
 */
export class WebPush extends OneByOne implements HttpProvider<PushMessage> {
	/** Push services that have taken a message in this process, each with the key it was signed by. */
	private static readonly proven = new Set<string>();

	readonly kind = 'webpush';

	readonly identity: string;

	readonly allowPrivate: boolean;

	readonly isUrlOfRecipient = true;

	readonly #vapid: Vapid;

	/** Of the requests of one execution. */
	readonly #signer: VapidSigner;

	/** The signature of each request under way: whoever answers was shown it. */
	readonly #signed = new WeakMap<PushMessage, string>();

	/** Throws a CampaignError naming what is missing. */
	constructor(config: WebPushConfig) {
		super(config);
		this.#vapid = readVapid(config);
		this.#signer = new VapidSigner(this.#vapid);
		this.identity = `webpush ${this.#vapid.publicKey}`;
		this.allowPrivate = config.allowPrivate ?? false;
	}

	/** Push services have nothing to do with each other, least of all with an endpoint that somebody made up. */
	breakerKey({ device }: PushMessage): string {
		return `${this.identity} ${URL.canParse(device.token) ? new URL(device.token).origin : ''}`;
	}

	get secrets(): readonly string[] {
		return [this.#vapid.privateKey];
	}

	request(message: PushMessage): HttpRequest {
		checkPayload(message, 'webpush');
		const { device, priority, ttlSeconds = MAX_TTL_SECONDS, collapseKey } = message;
		const authorization = this.#signer.authorization(this.originOf(device.token));
		const { headers, bytes } = makeRequest(device.token, message, {
			TTL: ttlSeconds,
			urgency: priority,
			contentEncoding: 'aes128gcm',
			...(collapseKey !== undefined && { topic: topicOf(collapseKey) }),
		});
		this.#signed.set(message, /^vapid t=([^,]+)/.exec(authorization)?.[1] ?? '');
		return { method: 'POST', url: device.token, headers: { ...headers, Authorization: authorization }, bytes };
	}

	read(response: HttpResponse, message: PushMessage): ProviderOutcome {
		const { status, headers } = response;
		const isService = this.allowPrivate || SERVICES.test(new URL(message.device.token).hostname);
		if (isSuccess(status)) {
			if (isService) WebPush.proven.add(this.breakerKey(message));
			return { outcome: 'sent', providerId: headers['location'] ?? null };
		}
		const code = `http_${status}`;
		const detail = redact(describe(response), [this.#signed.get(message) ?? '']);
		if (status === 404 || status === 410) return { outcome: 'recipient', reason: 'user_not_reachable', code, detail };
		const kind = refusalKind(status);
		if (kind === undefined) return { outcome: 'unknown', code, detail };
		// A subscription made with another key, perhaps that of another provider, or an endpoint that anybody has registered.
		const isTheirs = kind === 'auth' && (!isService || WebPush.proven.has(this.breakerKey(message)));
		if (isTheirs) return { outcome: 'recipient', reason: 'invalid_recipient', code, detail, mayBeSettings: true };
		const refused = refusal(kind, code, detail, response);
		if (isService) return refused;
		// Nor may such an endpoint keep us from all others for an hour.
		const { retryAfterMs: _theirs, ...plain } = refused;
		return plain;
	}

	/** Of an endpoint. Throws InvalidRecipient for what no push service's address looks like. */
	private originOf(token: string): string {
		const url = URL.canParse(token) ? new URL(token) : undefined;
		const scheme = url?.protocol === 'https:' || (this.allowPrivate && url?.protocol === 'http:');
		if (!url || !scheme || url.username || url.password) throw new InvalidRecipient('webpush_endpoint', 'The endpoint of the subscription is no https address');
		return url.origin;
	}
}

function makeRequest(endpoint: string, message: PushMessage, options: RequestOptions): { headers: Record<string, string>; bytes: Buffer } {
	const { p256dh = '', auth = '' } = message.device.keys ?? {};
	try {
		const { headers, body } = generateRequestDetails({ endpoint, keys: { p256dh, auth } }, JSON.stringify(webPushPayload(message)), options);
		return { headers: Object.fromEntries(Object.entries(headers as object).map(([name, value]) => [name, String(value)])), bytes: body as Buffer };
	} catch {
		// All else was checked before.
		throw new InvalidRecipient('webpush_keys', 'The keys of the subscription are none that a browser makes');
	}
}
