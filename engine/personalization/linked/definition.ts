import type { HttpAuth } from '../../channels/http/auth';
import { fixedOrigin } from '../../channels/http/url-template';
import { CampaignError } from '../../errors';

/** A value that is a Liquid template, under a fixed name. */
export interface NamedTemplate {
	name: string;
	value: string;
}

/** How a request is signed in. A key in the query goes out with the request and is shown nowhere. */
export type LinkedAuth = HttpAuth | { type: 'query'; name: string; value: string };

/** An API that templates may take values from, as the operator describes it. Its templates see what those of messages see, but no linked content. */
export interface LinkedDefinition {
	/** Templates say `Linked.<name>`. */
	name: string;
	method: 'GET' | 'POST';
	/** Liquid in path and query; scheme, host and port are fixed text. */
	url: string;
	query?: NamedTemplate[];
	headers?: NamedTemplate[];
	/** JSON with Liquid in it; of POST only. */
	body?: string;
	auth?: LinkedAuth;
	/** True: the API may be at a loopback, private or link-local address. */
	allowPrivate?: boolean;
	/** How long an answer may take. */
	timeoutMs: number;
	/** How long an answer is used again for the same request. 0: by the messages of one batch only. */
	cacheMs: number;
	/** Further attempts after a failure that may pass. Default 0. */
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	/** Statuses beside 2xx whose answers are used, such as 404. */
	acceptedStatuses?: number[];
	/** JSON that stands for an answer that could not be had. Absent: the message is not sent. */
	defaultJson?: string;
}

/** As a variable is spelled in Liquid. */
const NAME = /^[A-Za-z_]\w*$/;

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Headers that say where a request goes or where it ends: values of people have no place there. */
const RESERVED = /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;

/** Throws a CampaignError naming what cannot work. Templates are checked where they are compiled. */
export function checkDefinition({ name, url, query = [], headers = [], auth, body, method }: LinkedDefinition): void {
	if (!NAME.test(name)) throw new CampaignError('linked_content_name', `"${name}" cannot be the name of linked content`, 'Use letters, digits and underscores, beginning with a letter, such as Weather.');
	fixedOrigin(url);
	if (query.some((parameter) => parameter.name.trim() === '')) throw new CampaignError('linked_content_query', 'A query parameter has no name', 'Give it a name, or remove it.');
	const taken = new Set(headerOf(auth));
	for (const header of headers) checkHeader(header.name, taken);
	if (method === 'GET' && body !== undefined) throw new CampaignError('linked_content_body', 'A GET request has no body', 'Choose POST, or put the values into query parameters.');
}

/** The header that signs in, in lower case. */
function headerOf(auth: LinkedAuth | undefined): string[] {
	if (auth?.type === 'header') return [auth.name.toLowerCase()];
	return auth?.type === 'basic' ? ['authorization'] : [];
}

function checkHeader(name: string, taken: Set<string>): void {
	if (!HEADER_NAME.test(name)) throw new CampaignError('linked_content_header', `"${name}" is not a header name that HTTP allows`);
	if (RESERVED.test(name)) throw new CampaignError('linked_content_header', `The header ${name} is set by the connection itself`, 'Remove it.');
	if (taken.has(name.toLowerCase())) throw new CampaignError('linked_content_header', `The header ${name} is set twice`, 'Remove one of the two. The credential sets a header as well.');
	taken.add(name.toLowerCase());
}
