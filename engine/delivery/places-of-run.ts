import type { WhoGetsIt } from '../campaigns/who-gets-it';
import type { OperationContext, Tx } from '../store/database';
import { wallClock } from '../time/local';
import { hasLimits, limitsOf, placesLeft, placesLock, type PlacesLeft } from './places';

/** Whether somebody else of a run can be sent to now; of a run without limits always. */
export async function placesOfRun(tx: Tx, run: number, { now, zone }: Pick<OperationContext, 'now' | 'zone'>): Promise<PlacesLeft> {
	const row = await tx.get<{ campaign_id: string; who: string }>('SELECT campaign_id, who FROM run WHERE run = $1', [run]);
	const who = row && (JSON.parse(row.who) as WhoGetsIt);
	if (!who || !hasLimits(who)) return undefined;
	await tx.lock(placesLock(row.campaign_id));
	return await placesLeft(tx, row.campaign_id, run, limitsOf(run, who, wallClock(now, zone).toISODate() as string));
}
