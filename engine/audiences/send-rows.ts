import type { MetaAccount } from '../channels/export/meta/account';
import { MetaRows, type RowsOfAudience } from '../channels/export/meta/rows';
import type { LimitedDataUse, UsersAnswer } from '../channels/export/meta/users';
import { attemptGroup, type AttemptOptions } from '../delivery/attempt';
import { CampaignError } from '../errors';
import type { AudienceWork } from './run';

export interface SendRowsOptions extends Omit<AttemptOptions<RowsOfAudience>, 'beforeRequest' | 'afterRefusal'> {
	/** What the node is called. */
	label: string;
	audience: string;
	limitedDataUse?: LimitedDataUse;
}

/**
 * Sends whole requests to Meta. One that is not taken rejects with a CampaignError of Meta's code: what has been taken before is
 * remembered, so another run does the rest.
 */
export function sendRowsTo(account: MetaAccount, { label, audience, limitedDataUse, ...options }: SendRowsOptions): AudienceWork['send'] {
	const provider = new MetaRows(account, label);
	return async (request) => {
		let answer: UsersAnswer | undefined;
		const rows: RowsOfAudience = { ...request, audience, limitedDataUse, answered: (given) => void (answer = given) };
		const result = await attemptGroup([provider], rows, { ...options, beforeRequest: async () => {} });
		if (result.outcome === 'sent' && answer) return answer;
		const last = result.attempts.at(-1);
		throw new CampaignError(last?.code ?? 'meta_failed', `Meta did not take the people: ${last?.detail ?? 'no further detail'}`, 'Everybody that it took before is remembered. Run this again when it is mended, and the rest is sent.');
	};
}
