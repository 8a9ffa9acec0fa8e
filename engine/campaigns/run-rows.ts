import { randomInt } from 'node:crypto';

import type { Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { deliveryOfRun, PLAIN_DELIVERY } from './delivery-rules';
import { EVERYBODY_GETS_IT } from './who-gets-it';

export interface KnownRun {
	run: number;
	state: string;
	/** Epoch milliseconds. */
	scheduledAt: number;
}

/** What runs are made of. */
export interface PlannedRun {
	campaignId: string;
	definition: CampaignDefinition;
	workflowVersion: string | null;
	/** Tells the runs of a campaign apart; usually the definition's. */
	runKey: string;
	scheduledAt: number;
}

const MOMENT = 'at ';

/** Keys of runs that an operator asked for begin with it. */
export const ASKED = 'asked ';

/** Key of the run of a moment (epoch ms), whichever schedule means it: no change of schedule repeats it. */
export function momentKey(at: number): string {
	return `${MOMENT}${at}`;
}

export function isMoment(runKey: string): boolean {
	return runKey.startsWith(MOMENT);
}

/**
 * Whoever changes which runs of a campaign are scheduled, or starts one, takes this first (after `names`, if that is
 * needed, too): the next run depends on the one before.
 */
export async function lockRuns(tx: Tx, campaignId: string): Promise<void> {
	await tx.lock(`runs ${campaignId}`);
}

export async function findRun(tx: Tx, campaignId: string, runKey: string): Promise<KnownRun | undefined> {
	return await tx.get<KnownRun>('SELECT run, state, scheduled_at AS "scheduledAt" FROM run WHERE campaign_id = $1 AND run_key = $2', [campaignId, runKey]);
}

/** The runs of a campaign that have not started, in the order of their times. */
export async function scheduledRuns(tx: Tx, campaignId: string): Promise<Array<KnownRun & { runKey: string }>> {
	return await tx.all(
		`SELECT run, state, scheduled_at AS "scheduledAt", run_key AS "runKey" FROM run
		 WHERE campaign_id = $1 AND state = 'scheduled' ORDER BY scheduled_at, run`,
		[campaignId],
	);
}

/** How many runs at moments later than `since` have fired; those that were refused have not. */
export async function firedSince(tx: Tx, campaignId: string, since: number): Promise<number> {
	const row = await tx.get<{ fired: number | string }>(
		`SELECT count(*) AS fired FROM run
		 WHERE campaign_id = $1 AND started_at IS NOT NULL AND state <> 'refused' AND scheduled_at > $2 AND run_key LIKE '${MOMENT}%'`,
		[campaignId, since],
	);
	return Number(row?.fired);
}

/** Forgets scheduled runs that are no longer meant: they have selected nobody. One that has started meanwhile stays, or that was asked for. */
export async function forgetRuns(tx: Tx, campaignId: string, meant: readonly string[]): Promise<void> {
	await tx.run(
		`DELETE FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND run_key NOT LIKE '${ASKED}%'
		   AND run_key NOT IN (SELECT m.run_key FROM ${tx.dialect.rows('$2', { run_key: 'text' })} AS m)`,
		[campaignId, JSON.stringify(meant.map((key) => [key]))],
	);
}

/**
 * Makes a scheduled run. One with its key that is still scheduled follows the new definition; one that has started keeps
 * its own. @returns whether it was made
 */
export async function scheduleRun(tx: Tx, { campaignId, definition, workflowVersion, runKey, scheduledAt }: PlannedRun): Promise<boolean> {
	const { delivery = PLAIN_DELIVERY, who = EVERYBODY_GETS_IT, maxLatenessMs } = definition;
	const ofRun = deliveryOfRun(delivery, definition.schedule, scheduledAt);
	const kept = [JSON.stringify(definition), workflowVersion, scheduledAt, maxLatenessMs, JSON.stringify(ofRun), JSON.stringify(who)];
	const made = await tx.get<{ run: number }>(
		`INSERT INTO run (campaign_id, run_key, definition, workflow_version, scheduled_at, max_lateness_ms, delivery, who, state, seed, qualified)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled', $9, 0)
		 ON CONFLICT (campaign_id, run_key) DO NOTHING RETURNING run`,
		[campaignId, runKey, ...kept, randomInt(2 ** 32)],
	);
	// Its zones are planned anew, by what is published now; a number may have been that of a run that was forgotten.
	await tx.run("DELETE FROM run_zone WHERE run = (SELECT run FROM run WHERE campaign_id = $1 AND run_key = $2 AND state = 'scheduled')", [campaignId, runKey]);
	if (made) return true;
	await tx.run(
		`UPDATE run SET definition = $3, workflow_version = $4, scheduled_at = $5, max_lateness_ms = $6, delivery = $7, who = $8
		 WHERE campaign_id = $1 AND run_key = $2 AND state = 'scheduled'`,
		[campaignId, runKey, ...kept],
	);
	return false;
}

/**
 * Opens a run that takes people in as they come, or lets the one with its key go by the definition that is published now:
 * whoever waits keeps the time they have, and one that had come to its end goes on. @returns whether it was opened now
 */
export async function openRun(tx: Tx, { campaignId, definition, workflowVersion, runKey }: Omit<PlannedRun, 'scheduledAt'>, now: number): Promise<boolean> {
	const { delivery = PLAIN_DELIVERY, who = EVERYBODY_GETS_IT, maxLatenessMs } = definition;
	const known = await findRun(tx, campaignId, runKey);
	await tx.run(
		`INSERT INTO run (campaign_id, run_key, definition, workflow_version, scheduled_at, started_at, max_lateness_ms, delivery, who, state, seed, qualified)
		 VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, 'running', $9, 0)
		 ON CONFLICT (campaign_id, run_key) DO UPDATE SET definition = excluded.definition, workflow_version = excluded.workflow_version,
			max_lateness_ms = excluded.max_lateness_ms, delivery = excluded.delivery, who = excluded.who,
			state = CASE WHEN run.state = 'finished' THEN 'running' ELSE run.state END, finished_at = NULL, announced_at = NULL`,
		[campaignId, runKey, JSON.stringify(definition), workflowVersion, now, maxLatenessMs, JSON.stringify(delivery), JSON.stringify(who), randomInt(2 ** 32)],
	);
	return known === undefined;
}
