import { randomUUID } from 'node:crypto';

import type { Reason } from '../reasons';
import type { Attempt, GroupResult } from './attempt';
import type { RequestLedger } from './message-mark';

/** Names the campaign of a test to providers: their figures and receipts are of none. */
export const TEST_CAMPAIGN = 'test';

/** What became of a test message. */
export interface TestOutcome {
	outcome: 'sent' | 'not_sent' | 'unknown';
	reason: Reason | null;
	detail: string | null;
	/** The provider's label. */
	provider: string | null;
	/** The provider's id of the message. */
	providerId: string | null;
	/** One per request. */
	attempts: Attempt[];
}

/** An id that no message of the ledger has, so that a receipt for it finds none. */
export function testMessageId(): string {
	return `test-${randomUUID()}`;
}

/**
 * Sends one test message as any other is sent: pace, retries and fail-over are those of `send`. It is in no ledger: no cap,
 * place, goal or report knows of it, and a process that dies over it leaves no trace of it; it is never sent again by itself.
 */
export async function sendTest<Message>(message: Message, send: (message: Message, ledger: RequestLedger) => Promise<GroupResult>): Promise<TestOutcome> {
	let mayHaveLeft = false;
	try {
		const result = await send(message, {
			beforeRequest: async () => void (mayHaveLeft = true),
			afterRefusal: async () => void (mayHaveLeft = false),
		});
		return outcomeOf(result);
	} catch (error) {
		// What was sent to other addresses has to be told all the same.
		const end = mayHaveLeft ? ({ outcome: 'unknown', reason: 'unknown_outcome' } as const) : ({ outcome: 'not_sent', reason: 'provider_rejected' } as const);
		return { ...end, detail: (error as Error).message, provider: null, providerId: null, attempts: [] };
	}
}

function outcomeOf(result: GroupResult): TestOutcome {
	const { attempts } = result;
	switch (result.outcome) {
		case 'sent':
			return { outcome: 'sent', reason: null, detail: null, provider: result.provider, providerId: result.providerId, attempts };
		case 'recipient':
			return { outcome: 'not_sent', reason: result.reason, detail: `${result.code}: ${result.detail}`, provider: result.provider, providerId: null, attempts };
		case 'unknown':
			return { outcome: 'unknown', reason: 'unknown_outcome', detail: `${result.code}: ${result.detail}`, provider: result.provider, providerId: null, attempts };
		case 'failed': {
			const detail = attempts.map(({ provider, code, outcome, detail: why = '' }) => `${provider}: ${code ?? outcome} ${why}`.trim()).join('; ');
			return { outcome: 'not_sent', reason: result.reason, detail, provider: attempts.at(-1)?.provider ?? null, providerId: null, attempts };
		}
	}
}
