import { hash } from 'node:crypto';
import type { Batching, HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../../provider';
import type { MetaAccount } from './account';
import type { Identifiers } from './identifiers';
import { MOST_ROWS, readUsers, usersRequest, type LimitedDataUse } from './users';

/** One person who is to be in an audience, or no longer. */
export interface PersonOfAudience {
	messageId: string;
	identifiers: Identifiers;
}

export interface MetaPeopleConfig {
	label: string;
	account: MetaAccount;
	audience: string;
	change: 'add' | 'remove';
	limitedDataUse?: LimitedDataUse;
	timeoutMs?: number;
	retries?: number;
}

/**
 * Adds people to a custom audience of Meta's, or removes them; see `usersRequest`. Who is in already, or is not in, stays so: a
 * repetition does no harm. Accepted means received: whom Meta matched with an account it never says. Of the rows it takes for
 * invalid it tells a number, which it calls inexact, and up to 100 samples; whose email, phone or advertiser ID is among them, is an invalid recipient,
 * and everybody else was received. That samples are values as they were sent is documented, their form is not.
 */
export class MetaPeople implements HttpProvider<PersonOfAudience> {
	readonly kind = 'meta';

	readonly label: string;

	readonly idempotent = true;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly concurrency = 4;

	readonly identity: string;

	readonly batch: Batching<PersonOfAudience, Identifiers>;

	readonly #account: MetaAccount;

	constructor(private readonly config: MetaPeopleConfig) {
		this.label = config.label;
		this.timeoutMs = config.timeoutMs ?? 60_000;
		// As CleverTap's channel.
		this.retries = config.retries ?? 5;
		this.#account = config.account;
		this.identity = config.account.identity;
		this.batch = {
			most: MOST_ROWS,
			key: () => this.config.audience,
			part: ({ identifiers }) => identifiers,
			request: (parts, messages) => this.build(parts, messages),
			read: (response, messages) => readPeople(response, messages),
		};
	}

	get secrets(): readonly string[] {
		return this.#account.secrets;
	}

	request(message: PersonOfAudience): HttpRequest {
		return this.build([message.identifiers], [message]);
	}

	read(response: HttpResponse, message: PersonOfAudience): ProviderOutcome {
		const read = readPeople(response, [message]);
		return 'outcome' in read ? read : (read[0] as ProviderOutcome);
	}

	private build(rows: readonly Identifiers[], messages: readonly PersonOfAudience[]): HttpRequest {
		const { audience, change, limitedDataUse } = this.config;
		const session = { id: sessionOf(messages), batch: 1, last: true, total: rows.length };
		return usersRequest(this.#account, { audience, change, rows, session, limitedDataUse });
	}
}

/** Whose value can be told to be one person's alone. A user ID may be part of anything, such as `7` of a hash; what many share, such as a city, says nothing of each. */
const OWN_KEYS = ['EMAIL', 'PHONE', 'MADID'] as const;

/** The same people have the same session: a repetition is one for Meta, too. Below 2^53, which is all that JSON keeps. */
function sessionOf(messages: readonly PersonOfAudience[]): number {
	const digest = hash('sha256', messages.map(({ messageId }) => messageId).join(' '), 'hex');
	return Number.parseInt(digest.slice(0, 13), 16) + 1;
}

function readPeople(response: HttpResponse, messages: readonly PersonOfAudience[]): ProviderOutcome | ProviderOutcome[] {
	const answer = readUsers(response);
	if ('outcome' in answer) return answer;
	const named = answer.samples.join('\n').toLowerCase();
	return messages.map(({ identifiers }): ProviderOutcome => {
		const wrong = named === '' ? undefined : OWN_KEYS.find((key) => identifiers[key] !== undefined && named.includes(identifiers[key].toLowerCase()));
		if (!wrong) return { outcome: 'sent', providerId: answer.session };
		return { outcome: 'recipient', reason: 'invalid_recipient', code: 'invalid_entry', detail: `Meta names the ${wrong} of this person among the entries it cannot read` };
	});
}
