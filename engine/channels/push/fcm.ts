import { AccessTokens, refusedToken } from '../http/access-token';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { baseUrlOf, OneByOne, type HttpProviderConfig } from '../http/one-by-one';
import { describe, isSuccess, refusal, refusalKind, type Refusal } from '../http/status';
import type { HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import type { PushMessage } from './message';
import { checkPayload, fcmMessage } from './payload';
import { readServiceAccount, serviceAccountGrant } from './service-account';

export interface FcmConfig extends HttpProviderConfig {
	/** Epoch ms of the system: tokens are signed with it. */
	now: () => number;
	/** JSON file of a service account that may send messages. */
	serviceAccount: string;
	/** Default https://fcm.googleapis.com; proxies and mocks go here. */
	baseUrl?: string;
}

export const FCM_BASE_URL = 'https://fcm.googleapis.com';

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';

/** Error codes of FCM that are about the request or the service. The others are about the device. */
const REFUSALS: Record<string, Refusal['kind']> = {
	INVALID_ARGUMENT: 'request',
	THIRD_PARTY_AUTH_ERROR: 'request', // the project's key for APNs or Web Push: devices of Android get theirs
	QUOTA_EXCEEDED: 'transient',
	UNAVAILABLE: 'transient',
	INTERNAL: 'transient',
};

/** What Google's common statuses say of these, where FCM's own code is missing. An INTERNAL of the front door is not among them: nobody knows what is behind it. */
const STATUSES: Record<string, string> = {
	INVALID_ARGUMENT: 'INVALID_ARGUMENT',
	RESOURCE_EXHAUSTED: 'QUOTA_EXCEEDED',
	UNAVAILABLE: 'UNAVAILABLE',
};

/**
 * Firebase Cloud Messaging, HTTP v1: `POST /v1/projects/{project}/messages:send`, one device per request. Sources: the API's
 * discovery document (revision 20260911), and firebase-admin-node for its errors. No idempotency key. That document calls
 * `token` deprecated in favour of `fid`, and says that `token` takes both; `fid` is not used. Taken from the table of error
 * codes alone: that INTERNAL, with a code of FCM's own, means "not accepted".
 */
export class Fcm extends OneByOne implements HttpProvider<PushMessage> {
	readonly kind = 'fcm';

	readonly identity: string;

	readonly #url: string;

	readonly #tokens: AccessTokens;

	readonly #privateKey: string;

	readonly #now: () => number;

	/** The access token of each request under way. */
	readonly #used = new WeakMap<PushMessage, string>();

	/** Messages whose access token was refused once. */
	readonly #renewed = new WeakSet<PushMessage>();

	/** Throws a CampaignError naming what is missing. */
	constructor(config: FcmConfig) {
		super(config);
		const account = readServiceAccount(config.serviceAccount ?? '');
		const baseUrl = baseUrlOf(config.baseUrl, FCM_BASE_URL, 'FCM');
		this.identity = ['fcm', baseUrl, account.projectId, account.clientEmail].join(' ');
		this.#url = `${baseUrl}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`;
		this.#tokens = AccessTokens.of(serviceAccountGrant(account));
		this.#privateKey = account.privateKey;
		this.#now = config.now;
	}

	get secrets(): readonly string[] {
		return [this.#privateKey, ...this.#tokens.secrets];
	}

	async request(message: PushMessage): Promise<HttpRequest> {
		checkPayload(message, 'fcm');
		const token = await this.#tokens.get(this.#now(), this.timeoutMs);
		this.#used.set(message, token);
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' },
			body: JSON.stringify({ message: { token: message.device.token, ...fcmMessage(message) } }),
		};
	}

	read(response: HttpResponse, message: PushMessage): ProviderOutcome {
		const body = parseJson(response.body);
		if (isSuccess(response.status)) return readAccepted(response, body);
		const error = isObject(body) ? body.error : undefined;
		const own = fcmCode(error);
		if (response.status === 401 && own === undefined) return this.refusedToken(response, error, message);
		return readError(response, error, own);
	}

	/** Google may end a token before its time: one with a new token is worth a try. */
	private refusedToken(response: HttpResponse, error: unknown, message: PushMessage): ProviderOutcome {
		const refused = refusal('auth', 'http_401', wordsOf(error) ?? describe(response), response);
		return refusedToken(this.#tokens, this.#used.get(message), message, this.#renewed, refused);
	}
}

/** 200 with the message's `name`. */
function readAccepted(response: HttpResponse, body: unknown): ProviderOutcome {
	const name = isObject(body) ? body.name : undefined;
	if (typeof name === 'string' && name !== '') return { outcome: 'sent', providerId: name };
	return { outcome: 'unknown', code: `http_${response.status}`, detail: `Accepted without a message name. ${describe(response)}` };
}

/** `{error: {code, message, status, details}}`: FCM's own code decides, then the status Google gives every API, then that of HTTP. */
function readError(response: HttpResponse, error: unknown, own: string | undefined): ProviderOutcome {
	const status = textOf(readPath(error, 'status'));
	const detail = wordsOf(error) ?? describe(response);
	if (own === 'UNREGISTERED') return { outcome: 'recipient', reason: 'user_not_reachable', code: own, detail };
	// A token of another Firebase project: there it may live.
	if (own === 'SENDER_ID_MISMATCH') return { outcome: 'recipient', reason: 'invalid_recipient', code: own, detail, mayBeSettings: true };
	// FCM says so of a device, and Google of a project that is not there.
	if (own === undefined && response.status === 404 && status === 'NOT_FOUND') return { outcome: 'recipient', reason: 'user_not_reachable', code: status, detail, mayBeSettings: true };
	const code = own ?? (status !== undefined && Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined);
	if (code === 'INVALID_ARGUMENT' && isAboutToken(error)) return { outcome: 'recipient', reason: 'invalid_recipient', code, detail };
	const kind = code !== undefined && Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : own === undefined ? refusalKind(response.status) : undefined;
	const shown = own ?? status ?? `http_${response.status}`;
	if (kind === undefined) return { outcome: 'unknown', code: shown, detail };
	return { ...refusal(kind, shown, detail, response), ...(code === 'QUOTA_EXCEEDED' && isQuotaOfDevice(error) && { aboutRecipient: true }) };
}

/** Whether it is one device that got too many. Which words say so is not documented; a quota that names no device is the project's. */
function isQuotaOfDevice(error: unknown): boolean {
	const violations = detailsOf(error).filter((one) => one['@type'] === QUOTA_FAILURE).flatMap((one) => (Array.isArray(one.violations) ? (one.violations as unknown[]) : []));
	return violations.some((one) => /device/i.test([readPath(one, 'subject'), readPath(one, 'description')].map((words) => textOf(words) ?? '').join(' ')));
}

function fcmCode(error: unknown): string | undefined {
	const details = detailsOf(error).find((one) => one['@type'] === FCM_ERROR);
	return details && textOf(details.errorCode);
}

/** Whether an invalid argument is the device's token rather than what the message says. */
function isAboutToken(error: unknown): boolean {
	if (/registration token is not a valid FCM registration token/i.test(wordsOf(error) ?? '')) return true;
	const violations = detailsOf(error).flatMap((one) => (Array.isArray(one.fieldViolations) ? (one.fieldViolations as unknown[]) : []));
	return violations.some((one) => readPath(one, 'field') === 'message.token');
}

function detailsOf(error: unknown): Array<Record<string, unknown>> {
	const details = isObject(error) ? error.details : undefined;
	return Array.isArray(details) ? (details as unknown[]).filter(isObject) : [];
}

function wordsOf(error: unknown): string | undefined {
	return textOf(readPath(error, 'message'));
}
