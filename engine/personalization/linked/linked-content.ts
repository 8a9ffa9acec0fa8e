import { createHash } from 'node:crypto';
import { HttpTransport } from '../../channels/http/transport';
import type { HttpRequest } from '../../channels/provider';
import { attemptGroup, type AttemptOptions, type GroupResult } from '../../delivery/attempt';
import { processStretches } from '../../delivery/stretches';
import { CampaignError } from '../../errors';
import type { NamedProperty } from '../at-form';
import type { RenderInput } from '../liquid';
import { defaultAnswer, MAX_ANSWER_BYTES, type LinkedAnswer } from './answer';
import { LinkedApi, type Asking } from './api';
import { AnswerCache, type Asked } from './cache';
import type { LinkedDefinition } from './definition';
import { RequestBuilder } from './request';

/** What a message gets from an API, or why it gets nothing and is not sent. */
export type LinkedResult = { ok: true; answer: LinkedAnswer } | { ok: false; reason: 'linked_content_failed' | 'liquid_aborted'; detail: string };

/** How requests are made. The transport, pacers and breakers are those of the process unless given. */
export type AskOptions = Pick<AttemptOptions<Asking>, 'now' | 'sleep' | 'random' | 'transport' | 'pacers' | 'breakers'> & {
	/** Of answers that are used again. Default: that of the process. */
	cache?: AnswerCache<LinkedAnswer>;
};

/** Of all answers that this process keeps. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Of those kept for one batch alone. */
const BATCH_CACHE_BYTES = 16 * 1024 * 1024;

const processAnswers = new AnswerCache<LinkedAnswer>(CACHE_BYTES);

let processTransport: HttpTransport | undefined;

/** Connections of their own, as answers may be no longer than this. */
function linkedTransport(): HttpTransport {
	return (processTransport ??= new HttpTransport({ maxResponseBytes: MAX_ANSWER_BYTES }));
}

/** An API that a batch of messages takes values from. Made once per batch. */
export class LinkedContent {
	readonly name: string;

	/** What was done so far: messages that wanted an answer, requests made for them, and messages that got none. */
	readonly counts = { messages: 0, requests: 0, failed: 0 };

	readonly #builder: RequestBuilder;

	readonly #api: LinkedApi;

	readonly #cache: AnswerCache<LinkedAnswer>;

	readonly #options: AskOptions;

	/** With the secrets of the credential in it. */
	readonly #definition: LinkedDefinition;

	/** Throws a CampaignError naming what cannot work. */
	constructor(definition: LinkedDefinition, options: AskOptions) {
		this.name = definition.name;
		this.#definition = definition;
		this.#options = options;
		this.#builder = new RequestBuilder(definition);
		this.#api = new LinkedApi(definition);
		this.#cache = definition.cacheMs > 0 ? (options.cache ?? processAnswers) : new AnswerCache(BATCH_CACHE_BYTES);
		if (definition.defaultJson !== undefined) checkDefault(definition.defaultJson);
	}

	/**
	 * Asks for one person, unless the same was asked before. Never throws.
	 * @param now the store's clock, epoch ms: answers age by it
	 */
	async answer(input: RenderInput, now: () => number): Promise<LinkedResult> {
		this.counts.messages++;
		const built = await processStretches.do(() => this.#builder.build(input));
		if (!built.ok) return built.reason === 'liquid_aborted' ? built : this.instead(built.detail);
		const { cacheMs } = this.#definition;
		const asked = await this.#cache.get(this.keyOf(built.request), cacheMs || Infinity, now, async () => await this.ask(built.request));
		return asked.ok ? { ok: true, answer: asked.answer } : this.instead(asked.detail, asked.status);
	}

	/** Properties of events that its requests ask for by the events' names: they have to be in what `answer` is given. */
	get named(): readonly NamedProperty[] {
		return this.#builder.named;
	}

	/** For a run by hand that asks nothing: the request, and the default where there is one. */
	preview(input: RenderInput): { wouldAsk: Pick<HttpRequest, 'method' | 'url' | 'body'>; answer?: LinkedAnswer } | Extract<LinkedResult, { ok: false }> {
		const built = this.#builder.build(input);
		if (!built.ok) return { ...built, detail: this.explain(built.detail) };
		const { method, url, body } = built.request;
		return { wouldAsk: { method, url, ...(body !== undefined && { body }) }, answer: this.defaultFor(undefined) };
	}

	/** The key is of the whole request, of what signs it in, and of whether it may go to a private address at all. */
	private keyOf({ method, url, headers, body }: HttpRequest): string {
		const { auth = null, allowPrivate = false, acceptedStatuses = [] } = this.#definition;
		return createHash('sha256').update(JSON.stringify([method, url, headers, body ?? null, auth, allowPrivate, acceptedStatuses])).digest('base64url');
	}

	private async ask(request: HttpRequest): Promise<Asked<LinkedAnswer>> {
		this.counts.requests++;
		const asking: Asking = { request };
		try {
			const result = await attemptGroup<Asking>([this.#api], asking, { transport: linkedTransport(), ...this.#options, beforeRequest: async () => {} });
			if (result.outcome === 'sent' && asking.answer) return { ok: true, answer: asking.answer, bytes: asking.bytes ?? 0 };
			return { ok: false, ...failureOf(result), status: asking.status };
		} catch {
			return { ok: false, detail: 'The request could not be made', final: false };
		}
	}

	private instead(detail: string, status?: number): LinkedResult {
		this.counts.failed++;
		const answer = this.defaultFor(status);
		return answer ? { ok: true, answer } : { ok: false, reason: 'linked_content_failed', detail: this.explain(detail) };
	}

	private defaultFor(status: number | undefined): LinkedAnswer | undefined {
		const { defaultJson } = this.#definition;
		if (defaultJson === undefined) return undefined;
		const read = defaultAnswer(defaultJson, status);
		return read.ok ? read.answer : undefined;
	}

	private explain(detail: string): string {
		return `${this.name}: ${detail}`;
	}
}

/** A refusal about the request itself stays one, however often it is made. */
function failureOf({ attempts }: GroupResult): { detail: string; final: boolean } {
	const { code, detail, refusal } = attempts.at(-1) ?? {};
	return { detail: [code, detail].filter(Boolean).join(': ') || 'No answer', final: refusal === 'request' || code === 'response_too_large' };
}

function checkDefault(json: string): void {
	const read = defaultAnswer(json, undefined);
	if (!read.ok) throw new CampaignError('linked_content_default', read.code === 'not_json' ? '"Default JSON" is not JSON' : '"Default JSON" is too deep', 'Write an object such as { "title": "our best sellers" }.');
}
