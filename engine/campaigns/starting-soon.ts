import type { Tx } from '../store/database';
import { ZONES_APART_MS } from './delivery-rules';
import type { KnownRun } from './run-rows';
import { ZoneState } from './zones/states';

/** Until so long before its time a scheduled run follows what is published. */
export const EDITABLE_MS = 5 * 60_000;

/** A scheduled run. */
export interface Soon extends KnownRun {
	runKey: string;
	/** JSON: CampaignDefinition. */
	definition: string;
	/** Of a run by people's zones: when the first of those that wait is due, if they are planned. */
	firstZone: number | null;
}

/**
 * Those of the runs with these keys that are scheduled already and start within EDITABLE_MS, with what they are scheduled with.
 * @param of.published the definition that is being published, as JSON
 */
export async function startingSoon(tx: Tx, campaignId: string, of: { runKeys: string[]; published: string }, now: number): Promise<Soon[]> {
	const rows = await tx.all<Soon>(
		`SELECT run, state, scheduled_at AS "scheduledAt", run_key AS "runKey", definition,
			(SELECT min(z.due_at) FROM run_zone z WHERE z.run = run.run AND z.state = '${ZoneState.waiting}') AS "firstZone"
		 FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND scheduled_at < $2`,
		[campaignId, now + EDITABLE_MS + ZONES_APART_MS],
	);
	return rows.filter((run) => of.runKeys.includes(run.runKey) && startsSoon(run, of.published, now));
}

/**
 * A run by people's zones starts with the first that waits, before its moment here or, when no people are further east,
 * after it. One that is overdue could not start, so it may be changed; unchanged, its zones that are late stay so,
 * rather than to be planned anew as passed.
 */
function startsSoon({ scheduledAt, firstZone, definition }: Soon, published: string, now: number): boolean {
	const startsAt = firstZone ?? scheduledAt;
	if (startsAt >= now + EDITABLE_MS) return false;
	return startsAt > now || (firstZone !== null && definition === published);
}
