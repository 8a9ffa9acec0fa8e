import type { SmsMessage } from '../provider';

/**
 * Where a `$$name` of a provider's own stands, as CleverTap tells them apart. It decides whose value the name takes, and
 * whether that may be a person's: `body` (body, URL, query), `header`, and `global` (what a batch says once for all).
 */
export type PairGroup = 'body' | 'header' | 'global';

export const PAIR_GROUPS: readonly PairGroup[] = ['body', 'header', 'global'];

/** The pairs of a message that names of a group are filled from: those of the group, then the global ones, which suit everywhere. */
export function pairsFor(group: PairGroup, { keyValues, headerPairs, globalPairs }: SmsMessage): Record<string, string> | undefined {
	const own = group === 'body' ? keyValues : group === 'header' ? headerPairs : undefined;
	if (!own || !globalPairs) return own ?? globalPairs;
	const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
	return { ...own, ...Object.fromEntries(Object.entries(globalPairs).filter(([name]) => !taken.has(name.toLowerCase()))) };
}

/** The message as the tokens of a group see it. */
export function seenFrom(group: PairGroup, message: SmsMessage): SmsMessage {
	return { ...message, keyValues: pairsFor(group, message) };
}
