import type { Tx } from '../../store/database';
import { addresses } from './addresses';
import type { Candidate, ClaimBatch } from './candidate';
import { channelThrottle } from './channel-throttle';
import type { Check, Judge, Verdict } from './check';
import { controlGroups } from './control-groups';
import { frequency } from './frequency';
import { people } from './people';
import { runStopped } from './run-stopped';
import { targeting } from './targeting';

/**
 * In the order in which they are asked; the first that has something against a message decides. Who cannot be sent to
 * at all comes before the control groups, so that these compare with those who are sent to; a place of the throttle is
 * promised as soon as it is asked for, so that nothing may come after it.
 */
export const CHECKS: readonly Check[] = [runStopped, people, controlGroups, addresses, frequency, targeting, channelThrottle];

/** Takes every lock that the checks of a batch need. */
export async function lockForChecks(tx: Tx, batch: ClaimBatch): Promise<void> {
	await tx.lockAll(CHECKS.flatMap((check) => check.locks?.(batch) ?? []));
}

/** Judges a batch in its order, and writes down what was taken. Returns the verdict of each candidate. */
export async function judge(tx: Tx, batch: ClaimBatch): Promise<Map<Candidate, Verdict>> {
	const judges: Judge[] = [];
	for (const check of CHECKS) {
		const prepared = await check.prepare(tx, batch);
		if (prepared) judges.push(prepared);
	}
	const verdicts = new Map<Candidate, Verdict>();
	for (const candidate of batch.candidates) {
		const verdict = verdictOf(judges, candidate);
		verdicts.set(candidate, verdict);
		if (verdict?.kind !== 'refuse') for (const one of judges) one.take?.(candidate, verdict);
	}
	for (const one of judges) await one.write?.();
	return verdicts;
}

function verdictOf(judges: readonly Judge[], candidate: Candidate): Verdict {
	const { refuse } = candidate.message;
	if (refuse) return { kind: 'refuse', ...refuse };
	for (const one of judges) {
		const verdict = one.judge(candidate);
		if (verdict) return verdict;
	}
	return undefined;
}
