import type { HttpResponse, ProviderOutcome } from '../provider';
import { describe, isSuccess } from './status';

/**
 * One outcome per message of an answer that lists them in the order of the request. A list of another length tells of none of
 * them, as nobody knows which is whose.
 */
export function inOrder(entries: readonly unknown[], count: number, read: (entry: unknown, index: number) => ProviderOutcome): ProviderOutcome[] {
	return entries.length === count ? entries.map(read) : [];
}

/** The outcome of an answer about all messages of a request that should have told of each: an acceptance is none. */
export function notEach(outcome: ProviderOutcome, response: HttpResponse): ProviderOutcome {
	if (outcome.outcome === 'refused' || (outcome.outcome !== 'sent' && !isSuccess(response.status))) return outcome;
	return { outcome: 'unknown', code: `http_${response.status}`, detail: `The answer does not tell of each message. ${describe(response)}` };
}
