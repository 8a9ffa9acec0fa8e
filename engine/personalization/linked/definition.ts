import { authHeaderNames, type HttpAuth } from '../../channels/http/auth';
import { checkHeaderNames } from '../../channels/http/headers';
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

/** Throws a CampaignError naming what cannot work. Templates are checked where they are compiled. */
export function checkDefinition({ name, url, query = [], headers = [], auth, body, method }: LinkedDefinition): void {
	if (!NAME.test(name)) throw new CampaignError('linked_content_name', `"${name}" cannot be the name of linked content`, 'Use letters, digits and underscores, beginning with a letter, such as Weather.');
	fixedOrigin(url);
	if (query.some((parameter) => parameter.name.trim() === '')) throw new CampaignError('linked_content_query', 'A query parameter has no name', 'Give it a name, or remove it.');
	checkHeaderNames(headers.map((header) => header.name), 'linked_content_header', auth && auth.type !== 'query' ? authHeaderNames(auth) : []);
	if (method === 'GET' && body !== undefined) throw new CampaignError('linked_content_body', 'A GET request has no body', 'Choose POST, or put the values into query parameters.');
}
