import type { Tx } from '../../store/database';
import type { Plan, Planned } from '../plan-runs';
import { openRun, type KnownRun } from '../run-rows';

/** SQL condition on run: it is the open run of a campaign whose people are handed in by items, and never finishes by itself. */
export const TAKES_ITEMS = "run_key LIKE 'items %'";

/** Whether it is such a run, be it closed since. */
export function isItemsRun(runKey: string): boolean {
	return /^(?:closed )?items /.test(runKey);
}

export async function openItemsRun(tx: Tx, campaignId: string): Promise<(KnownRun & { runKey: string }) | undefined> {
	return await tx.get(
		`SELECT run, state, scheduled_at AS "scheduledAt", run_key AS "runKey" FROM run
		 WHERE campaign_id = $1 AND state = 'running' AND ${TAKES_ITEMS} ORDER BY run DESC LIMIT 1`,
		[campaignId],
	);
}

/** The open run of a campaign whose people are handed in: one that is open goes on; after one that was stopped a new one opens. */
export async function planItemsRun(tx: Tx, plan: Plan, now: number): Promise<Omit<Planned, 'keepTheirs'>> {
	const { campaignId } = plan;
	const runKey = (await openItemsRun(tx, campaignId))?.runKey ?? (await nextKey(tx, campaignId));
	const created = await openRun(tx, { ...plan, runKey }, now);
	return { run: await openItemsRun(tx, campaignId), created };
}

async function nextKey(tx: Tx, campaignId: string): Promise<string> {
	const before = await tx.get<{ count: number }>(`SELECT count(*) AS count FROM run WHERE campaign_id = $1 AND ${TAKES_ITEMS}`, [campaignId]);
	return `items ${Number(before?.count ?? 0) + 1}`;
}

/** The campaign is published with another schedule: its open run takes nobody more, and finishes when nobody waits in it. */
export async function closeItemsRuns(tx: Tx, campaignId: string): Promise<void> {
	await tx.run(`UPDATE run SET run_key = 'closed ' || run_key || ' ' || run WHERE campaign_id = $1 AND state = 'running' AND ${TAKES_ITEMS}`, [campaignId]);
}
