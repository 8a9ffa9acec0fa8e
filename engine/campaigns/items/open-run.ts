import { randomInt } from 'node:crypto';

import type { Tx } from '../../store/database';
import type { Plan, Planned } from '../plan-runs';
import { PLAIN_DELIVERY } from '../delivery-rules';
import type { KnownRun } from '../run-rows';
import { EVERYBODY_GETS_IT } from '../who-gets-it';

/** SQL condition on run: it is the open run of a campaign whose people are handed in by items, and never finishes by itself. */
export const TAKES_ITEMS = "run_key LIKE 'items %'";

export async function openItemsRun(tx: Tx, campaignId: string): Promise<KnownRun | undefined> {
	return await tx.get<KnownRun>(
		`SELECT run, state, scheduled_at AS "scheduledAt" FROM run WHERE campaign_id = $1 AND state = 'running' AND ${TAKES_ITEMS} ORDER BY run DESC LIMIT 1`,
		[campaignId],
	);
}

/**
 * The open run of a campaign whose people are handed in, as somebody publishes it: one that is open goes on, with the
 * settings that were published; after one that was stopped a new one opens.
 */
export async function planItemsRun(tx: Tx, { campaignId, definition, workflowVersion }: Plan, now: number): Promise<Omit<Planned, 'keepTheirs'>> {
	const { delivery = PLAIN_DELIVERY, who = EVERYBODY_GETS_IT, maxLatenessMs } = definition;
	const kept = [JSON.stringify(definition), workflowVersion, maxLatenessMs, JSON.stringify(delivery), JSON.stringify(who)];
	const open = await openItemsRun(tx, campaignId);
	if (open) {
		await tx.run('UPDATE run SET definition = $2, workflow_version = $3, max_lateness_ms = $4, delivery = $5, who = $6 WHERE run = $1', [open.run, ...kept]);
		return { run: open, created: false };
	}
	const before = await tx.get<{ count: number }>(`SELECT count(*) AS count FROM run WHERE campaign_id = $1 AND ${TAKES_ITEMS}`, [campaignId]);
	await tx.run(
		`INSERT INTO run (campaign_id, run_key, definition, workflow_version, max_lateness_ms, delivery, who, state, scheduled_at, started_at, seed, qualified)
		 VALUES ($1, $7, $2, $3, $4, $5, $6, 'running', $8, $8, $9, 0)`,
		[campaignId, ...kept, `items ${Number(before?.count ?? 0) + 1}`, now, randomInt(2 ** 32)],
	);
	return { run: await openItemsRun(tx, campaignId), created: true };
}

/** The campaign is published with another schedule: its open run takes nobody more, and finishes when nobody waits in it. */
export async function closeItemsRuns(tx: Tx, campaignId: string): Promise<void> {
	await tx.run(`UPDATE run SET run_key = 'closed ' || run_key || ' ' || run WHERE campaign_id = $1 AND state = 'running' AND ${TAKES_ITEMS}`, [campaignId]);
}
