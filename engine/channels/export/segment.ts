import { SEGMENT_LIMITS } from '../../people/formats/segment';
import { basicAuth } from '../http/auth';
import { parseJson, readPath, textOf } from '../http/json-path';
import { accountOf, baseUrlOf, judged, required, type HttpProviderConfig, type Verdict } from '../http/one-by-one';
import { describe, isSuccess, refusalKind, retryAfterMs } from '../http/status';
import type { Batching, HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { segmentBatch, type SegmentMessage } from './segment-calls';

export interface SegmentConfig extends HttpProviderConfig {
	/** Of the source that the calls are to appear in. */
	writeKey: string;
	/** Where the workspace is; `own`: at `baseUrl`. Default us. */
	region?: SegmentRegion;
	/** With or without `/v1` at its end. */
	baseUrl?: string;
	/** The store's clock, epoch ms: Segment corrects the times of calls by `sentAt`. */
	now: () => number;
}

export type SegmentRegion = 'us' | 'eu' | 'own';

export const SEGMENT_URLS: Record<Exclude<SegmentRegion, 'own'>, string> = { us: 'https://api.segment.io', eu: 'https://events.eu1.segmentapis.com' };

/**
 * Twilio Segment's HTTP API: `POST /v1/batch` with JSON, signed in by the write key as the user of Basic authentication.
 * Sources: https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api (calls, limits,
 * errors), .../guides/duplicate-data, .../guides/regional-segment; what is retried is that of segmentio/analytics-next,
 * packages/node.
 *
 * A repetition is harmless: Segment drops calls whose `messageId` it has seen before. It promises that for 99 % of them and
 * about 24 hours; warehouses drop later ones too, other destinations do not. Retries come within seconds.
 *
 * An answer says little: 200 `{"success":true}` also for an unknown write key, for a workspace of another region and for
 * calls that are dropped later; only bodies that are too large or no JSON get a 400. Segment-compatible servers at an own
 * base URL may say `OK`, as RudderStack does, which also refuses an unknown key with 401. That a 5xx means "not taken" is
 * documented nowhere. What a 400 says in its body is not confirmed.
 */
export class SegmentExport implements HttpProvider<SegmentMessage> {
	readonly kind = 'segment';

	readonly idempotent = true;

	readonly label: string;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly identity: string;

	readonly #url: string;

	readonly #writeKey: string;

	readonly #now: () => number;

	/** Throws a CampaignError naming what is missing. */
	constructor({ label, writeKey, timeoutMs, retries, requestsPerSecond, concurrency, now, ...server }: SegmentConfig) {
		this.#writeKey = required(writeKey, 'segment_account', 'The Segment credential has no Write Key');
		const baseUrl = segmentBaseUrl(server);
		this.#url = `${baseUrl}/v1/batch`;
		this.#now = now;
		this.label = label;
		this.identity = ['segment', baseUrl, accountOf(this.#writeKey)].join(' ');
		this.timeoutMs = timeoutMs ?? 15_000;
		this.retries = retries ?? 2;
		this.requestsPerSecond = requestsPerSecond;
		this.concurrency = concurrency;
	}

	/** Messages of one person are two calls at most. A batch that is refused as a whole was not taken at all. */
	readonly batch: Batching<SegmentMessage, readonly string[]> = {
		most: SEGMENT_LIMITS.calls / 2,
		maxBytes: SEGMENT_LIMITS.batch,
		key: () => '',
		part: ({ calls }) => calls,
		request: (parts) => this.requestOf(segmentBatch(parts.flat(), this.#now())),
		read: (response) => this.read(response),
	};

	get secrets(): readonly string[] {
		return [this.#writeKey, Buffer.from(`${this.#writeKey}:`).toString('base64')];
	}

	request(message: SegmentMessage): HttpRequest {
		return this.requestOf(segmentBatch(message.calls, this.#now()));
	}

	/** A request that brings in nothing: a call about nobody is answered as any other, and dropped. */
	testRequest(): HttpRequest {
		return this.requestOf(JSON.stringify({ batch: [{ type: 'track', event: 'Credential test' }] }));
	}

	read(response: HttpResponse): ProviderOutcome {
		const { status, body } = response;
		if (isSuccess(status)) {
			if (isAccepted(body)) return { outcome: 'sent', providerId: null };
			return { outcome: 'unknown', code: `http_${status}`, detail: describe(response) };
		}
		const answer = parseJson(body);
		const detail = textOf(readPath(answer, 'message')) ?? textOf(readPath(answer, 'error')) ?? describe(response);
		return judged(verdictOf(status), `http_${status}`, detail, withReset(response));
	}

	private requestOf(body: string): HttpRequest {
		const headers = { Authorization: basicAuth(this.#writeKey, ''), 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' };
		return { method: 'POST', url: this.#url, headers, body };
	}
}

function segmentBaseUrl({ region = 'us', baseUrl }: Pick<SegmentConfig, 'region' | 'baseUrl'>): string {
	if (region !== 'own') return SEGMENT_URLS[region];
	const typed = required(baseUrl, 'segment_base_url', 'The Segment credential has no Base URL', `Write one, such as ${SEGMENT_URLS.us}, or choose a region.`);
	// Segment's own pages name the addresses with the version.
	return baseUrlOf(typed, SEGMENT_URLS.us, 'Segment').replace(/\/v1$/, '');
}

function isAccepted(body: string): boolean {
	return readPath(parseJson(body), 'success') === true || /^\s*"?ok"?\s*$/i.test(body);
}

/** Segment's own client repeats a 410; a 460 is the load balancer's, of which nobody knows what came before it. */
function verdictOf(status: number): Verdict | undefined {
	if (status === 410) return 'transient';
	if (status === 460) return undefined;
	return refusalKind(status);
}

/** Seconds, in either header. */
function withReset(response: HttpResponse): HttpResponse {
	const reset = response.headers['x-ratelimit-reset'];
	if (response.status !== 429 || reset === undefined || retryAfterMs(response.headers) !== undefined) return response;
	return { ...response, headers: { ...response.headers, 'retry-after': reset } };
}
