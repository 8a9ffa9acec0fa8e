import { randomInt } from 'node:crypto';

import type { Tx } from '../../store/database';
import { PLAIN_DELIVERY } from '../delivery-rules';
import type { Plan, Planned } from '../plan-runs';
import { findRun } from '../run-rows';
import { EVERYBODY_GETS_IT } from '../who-gets-it';
import { checkTrigger } from './check-trigger';
import { LIVE_RUN_KEY } from './trigger';

/**
 * Opens the one run of a live campaign, or lets it go by the new definition: whoever waits keeps the time they have. A run
 * that an operator stopped stays so; one that had come to its end goes on.
 */
export async function openLiveRun(tx: Tx, { campaignId, definition, workflowVersion }: Plan, now: number): Promise<Omit<Planned, 'keepTheirs'>> {
	const { delivery = PLAIN_DELIVERY, who = EVERYBODY_GETS_IT, maxLatenessMs } = definition;
	if (definition.schedule.kind === 'live') checkTrigger(definition.schedule.live);
	const known = await findRun(tx, campaignId, LIVE_RUN_KEY);
	await tx.run(
		`INSERT INTO run (campaign_id, run_key, definition, workflow_version, scheduled_at, started_at, max_lateness_ms, delivery, who, state, seed, qualified)
		 VALUES ($1, '${LIVE_RUN_KEY}', $2, $3, $4, $4, $5, $6, $7, 'running', $8, 0)
		 ON CONFLICT (campaign_id, run_key) DO UPDATE SET definition = excluded.definition, workflow_version = excluded.workflow_version,
			max_lateness_ms = excluded.max_lateness_ms, delivery = excluded.delivery, who = excluded.who,
			state = CASE WHEN run.state = 'finished' THEN 'running' ELSE run.state END, finished_at = NULL, announced_at = NULL`,
		[campaignId, JSON.stringify(definition), workflowVersion, now, maxLatenessMs, JSON.stringify(delivery), JSON.stringify(who), randomInt(2 ** 32)],
	);
	return { run: await findRun(tx, campaignId, LIVE_RUN_KEY), created: known === undefined };
}
