import { CampaignError } from '../../errors';
import { isObject, parseJson, withMembers } from '../http/json-path';
import { escapeFor, placeOf } from '../http/place';
import { assertSameOrigin } from '../http/url-template';
import type { HttpRequest, SmsMessage } from '../provider';
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
}

/** What a header may be called. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** The request without scheme, host and path before it: what can be told of it without the credential. */
export function needsOf(label: string, request: GenericRequest): RequestNeeds {
	const texts = Object.values(textsOf(request)).flat();
	return {
		label,
		names: namesOf(request),
		templateId: texts.some((text) => usesToken(text, 'TemplateID')),
		templateVariables: texts.some((text) => usesToken(text, 'TemplateVariables')),
		batched: false,
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
	const { body, headers = [], addOthers } = request;
	const strange = headers.find(({ name }) => !HEADER_NAME.test(name));
	if (strange) throw new CampaignError('invalid_header', `"${strange.name}" is no name of a header`, 'Letters, digits and hyphens, such as X-Campaign.');
	if (body.type === 'json' && sampleOf(body.template) === undefined) {
		throw new CampaignError('invalid_json', 'The JSON body is not valid JSON', 'Check quotes and commas; a token may stand inside a string or alone as a value.');
	}
	if (addOthers && (body.type === 'raw' || (body.type === 'json' && !isDocument(sampleOf(body.template))))) {
		throw new CampaignError('no_place', 'Other pairs cannot be added to this body', 'They can be added to a form, to a JSON object, or to the query of a request without a body. Switch "Add Other Pairs" off.');
	}
}

/** Throws a CampaignError when the message lacks a value that a template needs. */
export function renderRequest(request: GenericRequest, message: SmsMessage): Pick<HttpRequest, 'url' | 'headers' | 'body'> {
	const person = seenFrom('body', message);
	const { text, contentType } = renderBody(request, person);
	return {
		url: renderUrl(request, person),
		headers: withContentType(renderHeaders(request, seenFrom('header', message)), contentType),
		...(text !== undefined && { body: text }),
	};
}

/** Every text in which tokens are replaced, by the group of its names. */
function textsOf({ url, headers = [], query = [], body }: GenericRequest): Record<PairGroup, string[]> {
	const texts = [url, ...query.flatMap(({ name, value }) => [name, value])];
	if (body.type === 'form') texts.push(...body.fields.flatMap(({ name, value }) => [name, value]));
	if (body.type === 'json' || body.type === 'raw') texts.push(body.template);
	return { body: texts, header: headers.map(({ value }) => value), global: [] };
}

/** Names that the request has already, so that a pair that is added cannot change what is written there, such as the number. */
function fixedNames({ headers = [], query = [], body }: GenericRequest): RequestNeeds['fixed'] {
	const sample = body.type === 'json' ? sampleOf(body.template) : undefined;
	const inBody = body.type === 'form' ? body.fields.map(({ name }) => name) : body.type === 'none' ? query.map(({ name }) => name) : isDocument(sample) ? Object.keys(sample) : [];
	return { body: inBody, header: ['Content-Type', ...headers.map(({ name }) => name)], global: [] };
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

function isDocument(value: unknown): value is Record<string, unknown> {
	return isObject(value) && !Array.isArray(value);
}

/** Pairs that none of the group's names stands for, where they are to be added. */
function othersOf(request: GenericRequest, group: PairGroup, { keyValues = {} }: SmsMessage): NameValue[] {
	if (!request.addOthers) return [];
	const names = namesOf(request);
	// A global pair stands for a name wherever that is; the others only where they belong.
	const used = new Set(PAIR_GROUPS.flatMap((one) => names[one]).map((name) => name.toLowerCase()));
	const others = Object.entries(keyValues).filter(([name]) => !used.has(name.toLowerCase()));
	const fixed = new Set(fixedNames(request)[group].map((name) => name.toLowerCase()));
	const taken = others.find(([name]) => fixed.has(name.toLowerCase()));
	if (taken) throw new CampaignError('pair_taken', `The request has a "${taken[0]}" of its own, so the pair of that name cannot be added`, 'Rename the pair.');
	return others.map(([name, value]) => ({ name, value }));
}

function renderUrl(request: GenericRequest, message: SmsMessage): string {
	const { url, query = [], body } = request;
	const address = replaceTokens(url.trim(), message, 'url');
	const [base = '', ...fragment] = address.split('#');
	// Fixed text between the tokens is the operator's and needs escaping too.
	const parameter = (text: string) => escapeFor('url', replaceTokens(text, message, 'plain'));
	const others = body.type === 'none' ? othersOf(request, 'body', message).map(({ name, value }) => `${escapeFor('url', name)}=${escapeFor('url', value)}`) : [];
	const pairs = [...query.map(({ name, value }) => `${parameter(name)}=${parameter(value)}`), ...others].join('&');
	const joined = pairs === '' ? base : `${base}${base.includes('?') ? '&' : '?'}${pairs}`;
	const rendered = [joined, ...fragment].join('#');
	assertSameOrigin(rendered, url);
	return rendered;
}

function renderHeaders(request: GenericRequest, message: SmsMessage): Record<string, string> {
	const own = (request.headers ?? []).map(({ name, value }) => [name, replaceTokens(escapeFor('header', value), message, 'header')]);
	// Global pairs fill names; what none stands for is added to the body, once.
	const others = othersOf(request, 'header', { ...message, keyValues: message.headerPairs }).filter(({ name }) => HEADER_NAME.test(name));
	return Object.fromEntries([...own, ...others.map(({ name, value }) => [name, escapeFor('header', value)])]) as Record<string, string>;
}

function renderBody(request: GenericRequest, message: SmsMessage): { text?: string; contentType?: string } {
	const { body } = request;
	switch (body.type) {
		case 'none':
			return {};
		case 'form': {
			const form = new URLSearchParams();
			for (const { name, value } of body.fields) form.append(replaceTokens(name, message, 'plain'), replaceTokens(value, message, 'plain'));
			for (const { name, value } of othersOf(request, 'body', message)) form.append(name, value);
			return { text: form.toString(), contentType: 'application/x-www-form-urlencoded; charset=utf-8' };
		}
		case 'json':
			return { text: withMembers(replaceJsonTokens(body.template, message), othersOf(request, 'body', message)), contentType: 'application/json; charset=utf-8' };
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
