import type { WhoGetsIt } from '../campaigns/who-gets-it';
import type { Reason } from '../reasons';
import type { OperationContext, Tx } from '../store/database';
import { wallClock } from '../time/local';
import { hasLimits, limitsOf, placesLock, usedUp } from './places';

/** Why nobody else of a run is sent to: all places of a limit are taken for good. Undefined: some are left, or may come back. */
export async function whyNoPlaces(tx: Tx, run: number, { now, zone }: Pick<OperationContext, 'now' | 'zone'>): Promise<Reason | undefined> {
	const row = await tx.get<{ campaign_id: string; who: string }>('SELECT campaign_id, who FROM run WHERE run = $1', [run]);
	const who = row && (JSON.parse(row.who) as WhoGetsIt);
	if (!who || !hasLimits(who)) return undefined;
	await tx.lock(placesLock(row.campaign_id));
	return await usedUp(tx, row.campaign_id, run, limitsOf(run, who, wallClock(now, zone).toISODate() as string));
}
