import { CampaignError } from '../../errors';
import { authHeaders, authSecrets, type HttpAuth } from '../http/auth';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { escapeFor, placeOf } from '../http/place';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import { assertSameOrigin, fixedOrigin } from '../http/url-template';
import type { HttpRequest, HttpResponse, HttpProvider, ProviderOutcome, SmsMessage } from '../provider';
import { customTokens, replaceJsonTokens, replaceTokens, usesToken } from './tokens';

export interface NameValue {
	name: string;
	value: string;
}

export type GenericBody = { type: 'none' } | { type: 'form'; fields: NameValue[] } | { type: 'json'; template: string } | { type: 'raw'; template: string; contentType: string };

export interface GenericHttpConfig {
	label: string;
	method: HttpRequest['method'];
	/** Tokens in path and query only. */
	url: string;
	headers?: NameValue[];
	query?: NameValue[];
	body: GenericBody;
	auth: HttpAuth;
	/** What a 2xx answer must say to count as accepted. Omitted: every 2xx is. */
	success?: {
		/** Such as `data.status`, in the JSON of the answer. */
		path: string;
		/** Compared as text; any of them. */
		values: string[];
		/** What a 2xx with another value means. Default unknown: it may be a way of saying yes that was not foreseen. */
		otherwise?: 'unknown' | 'refused';
	};
	/** Where the provider's message id stands in the answer. */
	messageIdPath?: string;
	/** Statuses beyond the default list that mean "not accepted, may be repeated", such as 503 for a documented maintenance answer. */
	refusedStatuses?: number[];
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	allowPrivate?: boolean;
}

/** Any HTTP SMS gateway, described by the operator in CleverTap's way: templates with `$$` tokens, one request per recipient. */
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

	/** Custom `$$names` of the templates: the sender must supply each. */
	readonly customNames: readonly string[];

	readonly #config: GenericHttpConfig;

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
		const texts = templatesOf(config);
		this.customNames = distinct(texts.flatMap(customTokens));
		checkTemplates(config, texts);
	}

	get secrets(): readonly string[] {
		return authSecrets(this.#config.auth);
	}

	/** Throws a CampaignError when the message lacks a value that a template needs. */
	request(message: SmsMessage): HttpRequest {
		const { method, headers = [], auth } = this.#config;
		const { text, contentType } = renderBody(this.#config.body, message);
		const own = headers.map(({ name, value }) => [name, replaceTokens(escapeFor('header', value), message, 'header')] as const);
		return {
			method,
			url: renderUrl(this.#config, message),
			headers: { ...(contentType && { 'Content-Type': contentType }), ...withoutContentType(Object.fromEntries(own), contentType), ...authHeaders(auth) },
			...(text !== undefined && { body: text }),
		};
	}

	read(response: HttpResponse): ProviderOutcome {
		const { refusedStatuses = [] } = this.#config;
		if (isSuccess(response.status)) return this.readSuccess(response);
		const kind = refusedStatuses.includes(response.status) ? 'transient' : refusalKind(response.status);
		const code = `http_${response.status}`;
		if (kind === undefined) return { outcome: 'unknown', code, detail: describe(response) };
		return refusal(kind, code, describe(response), response);
	}

	private readSuccess(response: HttpResponse): ProviderOutcome {
		const { success, messageIdPath } = this.#config;
		const body = parseJson(response.body);
		const providerId = messageIdPath ? textOf(readPath(body, messageIdPath)) : undefined;
		if (!success) return { outcome: 'sent', providerId: providerId ?? null };
		const said = textOf(readPath(body, success.path));
		if (said !== undefined && success.values.includes(said)) return { outcome: 'sent', providerId: providerId ?? null };
		const detail = `${said === undefined ? `Nothing at "${success.path}"` : `"${success.path}" is "${said}"`}. ${describe(response)}`;
		if (success.otherwise === 'refused' && isObject(body)) return refusal('request', 'not_accepted', detail, response);
		return { outcome: 'unknown', code: 'not_confirmed', detail };
	}
}

/** Distinct without regard to case; the first spelling stays. */
function distinct(names: string[]): string[] {
	return names.filter((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index);
}

/** Every text of the configuration in which tokens are replaced. */
function templatesOf({ url, headers = [], query = [], body }: GenericHttpConfig): string[] {
	const pairs = [...headers.map(({ value }) => value), ...query.flatMap(({ name, value }) => [name, value])];
	if (body.type === 'form') pairs.push(...body.fields.flatMap(({ name, value }) => [name, value]));
	if (body.type === 'json' || body.type === 'raw') pairs.push(body.template);
	return [url, ...pairs];
}

function checkTemplates({ body }: GenericHttpConfig, texts: string[]): void {
	const uses = (name: string) => texts.some((text) => usesToken(text, name));
	if (!uses('To')) throw new CampaignError('missing_token', 'The request does not contain $$To, the recipient', 'Put $$To into the URL, a query parameter or the body.');
	if (!uses('Body') && !uses('TemplateID')) {
		throw new CampaignError('missing_token', 'The request contains neither $$Body nor $$TemplateID, so it has no text', 'Put $$Body into the body or a query parameter.');
	}
	if (body.type === 'json' && parseJson(replaceJsonTokens(body.template, sample(body.template))) === undefined) {
		throw new CampaignError('invalid_json', 'The JSON body is not valid JSON', 'Check quotes and commas; a token may stand inside a string or alone as a value.');
	}
}

/** A message that has a value for every token of a template. */
function sample(template: string): SmsMessage {
	const keyValues = Object.fromEntries(customTokens(template).map((name) => [name, 'x']));
	return { to: '+10000000000', body: 'x', messageId: 'x', campaignId: 'x', templateId: 'x', templateVariables: ['x'], keyValues };
}

function renderUrl({ url, query = [] }: GenericHttpConfig, message: SmsMessage): string {
	const address = replaceTokens(url.trim(), message, 'url');
	const [base = '', ...fragment] = address.split('#');
	// Fixed text between the tokens is the operator's and needs escaping too.
	const parameter = (text: string) => escapeFor('url', replaceTokens(text, message, 'plain'));
	const pairs = query.map(({ name, value }) => `${parameter(name)}=${parameter(value)}`).join('&');
	const joined = pairs === '' ? base : `${base}${base.includes('?') ? '&' : '?'}${pairs}`;
	const rendered = [joined, ...fragment].join('#');
	assertSameOrigin(rendered, url);
	return rendered;
}

function renderBody(body: GenericBody, message: SmsMessage): { text?: string; contentType?: string } {
	switch (body.type) {
		case 'none':
			return {};
		case 'form': {
			const form = new URLSearchParams();
			for (const { name, value } of body.fields) form.append(replaceTokens(name, message, 'plain'), replaceTokens(value, message, 'plain'));
			return { text: form.toString(), contentType: 'application/x-www-form-urlencoded; charset=utf-8' };
		}
		case 'json':
			return { text: replaceJsonTokens(body.template, message), contentType: 'application/json; charset=utf-8' };
		case 'raw': {
			const place = placeOf(body.contentType);
			const text = place === 'json' ? replaceJsonTokens(body.template, message) : replaceTokens(body.template, message, place);
			return { text, contentType: body.contentType };
		}
	}
}

/** An operator's own Content-Type replaces ours, never doubles it. */
function withoutContentType(headers: Record<string, string>, contentType: string | undefined): Record<string, string> {
	if (contentType === undefined) return headers;
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => (name.toLowerCase() === 'content-type' ? ['Content-Type', value] : [name, value])));
}
