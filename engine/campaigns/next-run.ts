import type { Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { nextOccurrence } from './recurrence/occurrences';
import type { Begun, Recurrence } from './recurrence/recurrence';
import { findRun, firedSince, isMoment, lockRuns, momentKey, scheduleRun } from './run-rows';

interface Row {
	campaignId: string;
	runKey: string;
	state: string;
	scheduledAt: number;
	workflowVersion: string | null;
}

/**
 * Does what may take a run out of `scheduled` (start it, miss it, refuse it), with the lock of `lockRuns`. If it does, the
 * run after it is scheduled in the same transaction, as the campaign is published now: a recurring campaign always has
 * exactly its next occurrence scheduled. Occurrences that are overdue beyond the maximum lateness are passed over: while
 * n8n was down for a month, a daily campaign misses one run that the report shows, not thirty.
 */
export async function followedByNext<Result>(tx: Tx, run: number, now: number, work: () => Promise<Result>): Promise<Result> {
	const known = await readRun(tx, run);
	if (known) await lockRuns(tx, known.campaignId);
	const before = await readRun(tx, run);
	const result = await work();
	const after = await readRun(tx, run);
	const hasLeft = before?.state === 'scheduled' && after !== undefined && after.state !== 'scheduled';
	if (hasLeft && isMoment(after.runKey)) await scheduleNext(tx, after, now);
	return result;
}

async function readRun(tx: Tx, run: number): Promise<Row | undefined> {
	return await tx.get<Row>(
		`SELECT campaign_id AS "campaignId", run_key AS "runKey", state, scheduled_at AS "scheduledAt", workflow_version AS "workflowVersion"
		 FROM run WHERE run = $1`,
		[run],
	);
}

async function scheduleNext(tx: Tx, { campaignId, scheduledAt, workflowVersion }: Row, now: number): Promise<void> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM campaign WHERE id = $1 AND stopped_at IS NULL', [campaignId]);
	const definition = JSON.parse(row?.definition ?? '{}') as Partial<CampaignDefinition>;
	if (definition.schedule?.kind !== 'recurring' || definition.maxLatenessMs === undefined) return;
	const { recurrence } = definition.schedule;
	if (!hasBegun(recurrence)) return;
	const next = await nextMoment(tx, campaignId, recurrence, Math.max(scheduledAt, now - definition.maxLatenessMs - 1));
	if (next === undefined) return;
	await scheduleRun(tx, { campaignId, definition: definition as CampaignDefinition, workflowVersion, runKey: momentKey(next), scheduledAt: next });
}

/**
 * The first occurrence later than an instant (epoch ms) that has had no run, unless as many runs have fired as it ends
 * after. A run by people's time zones starts before its moment.
 */
export async function nextMoment(tx: Tx, campaignId: string, recurrence: Begun, after: number): Promise<number | undefined> {
	const { end, since } = recurrence;
	if (end.kind === 'after' && (await firedSince(tx, campaignId, since)) >= end.runs) return undefined;
	let next = nextOccurrence(recurrence, after);
	while (next !== undefined && (await hasLeft(tx, campaignId, momentKey(next)))) next = nextOccurrence(recurrence, next);
	return next;
}

async function hasLeft(tx: Tx, campaignId: string, runKey: string): Promise<boolean> {
	const run = await findRun(tx, campaignId, runKey);
	return run !== undefined && run.state !== 'scheduled';
}

export function hasBegun(recurrence: Recurrence): recurrence is Begun {
	return recurrence.since !== undefined;
}
