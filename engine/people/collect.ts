import type { Clock } from '../clock';
import { CampaignError } from '../errors';
import { cleverTapAnswer, parseCleverTap } from './formats/clevertap';
import { isObject, parseJson, UnacceptableRequest, type FormatRefusal, type Parsed } from './formats/parsed';
import { parseSegment, SEGMENT_LIMITS, segmentEndpoint } from './formats/segment';
import { readCredentials, type CollectorKeys, type RateLimiter } from './keys';
import type { IngestInput, IngestResult, Refusal, Trust } from './records';

/** Bytes of a CleverTap request; the format itself names no limit. */
const CLEVERTAP_BYTES = 5 * 1024 * 1024;

/** A request, whatever server it came through. */
export interface CollectRequest {
	/** Below the collector's base path: `/v1/track`, `/1/upload`. */
	path: string;
	/** Lower-case names. */
	headers: Readonly<Record<string, string | undefined>>;
	/** As it came; JSON whatever its content type (browsers' beacons send text/plain). */
	body: string;
}

export interface CollectResponse {
	status: number;
	headers?: Record<string, string>;
	body: object;
	/** What was taken, for whoever wants to go on with it; absent when nothing was. */
	taken?: IngestInput;
}

export interface CollectorOptions {
	keys: CollectorKeys;
	limiter: RateLimiter;
	clock: Clock;
	/** Durably stored when it resolves. */
	ingest(input: IngestInput): Promise<IngestResult>;
	identifyByEmail?: boolean;
	protectedProperties?: string[];
}

/**
 * Answers one request of a client of Segment's HTTP API or CleverTap's upload API.
 * 200: stored (each record that was refused is named), 400: cannot be read or nothing of it could be taken, 401: wrong
 * key, 404: not a path of these formats, 413: too large, 429: too fast, 503: the store cannot take it now, try again.
 */
export async function collect(request: CollectRequest, options: CollectorOptions): Promise<CollectResponse> {
	const [version, ending] = request.path.replace(/^\/+|\/+$/g, '').split('/');
	const segment = version === 'v1' ? segmentEndpoint(ending ?? '') : undefined;
	if (segment) return await new SegmentCollector(options, segment).answer(request);
	if (version === '1' && ending === 'upload') return await new CleverTapCollector(options).answer(request);
	return { status: 404, body: { success: false, message: 'There is no such endpoint.' } };
}

/** What the two formats have in common; they differ in credentials, limits and the shape of their answers. */
abstract class FormatCollector {
	constructor(protected readonly options: CollectorOptions) {}

	protected abstract readonly maxBytes: number;

	protected abstract verify(request: CollectRequest, body: unknown): Trust | undefined;

	protected abstract parse(body: unknown): Parsed;

	protected abstract answerTo(parsed: Parsed, refusals: FormatRefusal[]): CollectResponse;

	protected abstract refuse(status: number, message: string): CollectResponse;

	async answer(request: CollectRequest): Promise<CollectResponse> {
		if (Buffer.byteLength(request.body) > this.maxBytes) return this.refuse(413, `The request is larger than ${this.maxBytes / 1024} KB.`);
		let body: unknown;
		try {
			body = parseJson(request.body);
		} catch {
			// Whoever has no valid key learns nothing about the body.
			return this.verify(request, undefined) ? this.refuse(400, 'The body is not valid JSON.') : this.unauthorized();
		}
		const trust = this.verify(request, body);
		if (!trust) return this.unauthorized();
		try {
			return await this.take(this.parse(body), trust);
		} catch (error) {
			if (error instanceof UnacceptableRequest) return this.refuse(error.status, error.message);
			if (error instanceof CampaignError) return this.refuse(503, 'The store cannot take this now. Try again.');
			throw error;
		}
	}

	private unauthorized(): CollectResponse {
		return this.refuse(401, 'Invalid Credentials');
	}

	private async take(parsed: Parsed, trust: Trust): Promise<CollectResponse> {
		const wait = this.options.limiter.take(trust, Math.max(1, parsed.size));
		if (wait > 0) {
			const seconds = String(Math.ceil(wait / 1000));
			return { ...this.refuse(429, 'Too many records for this key. Try again later.'), headers: { 'Retry-After': seconds, 'X-RateLimit-Reset': seconds } };
		}
		const { identifyByEmail, protectedProperties } = this.options;
		const { refused } = await this.options.ingest({ ...parsed.input, trust, identifyByEmail, protectedProperties });
		const refusals = allRefusals(parsed, refused);
		const response = this.answerTo(
			parsed,
			[...refusals.values()].sort((a, b) => a.position - b.position),
		);
		return refusals.size < parsed.size ? { ...response, taken: withoutPositions(parsed.input, refusals) } : response;
	}
}

class SegmentCollector extends FormatCollector {
	protected readonly maxBytes: number;

	constructor(
		options: CollectorOptions,
		private readonly endpoint: NonNullable<ReturnType<typeof segmentEndpoint>>,
	) {
		super(options);
		this.maxBytes = endpoint === 'batch' ? SEGMENT_LIMITS.batch : SEGMENT_LIMITS.call;
	}

	protected verify({ headers }: CollectRequest, body: unknown): Trust | undefined {
		return this.options.keys.verifyWriteKey(readCredentials(headers, isObject(body) ? body.writeKey : undefined));
	}

	protected parse(body: unknown): Parsed {
		return parseSegment(this.endpoint, body, this.options.clock.now());
	}

	/** Clients never repeat what was answered with 400, so it is given only where nothing of the request could be taken. */
	protected answerTo(parsed: Parsed, refusals: FormatRefusal[]): CollectResponse {
		if (refusals.length === 0) return { status: 200, body: { success: true } };
		const refused = refusals.map(({ position, reason }) => ({ position, reason }));
		return refusals.length < parsed.size ? { status: 200, body: { success: true, refused } } : { status: 400, body: { success: false, refused } };
	}

	protected refuse(status: number, message: string): CollectResponse {
		return { status, body: { success: false, message } };
	}
}

class CleverTapCollector extends FormatCollector {
	protected readonly maxBytes = CLEVERTAP_BYTES;

	protected verify({ headers }: CollectRequest): Trust | undefined {
		return this.options.keys.verifyAccount(readCredentials(headers));
	}

	protected parse(body: unknown): Parsed {
		return parseCleverTap(body);
	}

	/** Always 200: the format tells success, partial and fail in the body. */
	protected answerTo(parsed: Parsed, refusals: FormatRefusal[]): CollectResponse {
		return { status: 200, body: cleverTapAnswer(parsed.size, refusals, parsed.records) };
	}

	protected refuse(status: number, message: string): CollectResponse {
		return { status, body: { status: 'fail', error: message, code: status } };
	}
}

/** One for each position; traits on the side of an event do not make the event refused. */
function allRefusals(parsed: Parsed, refused: readonly Refusal[]): Map<number, FormatRefusal> {
	const refusals = new Map(parsed.refusals.map((refusal) => [refusal.position, refusal]));
	const events = new Set(parsed.input.events?.map(({ position }) => position));
	for (const { list, position = 0, reason } of refused) {
		if (!refusals.has(position) && (list === 'events' || !events.has(position))) refusals.set(position, { position, reason });
	}
	return refusals;
}

function withoutPositions(input: IngestInput, refused: ReadonlyMap<number, unknown>): IngestInput {
	const taken = <T extends { position?: number }>(records: T[] = []): T[] => records.filter(({ position }) => position === undefined || !refused.has(position));
	return { profiles: taken(input.profiles), events: taken(input.events), aliases: taken(input.aliases) };
}
