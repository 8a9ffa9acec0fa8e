import { fixedOrigin } from '../../engine/channels/http/url-template';
import { CampaignError } from '../../engine/errors';
import type { LinkedAuth, LinkedDefinition, NamedTemplate } from '../../engine/personalization/linked/definition';
import { readHttpAuth } from '../shared/http-auth';
import { readPace, splitList } from '../shared/provider-parameters';

/** The fields of the credential. */
export interface LinkedContentCredential {
	baseUrl?: string;
	authentication: 'none' | 'basicAuth' | 'headerAuth' | 'queryAuth';
	user?: string;
	password?: string;
	headerName?: string;
	headerValue?: string;
	queryName?: string;
	apiKey?: string;
	allowPrivate?: boolean;
}

interface Options {
	acceptedStatuses?: string;
	askInManualRuns?: boolean;
	concurrency?: number;
	requestsPerSecond?: number;
	retries?: number;
	timeout?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 5;

const DEFAULT_CACHE_MINUTES = 10;

/**
 * The parameters of a Linked Content node as the engine takes them. Throws a CampaignError naming what cannot be read.
 * @param credential absent where it is not known, as at publish, or where the node has none
 */
export function readLinkedDefinition(parameterOf: (name: string) => unknown, credential?: LinkedContentCredential): LinkedDefinition {
	const text = (name: string) => String(parameterOf(name) ?? '').trim();
	const pairs = (name: string) => (parameterOf(name) as { pairs?: NamedTemplate[] } | undefined)?.pairs ?? [];
	const options = readOptions(parameterOf);
	const pace = readPace(options);
	const method = text('method') === 'POST' ? 'POST' : 'GET';
	const url = text('url');
	return {
		name: text('apiName'),
		method,
		url,
		query: pairs('query'),
		headers: pairs('headers').map(({ name, value }) => ({ name: name.trim(), value })),
		...(method === 'POST' && text('json') !== '' && { body: text('json') }),
		...(credential && { auth: authFor(credential, url), allowPrivate: credential.allowPrivate === true }),
		timeoutMs: pace.timeoutMs ?? DEFAULT_TIMEOUT_SECONDS * 1000,
		cacheMs: Number(parameterOf('cacheMinutes') ?? DEFAULT_CACHE_MINUTES) * 60_000,
		retries: pace.retries ?? 1,
		requestsPerSecond: pace.requestsPerSecond,
		concurrency: pace.concurrency,
		acceptedStatuses: statusesOf(options.acceptedStatuses ?? ''),
		...(text('onFailure') === 'default' && { defaultJson: text('defaultJson') }),
	};
}

/** Whether a run by hand asks, too. */
export function asksInManualRuns(parameterOf: (name: string) => unknown): boolean {
	return readOptions(parameterOf).askInManualRuns === true;
}

function readOptions(parameterOf: (name: string) => unknown): Options {
	return (parameterOf('options') ?? {}) as Options;
}

/** What signs a request in goes to the address that the credential names, and nowhere else. */
function authFor(credential: LinkedContentCredential, url: string): LinkedAuth {
	const allowed = fixedOrigin(credential.baseUrl ?? '');
	if (fixedOrigin(url) !== allowed) throw new CampaignError('linked_content_origin', `The URL leads elsewhere than the credential allows, which is for ${allowed}`, 'Correct the URL, or choose the credential of that API.');
	const { authentication, queryName = '', apiKey = '' } = credential;
	return authentication === 'queryAuth' ? { type: 'query', name: queryName, value: apiKey } : readHttpAuth({ ...credential, authentication });
}

function statusesOf(text: string): number[] {
	return splitList(text).map((part) => {
		if (!/^[45]\d\d$/.test(part)) throw new CampaignError('invalid_status', `"${part}" is not a status from 400 to 599`, 'Write statuses separated by commas, such as 404, 410.');
		return Number(part);
	});
}
