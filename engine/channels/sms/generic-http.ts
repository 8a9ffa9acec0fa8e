import { CampaignError } from '../../errors';
import type { HttpAuth } from '../http/auth';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { RequestAuth, withAuth } from '../http/request-auth';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import { fixedOrigin } from '../http/url-template';
import type { Batching, HttpRequest, HttpResponse, HttpProvider, ProviderOutcome, SmsMessage } from '../provider';
import { checkRequest, renderBatch, renderRecord, renderRequest, type GenericRequest } from './generic-request';

export interface GenericHttpConfig extends GenericRequest {
	label: string;
	auth: HttpAuth;
	/** Where an answer says what became of the message. Omitted: its status alone counts. */
	success?: {
		/** Such as `data.status`, in the JSON of the answer. */
		path: string;
		/** Compared as text; a 2xx with any of them is accepted. */
		values: string[];
		/** Not accepted, whatever the status. */
		refusedValues?: string[];
		/** Not accepted because of the number. */
		invalidRecipientValues?: string[];
		/** What a 2xx with another value means. Default unknown: it may be a way of saying yes that was not foreseen. */
		otherwise?: 'unknown' | 'refused';
	};
	/** Where the provider's message id stands in the answer; with `results`, in an element of theirs. */
	messageIdPath?: string;
	/** Where the answer to a request for many messages has an array that tells of each, `success.path` in its elements. Absent: one answer is for all. */
	results?: {
		/** Such as `data.messages`; empty: the answer itself. */
		path: string;
		/** Where an element has the message id of ours. Absent: they stand in the order of the request. */
		ownIdPath?: string;
	};
	/** Statuses that mean "not accepted" beyond those of HTTP; of 500 and above: "may be repeated", such as 503 for a documented maintenance answer. */
	refusedStatuses?: number[];
	/** Statuses of refusal after which the message may be on its way all the same. Default 409, by which gateways tell a repetition. */
	uncertainStatuses?: number[];
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	allowPrivate?: boolean;
}

const UNCERTAIN_STATUSES = [409];

const NOT_TOLD: ProviderOutcome = { outcome: 'unknown', code: 'no_answer', detail: 'The answer does not say what became of this message' };

/** One message's element, and what signs the request in. */
interface Part {
	record: string;
	auth: Record<string, string>;
}

/**
 * Any HTTP SMS gateway, described by the operator in CleverTap's way: templates with `$$` tokens, one request per recipient or
 * many in one under a batched key. A request for many that is refused with 400 to 499 is taken to have sent none of them.
 */
export class GenericHttpSms implements HttpProvider<SmsMessage> {
	readonly kind = 'generic-http';

	readonly label: string;

	readonly idempotent = false;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly allowPrivate: boolean;

	readonly identity: string;

	readonly batch?: Batching<SmsMessage, Part>;

	readonly #config: GenericHttpConfig;

	readonly #auth: RequestAuth;

	/** Throws a CampaignError naming what cannot work: a personalized host, a missing `$$To`, JSON that is none. */
	constructor(config: GenericHttpConfig) {
		const origin = fixedOrigin(config.url);
		this.label = config.label;
		this.timeoutMs = config.timeoutMs ?? 15_000;
		this.retries = config.retries ?? 0;
		this.requestsPerSecond = config.requestsPerSecond;
		this.concurrency = config.concurrency;
		this.allowPrivate = config.allowPrivate ?? true;
		this.identity = ['generic-http', config.method, origin, config.url.replace(/[?#].*$/s, '')].join(' ');
		this.#config = config;
		this.#auth = new RequestAuth(config.auth);
		checkRequest(config);
		checkAnswers(config);
		if (config.batch) this.batch = this.batching(config.batch.most);
	}

	get secrets(): readonly string[] {
		return this.#auth.secrets;
	}

	/** Throws a CampaignError when the message lacks a value that a template needs. */
	async request(message: SmsMessage): Promise<HttpRequest> {
		// One that is left alone goes in the form of the many.
		if (this.batch) return this.batch.request([await this.batch.part(message)], [message]);
		const { method } = this.#config;
		const { url, headers, body } = renderRequest(this.#config, message);
		const auth = await this.#auth.headers(message, this.timeoutMs);
		return { method, url, headers: withAuth(headers, auth), ...(body !== undefined && { body }) };
	}

	read(response: HttpResponse, message: SmsMessage): ProviderOutcome {
		const body = parseJson(response.body);
		if (this.batch && this.#config.results && isSuccess(response.status)) return this.readResults(response, body, [message])[0] ?? NOT_TOLD;
		return this.#auth.judge(this.readAnswer(response, body), response, message);
	}

	/** What an answer, or an element of one that tells of one message, says. */
	private readAnswer(response: HttpResponse, body: unknown): ProviderOutcome {
		return this.readWords(response, body) ?? (isSuccess(response.status) ? this.readSuccess(response, body) : this.readStatus(response));
	}

	private batching(most: number): Batching<SmsMessage, Part> {
		return {
			most,
			key: ({ campaignId, templateId, headerPairs, globalPairs }) => JSON.stringify([campaignId, templateId, headerPairs, globalPairs]),
			part: async (message) => ({ record: renderRecord(this.#config, message), auth: await this.#auth.headers(message, this.timeoutMs) }),
			request: (parts, messages) => {
				const { url, headers, body } = renderBatch(this.#config, parts.map(({ record }) => record), messages[0] as SmsMessage);
				return { method: this.#config.method, url, headers: withAuth(headers, parts.at(-1)?.auth ?? {}), body };
			},
			read: (response, messages) => {
				const body = parseJson(response.body);
				if (this.#config.results && isSuccess(response.status)) return this.readResults(response, body, messages);
				const outcome = this.readAnswer(response, body);
				// A token that was refused is renewed for each of them, and they come back together.
				if (response.status === 401) return messages.map((message) => this.#auth.judge(outcome, response, message));
				// Which number it is, it does not say, nor what became of the others.
				if (outcome.outcome === 'recipient' && isSuccess(response.status) && messages.length > 1) return { outcome: 'unknown', code: outcome.code, detail: outcome.detail };
				// An id of the whole request is no message's.
				return outcome.outcome === 'sent' ? { outcome: 'sent', providerId: null } : outcome;
			},
		};
	}

	/** What an answer that tells of each message says; undefined of whom it does not mention. */
	private readResults(response: HttpResponse, body: unknown, messages: readonly SmsMessage[]): Array<ProviderOutcome | undefined> {
		const { path = '', ownIdPath } = this.#config.results ?? {};
		const found = path === '' ? body : readPath(body, path);
		const elements: unknown[] = Array.isArray(found) ? found : [];
		// In another number than was asked for, nobody knows whose is whose.
		if (!ownIdPath) return messages.map((_message, index) => (elements.length === messages.length ? this.readAnswer(response, elements[index]) : undefined));
		return messages.map(({ messageId }) => {
			const own = elements.filter((element) => textOf(readPath(element, ownIdPath)) === messageId);
			return own.length === 1 ? this.readAnswer(response, own[0]) : undefined;
		});
	}

	/** What the answer itself says of a refusal goes before its status. */
	private readWords(response: HttpResponse, body: unknown): ProviderOutcome | undefined {
		const { path = '', refusedValues = [], invalidRecipientValues = [] } = this.#config.success ?? {};
		const said = path === '' ? undefined : textOf(readPath(body, path));
		if (said === undefined) return undefined;
		if (invalidRecipientValues.includes(said)) return { outcome: 'recipient', reason: 'invalid_recipient', code: said, detail: describe(response) };
		return refusedValues.includes(said) ? refusal(refusalKind(response.status) ?? (response.status >= 500 ? 'transient' : 'request'), said, describe(response), response) : undefined;
	}

	private readStatus(response: HttpResponse): ProviderOutcome {
		const { refusedStatuses = [], uncertainStatuses = UNCERTAIN_STATUSES } = this.#config;
		const { status } = response;
		const listed = refusedStatuses.includes(status);
		const kind = uncertainStatuses.includes(status) && !listed ? undefined : refusalKind(status) ?? (listed ? 'transient' : undefined);
		const code = `http_${status}`;
		if (kind === undefined) return { outcome: 'unknown', code, detail: describe(response) };
		return refusal(kind, code, describe(response), response);
	}

	private readSuccess(response: HttpResponse, body: unknown): ProviderOutcome {
		const { success, messageIdPath } = this.#config;
		const providerId = messageIdPath ? textOf(readPath(body, messageIdPath)) : undefined;
		if (!success) return { outcome: 'sent', providerId: providerId ?? null };
		const said = textOf(readPath(body, success.path));
		if (said !== undefined && success.values.includes(said)) return { outcome: 'sent', providerId: providerId ?? null };
		const detail = `${said === undefined ? `Nothing at "${success.path}"` : `"${success.path}" is "${said}"`}. ${describe(response)}`;
		if (success.otherwise === 'refused' && isObject(body)) return refusal('request', 'not_accepted', detail, response);
		return { outcome: 'unknown', code: 'not_confirmed', detail };
	}
}

/** Throws a CampaignError where one answer would mean two things. */
function checkAnswers({ success, results, refusedStatuses = [], uncertainStatuses = [] }: GenericHttpConfig): void {
	if (results && !success) throw new CampaignError('no_answer_field', 'It is not said by which field an answer tells of each message', 'Set "Accepted When" to what the answer says, and name its field and values.');
	const status = refusedStatuses.find((one) => uncertainStatuses.includes(one));
	if (status !== undefined) throw new CampaignError('ambiguous_answer', `Status ${status} is said to mean that a message was refused, and that it is not certain`, 'Take it out of one of the two lists.');
	const { values = [], refusedValues = [], invalidRecipientValues = [] } = success ?? {};
	const all = [...new Set(values), ...new Set(refusedValues), ...new Set(invalidRecipientValues)];
	const value = all.find((one, index) => all.indexOf(one) !== index);
	if (value !== undefined) throw new CampaignError('ambiguous_answer', `The value "${value}" of an answer is said to mean two things`, 'Take it out of one of the lists: accepted, refused, invalid recipient.');
}
