import type { Tx } from '../../store/database';
import type { CampaignDefinition } from '../definition';
import type { Plan, Planned } from '../plan-runs';
import { findRun, openRun } from '../run-rows';
import { checkTrigger } from './check-trigger';
import { readPlace } from './cursor';
import { ROLE } from './known';
import { LIVE_RUN_KEY } from './trigger';

/** Opens the one run of a live campaign, or goes on with it. One that was stopped has been put aside by `beginPublication`. */
export async function openLiveRun(tx: Tx, plan: Plan, now: number): Promise<Omit<Planned, 'keepTheirs'>> {
	const { schedule } = plan.definition;
	if (schedule.kind === 'live') checkTrigger(schedule.live);
	await leaveAloneWhoWaits(tx, plan);
	const created = await openRun(tx, { ...plan, runKey: LIVE_RUN_KEY }, now);
	return { run: await findRun(tx, plan.campaignId, LIVE_RUN_KEY), created };
}

/**
 * Under another trigger nobody who waits is judged anew: without the events that brought them in, their entries stand as
 * they are. Second events stay, which may have arrived before the first.
 */
async function leaveAloneWhoWaits(tx: Tx, { campaignId, definition }: Plan): Promise<void> {
	// Nobody comes in by the trigger of before any more.
	await readPlace(tx, true);
	const row = await tx.get<{ run: number; definition: string }>('SELECT run, definition FROM run WHERE campaign_id = $1 AND run_key = $2', [campaignId, LIVE_RUN_KEY]);
	if (!row || JSON.stringify((JSON.parse(row.definition) as CampaignDefinition).schedule) === JSON.stringify(definition.schedule)) return;
	await tx.run(`DELETE FROM live_event WHERE run = $1 AND role = ${ROLE.first}`, [row.run]);
}
