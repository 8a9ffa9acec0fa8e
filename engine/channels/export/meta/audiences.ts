import { sharedTransport } from '../../../delivery/ask';
import { CampaignError } from '../../../errors';
import { parseJson, readPath, textOf } from '../../http/json-path';
import { redact } from '../../http/redact';
import { isSuccess } from '../../http/status';
import type { HttpRequest } from '../../provider';
import type { MetaAccount } from './account';
import { readFailure } from './errors';
import { audienceId } from './users';

const TIMEOUT_MS = 30_000;

/** Audiences of one page: what Meta advises is 20, and more than 100 it refuses where audiences are many. */
const PAGE = 50;

export interface Audience {
	id: string;
	name: string;
}

export interface AudienceState extends Audience {
	/** People that Meta found, rounded by it; -1 as long as they are too few to be told. */
	sizeFrom?: number;
	sizeTo?: number;
	/** Such as `Normal`. */
	status?: string;
	statusCode?: number;
}

/** Customer lists of the ad account, a page of them. @param after where the last page ended */
export async function listAudiences(account: MetaAccount, after?: string): Promise<{ audiences: Audience[]; after?: string }> {
	const answer = await ask(account, account.request('GET', `${account.id}/customaudiences`, {
		query: { fields: 'id,name,subtype', limit: String(PAGE), ...(after && { after }) },
	}));
	const data = readPath(answer, 'data');
	const audiences = (Array.isArray(data) ? data : []).filter((one) => (textOf(readPath(one, 'subtype')) ?? 'CUSTOM') === 'CUSTOM');
	return {
		audiences: audiences.map((one) => ({ id: textOf(readPath(one, 'id')) ?? '', name: textOf(readPath(one, 'name')) ?? '' })),
		after: readPath(answer, 'paging.next') === undefined ? undefined : textOf(readPath(answer, 'paging.cursors.after')),
	};
}

/** Makes an empty customer list. Every call makes another one. */
export async function createAudience(
	account: MetaAccount,
	{ name, description, source }: { name: string; description?: string; source: 'USER_PROVIDED_ONLY' | 'PARTNER_PROVIDED_ONLY' | 'BOTH_USER_AND_PARTNER_PROVIDED' },
): Promise<Audience> {
	if (name.trim() === '') throw new CampaignError('meta_audience_name', 'The audience has no name', 'Write one into "Name".');
	const answer = await ask(account, account.request('POST', `${account.id}/customaudiences`, {
		body: { name: name.trim(), subtype: 'CUSTOM', customer_file_source: source, ...(description?.trim() && { description: description.trim() }) },
	}));
	const id = textOf(readPath(answer, 'id'));
	if (!id) throw new CampaignError('meta_answer', 'Meta did not say which audience it made', 'Look into the Audience Manager before making it again.');
	return { id, name: name.trim() };
}

/** What Meta says of an audience now. */
export async function getAudience(account: MetaAccount, id: string): Promise<AudienceState> {
	const fields = 'id,name,approximate_count_lower_bound,approximate_count_upper_bound,operation_status';
	const answer = await ask(account, account.request('GET', audienceId(id), { query: { fields } }));
	const number = (path: string) => (readPath(answer, path) === undefined ? undefined : Number(readPath(answer, path)));
	return {
		id: textOf(readPath(answer, 'id')) ?? id, name: textOf(readPath(answer, 'name')) ?? '',
		sizeFrom: number('approximate_count_lower_bound'), sizeTo: number('approximate_count_upper_bound'),
		status: textOf(readPath(answer, 'operation_status.description')), statusCode: number('operation_status.code'),
	};
}

/** The name of the ad account: shows that the token may see it. */
export async function accountName(account: MetaAccount): Promise<string> {
	return textOf(readPath(await ask(account, account.request('GET', account.id, { query: { fields: 'id,name' } })), 'name')) ?? account.id;
}

async function ask(account: MetaAccount, request: HttpRequest): Promise<unknown> {
	const exchange = await sharedTransport().send(request, { timeoutMs: TIMEOUT_MS, allowPrivate: true });
	if (exchange.kind !== 'response') throw failed(account, exchange.code, exchange.detail);
	const answer = parseJson(exchange.response.body);
	if (isSuccess(exchange.response.status) && answer !== undefined) return answer;
	const outcome = readFailure(exchange.response);
	throw outcome.outcome === 'sent' ? failed(account, 'unreadable', 'The answer could not be read') : failed(account, outcome.code, outcome.detail);
}

function failed(account: MetaAccount, code: string, detail: string): CampaignError {
	return new CampaignError(redact(code, account.secrets, 60), `Meta: ${redact(detail, account.secrets)}`, 'Check the Meta credential and the audience.');
}
