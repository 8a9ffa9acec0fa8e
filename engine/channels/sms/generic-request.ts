import { CampaignError } from '../../errors';
import { checkHeaderNames, isSettable } from '../http/headers';
import { isDocument, parseJson, withMembers } from '../http/json-path';
import { escapeFor, placeOf } from '../http/place';
import { assertSameOrigin } from '../http/url-template';
import type { HttpRequest, SmsMessage } from '../provider';
import { splitBatch } from './generic-batch';
import type { RequestNeeds } from './needs';
import { PAIR_GROUPS, seenFrom, type PairGroup } from './pairs';
import { customTokens, replaceJsonTokens, replaceTokens, usesToken } from './tokens';

export interface NameValue {
	name: string;
	value: string;
}

export type GenericBody = { type: 'none' } | { type: 'form'; fields: NameValue[] } | { type: 'json'; template: string } | { type: 'raw'; template: string; contentType: string };

/** A request as the operator describes it: every text but the names of headers may have `$$` tokens. */
export interface GenericRequest {
	method: HttpRequest['method'];
	/** Tokens in path and query only. */
	url: string;
	headers?: NameValue[];
	query?: NameValue[];
	body: GenericBody;
	/** Pairs of the message that no token stands for are added: to the body (without one, to the query) and to the headers. Default: they are not. */
	addOthers?: boolean;
	/** Many messages per request: under one key of a JSON body, which holds the template of one. What stands outside of it is the same for all. */
	batch?: { key: string; most: number };
}

/** Tokens of one person. */
const PERSONAL = ['To', 'Body', 'MessageID', 'TemplateVariables'];

/** The request without scheme, host and path before it: what can be told of it without the credential. */
export function needsOf(label: string, request: GenericRequest): RequestNeeds {
	const texts = Object.values(textsOf(request)).flat();
	return {
		label,
		names: namesOf(request),
		templateId: texts.some((text) => usesToken(text, 'TemplateID')),
		templateVariables: texts.some((text) => usesToken(text, 'TemplateVariables')),
		batched: request.batch !== undefined,
		takesOthers: request.addOthers === true,
		fixed: fixedNames(request),
	};
}

/** The `$$names` of one's own, by group, each once. */
export function namesOf(request: GenericRequest): Record<PairGroup, string[]> {
	const texts = textsOf(request);
	return Object.fromEntries(PAIR_GROUPS.map((group) => [group, distinct(texts[group].flatMap(customTokens))])) as Record<PairGroup, string[]>;
}

/** Throws a CampaignError naming what cannot work: a missing `$$To`, JSON that is none. */
export function checkRequest(request: GenericRequest): void {
	const texts = Object.values(textsOf(request)).flat();
	const uses = (name: string) => texts.some((text) => usesToken(text, name));
	if (!uses('To')) throw new CampaignError('missing_token', 'The request does not contain $$To, the recipient', 'Put $$To into the URL, a query parameter or the body.');
	if (!uses('Body') && !uses('TemplateID')) {
		throw new CampaignError('missing_token', 'The request contains neither $$Body nor $$TemplateID, so it has no text', 'Put $$Body into the body or a query parameter.');
	}
	const { body, headers = [], addOthers, batch } = request;
	checkHeaderNames(headers.map(({ name }) => name), 'invalid_header');
	if (body.type === 'json' && sampleOf(body.template) === undefined) {
		throw new CampaignError('invalid_json', 'The JSON body is not valid JSON', 'Check quotes and commas; a token may stand inside a string or alone as a value.');
	}
	if (batch) checkBatch(request, batch);
	if (addOthers && (body.type === 'raw' || (body.type === 'json' && !isDocument(sampleOf(body.template))))) {
		throw new CampaignError('no_place', 'Other pairs cannot be added to this body', 'They can be added to a form, to a JSON object, or to the query of a request without a body. Switch "Add Other Pairs" off.');
	}
}

function checkBatch(request: GenericRequest, { key, most }: NonNullable<GenericRequest['batch']>): void {
	if (!(Number.isInteger(most) && most >= 1 && most <= 1000)) throw new CampaignError('invalid_batch', `${most} messages per request are not possible`, 'Give a number from 1 to 1000.');
	if (request.body.type !== 'json') throw new CampaignError('invalid_batch', 'Only a JSON body can carry many messages', 'Choose JSON, or switch "Send in Batches" off.');
	const { record } = splitBatch(request.body.template, key);
	if (!usesToken(record, 'To')) throw new CampaignError('missing_token', `The message under "${key}" does not contain $$To, the recipient`, `Put $$To into what stands under "${key}".`);
	const { header, global } = textsOf(request);
	const personal = PERSONAL.find((name) => [...header, ...global].some((text) => usesToken(text, name)));
	if (personal) throw new CampaignError('personal_token', `$$${personal} stands outside of "${key}", where all messages of a request share one value`, `Move it into what stands under "${key}", or switch "Send in Batches" off.`);
}

/** One message's element of a request for many. Throws a CampaignError when it lacks a value. */
export function renderRecord(request: GenericRequest, message: SmsMessage): string {
	const { record } = batchOf(request);
	return withMembers(replaceJsonTokens(record, seenFrom('body', message)), othersOf(request, 'body', message));
}

/** A request for messages that share what stands around their elements. */
export function renderBatch(request: GenericRequest, records: readonly string[], message: SmsMessage): Pick<HttpRequest, 'url' | 'headers' | 'body'> {
	const { before, after } = batchOf(request);
	const all = seenFrom('global', message);
	const text = `${replaceJsonTokens(before, all)}[${records.join(',')}]${replaceJsonTokens(after, all)}`;
	return {
		url: renderUrl(request, all, []),
		headers: withContentType(renderHeaders(request, message), 'application/json; charset=utf-8'),
		body: withMembers(text, othersOf(request, 'global', message)),
	};
}

const split = new WeakMap<object, ReturnType<typeof splitBatch>>();

/** Cut up once per request template. */
function batchOf(request: GenericRequest): ReturnType<typeof splitBatch> {
	let parts = split.get(request);
	if (!parts) split.set(request, (parts = splitBatch((request.body as { template: string }).template, request.batch?.key ?? '')));
	return parts;
}

/** Throws a CampaignError when the message lacks a value that a template needs. */
export function renderRequest(request: GenericRequest, message: SmsMessage): Pick<HttpRequest, 'url' | 'headers' | 'body'> {
	const person = seenFrom('body', message);
	const others = othersOf(request, 'body', message);
	const { text, contentType } = renderBody(request.body, person, others);
	return {
		url: renderUrl(request, person, request.body.type === 'none' ? others : []),
		headers: withContentType(renderHeaders(request, message), contentType),
		...(text !== undefined && { body: text }),
	};
}

/** Every text in which tokens are replaced, by the group of its names. */
function textsOf(request: GenericRequest): Record<PairGroup, string[]> {
	const { url, headers = [], query = [], body } = request;
	const header = headers.map(({ value }) => value);
	const texts = [url, ...query.flatMap(({ name, value }) => [name, value])];
	if (isBatched(request)) {
		const { before, record, after } = batchOf(request);
		return { body: [record], header, global: [...texts, before, after] };
	}
	if (body.type === 'form') texts.push(...body.fields.flatMap(({ name, value }) => [name, value]));
	if (body.type === 'json' || body.type === 'raw') texts.push(body.template);
	return { body: texts, header, global: [] };
}

/** Whether the template can be cut up; what is wrong with one that cannot, `checkRequest` says. */
function isBatched(request: GenericRequest): boolean {
	if (!request.batch || request.body.type !== 'json') return false;
	try {
		return batchOf(request) !== undefined;
	} catch {
		return false;
	}
}

/** Names that the request has already, so that a pair that is added cannot change what is written there, such as the number. */
function fixedNames(request: GenericRequest): RequestNeeds['fixed'] {
	const { headers = [], query = [], body } = request;
	const header = ['Content-Type', ...headers.map(({ name }) => name)];
	if (isBatched(request)) {
		const { names } = batchOf(request);
		return { body: names.record, header, global: names.document };
	}
	const sample = body.type === 'json' ? sampleOf(body.template) : undefined;
	const inBody = body.type === 'form' ? body.fields.map(({ name }) => name) : body.type === 'none' ? query.map(({ name }) => name) : isDocument(sample) ? Object.keys(sample) : [];
	return { body: inBody, header, global: inBody };
}

/** Distinct without regard to case; the first spelling stays. */
function distinct(names: string[]): string[] {
	return names.filter((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index);
}

/** The document with some value for every token; undefined where it is no JSON. */
function sampleOf(template: string): unknown {
	const keyValues = Object.fromEntries(customTokens(template).map((name) => [name, 'x']));
	const message: SmsMessage = { to: '+10000000000', body: 'x', messageId: 'x', campaignId: 'x', templateId: 'x', templateVariables: ['x'], keyValues };
	return parseJson(replaceJsonTokens(template, message));
}

/** Pairs of a group that no name stands for, where they are to be added. Without batches, global ones are added to the body. */
function othersOf(request: GenericRequest, group: PairGroup, { keyValues = {}, headerPairs = {}, globalPairs = {} }: SmsMessage): NameValue[] {
	if (!request.addOthers) return [];
	const names = namesOf(request);
	const without = (pairs: Record<string, string>, used: string[]) => {
		const lower = new Set(used.map((name) => name.toLowerCase()));
		return Object.entries(pairs).filter(([name]) => !lower.has(name.toLowerCase()));
	};
	// A global pair may stand for a name wherever that is; the others only where they belong.
	const global = without(globalPairs, [...PAIR_GROUPS.flatMap((one) => names[one]), ...Object.keys(keyValues)]);
	const own = group === 'global' ? [] : without(group === 'body' ? keyValues : headerPairs, names[group]);
	const others = group === 'global' || (group === 'body' && !request.batch) ? [...own, ...global] : own;
	const fixed = new Set(fixedNames(request)[group].map((name) => name.toLowerCase()));
	const taken = others.find(([name]) => fixed.has(name.toLowerCase()));
	if (taken) throw new CampaignError('pair_taken', `The request has a "${taken[0]}" of its own, so the pair of that name cannot be added`, 'Rename the pair.');
	return others.map(([name, value]) => ({ name, value }));
}

function renderUrl({ url, query = [] }: GenericRequest, message: SmsMessage, others: NameValue[]): string {
	const address = replaceTokens(url.trim(), message, 'url');
	const [base = '', ...fragment] = address.split('#');
	// Fixed text between the tokens is the operator's and needs escaping too.
	const parameter = (text: string) => escapeFor('url', replaceTokens(text, message, 'plain'));
	const added = others.map(({ name, value }) => `${escapeFor('url', name)}=${escapeFor('url', value)}`);
	const pairs = [...query.map(({ name, value }) => `${parameter(name)}=${parameter(value)}`), ...added].join('&');
	const joined = pairs === '' ? base : `${base}${base.includes('?') ? '&' : '?'}${pairs}`;
	const rendered = [joined, ...fragment].join('#');
	assertSameOrigin(rendered, url);
	return rendered;
}

function renderHeaders(request: GenericRequest, message: SmsMessage): Record<string, string> {
	const seen = seenFrom('header', message);
	const own = (request.headers ?? []).map(({ name, value }) => [name, replaceTokens(escapeFor('header', value), seen, 'header')]);
	const others = othersOf(request, 'header', message).filter(({ name }) => isSettable(name));
	return Object.fromEntries([...own, ...others.map(({ name, value }) => [name, escapeFor('header', value)])]) as Record<string, string>;
}

function renderBody(body: GenericBody, message: SmsMessage, others: NameValue[]): { text?: string; contentType?: string } {
	switch (body.type) {
		case 'none':
			return {};
		case 'form': {
			const form = new URLSearchParams();
			for (const { name, value } of body.fields) form.append(replaceTokens(name, message, 'plain'), replaceTokens(value, message, 'plain'));
			for (const { name, value } of others) form.append(name, value);
			return { text: form.toString(), contentType: 'application/x-www-form-urlencoded; charset=utf-8' };
		}
		case 'json':
			return { text: withMembers(replaceJsonTokens(body.template, message), others), contentType: 'application/json; charset=utf-8' };
		case 'raw': {
			const place = placeOf(body.contentType);
			const text = place === 'json' ? replaceJsonTokens(body.template, message) : replaceTokens(body.template, message, place);
			return { text, contentType: body.contentType };
		}
	}
}

/** An operator's own Content-Type replaces ours, never doubles it. */
function withContentType(headers: Record<string, string>, contentType: string | undefined): Record<string, string> {
	if (contentType === undefined) return headers;
	const own = Object.entries(headers).map(([name, value]) => (name.toLowerCase() === 'content-type' ? ['Content-Type', value] : [name, value]));
	return { 'Content-Type': contentType, ...Object.fromEntries(own) as Record<string, string> };
}
