import { isSame } from './read';
import type { ReceiptRequest } from './receipt';

/** Letters of a token that nobody can guess. */
export const SHORTEST_TOKEN = 20;

/**
 * Whether a request brings the token of the address it was given to: as `token` in the query, or as the password of
 * HTTP Basic. For providers that sign nothing.
 */
export function hasToken({ query, headers }: ReceiptRequest, token: string): boolean {
	const basic = /^Basic\s+(\S+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
	const password = Buffer.from(basic, 'base64').toString('utf8').replace(/^[^:]*:/, '');
	return [isSame(query.get('token') ?? '', token), isSame(password, token)].includes(true);
}
