import type { HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../../provider';
import type { MetaAccount } from './account';
import { readUsers, usersRequest, type UsersAnswer, type UsersRequest } from './users';

/** Up to 10,000 rows of an audience. */
export interface RowsOfAudience extends UsersRequest {
	/** Told what Meta answered, before the outcome is `sent`. */
	answered(answer: UsersAnswer): void;
}

/** Changes an audience by whole requests; see `usersRequest`. A batch may be repeated, also the first of a replacement that was not answered. */
export class MetaRows implements HttpProvider<RowsOfAudience> {
	readonly kind = 'meta';

	readonly idempotent = true;

	/** Ten thousand rows take a while. */
	readonly timeoutMs: number;

	readonly retries: number;

	readonly identity: string;

	readonly #account: MetaAccount;

	constructor(account: MetaAccount, readonly label: string, { timeoutMs = 120_000, retries = 5 }: { timeoutMs?: number; retries?: number } = {}) {
		this.#account = account;
		this.identity = account.identity;
		this.timeoutMs = timeoutMs;
		this.retries = retries;
	}

	get secrets(): readonly string[] {
		return this.#account.secrets;
	}

	request(rows: RowsOfAudience): HttpRequest {
		return usersRequest(this.#account, rows);
	}

	read(response: HttpResponse, rows: RowsOfAudience): ProviderOutcome {
		const answer = readUsers(response);
		if ('outcome' in answer) return answer;
		rows.answered(answer);
		return { outcome: 'sent', providerId: answer.session };
	}
}
