import { CampaignError } from '../../../errors';
import { isObject, parseJson, readPath, textOf } from '../../http/json-path';
import { isSuccess } from '../../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome } from '../../provider';
import type { MetaAccount } from './account';
import { readFailure } from './errors';
import type { Identifiers } from './identifiers';
import { KEYS } from './keys';

/** People of one request, at most. */
export const MOST_ROWS = 10_000;

export type Change = 'add' | 'remove' | 'replace';

/** Limited Data Use, for people in states of the US whose law asks for it: Meta finds out where they are, or takes them to be in California. */
export type LimitedDataUse = 'off' | 'byLocation' | 'california';

export interface Session {
	/** Unique in the ad account; a whole number that JSON keeps. */
	id: number;
	/** From 1. */
	batch: number;
	last: boolean;
	/** People of the whole session, about. */
	total: number;
}

export interface UsersRequest {
	audience: string;
	change: Change;
	rows: readonly Identifiers[];
	session: Session;
	limitedDataUse?: LimitedDataUse;
	/** Keys of every row of the session, which may not change within it; default: those that the rows have. */
	keys?: ReadonlyArray<(typeof KEYS)[number]>;
}

/** What Meta says of the rows of a request; it names no more than samples of the invalid ones. */
export interface UsersAnswer {
	/** In the session so far. */
	received: number;
	invalid: number;
	samples: string[];
	session: string | null;
}

/**
 * Changes who is in an audience: POST or DELETE /{audience}/users, POST /{audience}/usersreplace, as JSON. Source: "Customer
 * File Custom Audiences" of the Marketing API. A row has a value for every key of the schema, and "" for what is not known.
 */
export function usersRequest(account: MetaAccount, { audience, change, rows, session, limitedDataUse = 'off', keys }: UsersRequest): HttpRequest {
	const schema = keys ?? KEYS.filter((key) => rows.some((row) => row[key] !== undefined));
	const options = OPTIONS[limitedDataUse];
	return account.request(change === 'remove' ? 'DELETE' : 'POST', `${audienceId(audience)}/${change === 'replace' ? 'usersreplace' : 'users'}`, {
		body: {
			session: { session_id: session.id, batch_seq: session.batch, last_batch_flag: session.last, estimated_num_total: session.total },
			payload: {
				schema: [...schema, ...options.keys],
				data: rows.map((row) => [...schema.map((key) => row[key] ?? ''), ...options.values]),
			},
		},
	});
}

/** Data processing options, by Meta's numbers: country 1 is the US, state 1000 California. */
const OPTIONS: Record<LimitedDataUse, { keys: string[]; values: unknown[] }> = {
	off: { keys: [], values: [] },
	byLocation: { keys: ['DATA_PROCESSING_OPTIONS'], values: [['LDU']] },
	california: { keys: ['DATA_PROCESSING_OPTIONS', 'DATA_PROCESSING_OPTIONS_COUNTRY', 'DATA_PROCESSING_OPTIONS_STATE'], values: [['LDU'], 1, 1000] },
};

/** The id of an audience, which is a number. Throws a CampaignError for anything else: it becomes part of an address. */
export function audienceId(typed: string): string {
	const id = typed.trim();
	if (!/^\d+$/.test(id)) throw new CampaignError('meta_audience', id === '' ? 'No audience is chosen' : 'The ID of the audience is not a number', 'Choose the audience from the list, or copy its ID from the Audience Manager.');
	return id;
}

/** The answer, or why there is none. */
export function readUsers(response: HttpResponse): UsersAnswer | ProviderOutcome {
	const answer = parseJson(response.body);
	const received = readPath(answer, 'num_received');
	if (!isSuccess(response.status) || received === undefined || !Number.isFinite(Number(received))) return readFailure(response);
	const samples = readPath(answer, 'invalid_entry_samples');
	const named = Array.isArray(samples) ? samples.map(String) : isObject(samples) ? Object.entries(samples).flatMap(([key, value]) => [key, String(value)]) : [];
	return { received: Number(received), invalid: Number(readPath(answer, 'num_invalid_entries')) || 0, samples: named, session: textOf(readPath(answer, 'session_id')) ?? null };
}
