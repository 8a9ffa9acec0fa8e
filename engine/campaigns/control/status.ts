import type { QuestionContext } from '../../questions';
import type { Tx } from '../../store/database';
import { HoldState } from '../../holds/states';
import type { CampaignDefinition, RunState, Schedule } from '../definition';
import { requireCampaign } from './campaign';
import { startOf } from './next-start';
import { pauseOf } from './paused';
import { removedNodesOf, type RemovedNode } from './removed-nodes';

/** How far a run is. Times are epoch milliseconds. */
export interface RunStatus {
	run: number;
	runKey: string;
	state: RunState;
	scheduledAt: number;
	startedAt: number | null;
	finishedAt: number | null;
	/** Which workflow it was planned with: see publishCampaign. */
	workflowVersion: string | null;
	/** People selected, or handed in. */
	qualified: number;
	/** People who have yet to enter or are on hold. */
	waiting: number;
	/** Messages. */
	sent: number;
	unknown: number;
	notSent: number;
	/** Messages sent per minute over the last five minutes. */
	sentPerMinute: number;
	/** By people's zones, where the run goes by their clocks. */
	zones: ZoneStatus[];
}

export interface ZoneStatus {
	zone: string;
	/** See campaigns/zones/states. */
	state: string;
	dueAt: number;
	people: number;
}

/**
 * - `paused`: nothing is released; `stopped`: by the operator, and no run has been made since;
 * - `unpublished`: it has a run that is running or scheduled, and goes on with it only when it is published again;
 * - `running`, `scheduled`: there is such a run; `completed`: all its runs are over; `idle`: there never was one.
 */
export type CampaignState = 'paused' | 'stopped' | 'unpublished' | 'running' | 'scheduled' | 'completed' | 'idle';

export interface CampaignStatus {
	campaignId: string;
	name: string;
	workflowId: string;
	state: CampaignState;
	/** Whether its workflow is published: somebody is there to start runs and release people. Not so, too, while the n8n that published it is shut down. */
	published: boolean;
	pausedReason?: string;
	/** What makes its runs; undefined for items that came from elsewhere. */
	schedule?: Schedule['kind'];
	/** Of the workflow as it was published last. */
	workflowVersion: string | null;
	/** When the next run starts, by people's zones with the first of them; null: none is scheduled, or the campaign is not published. */
	nextRunAt: number | null;
	/** The latest runs, and all that are scheduled or running. */
	runs: RunStatus[];
	/** Messages of all runs that wait for the operator's decision. */
	unknownMessages: number;
	removedNodes: RemovedNode[];
}

const LATEST = 10;
const RATE_MS = 5 * 60_000;

/** What a campaign does at this moment. Rejects with `campaign_unknown`. */
export async function campaignStatus(tx: Tx, { campaignId }: { campaignId: string }, context: QuestionContext): Promise<CampaignStatus> {
	const { name, workflow_id: workflowId, definition, stopped_at, closed_at, published_at, workflow_version: workflowVersion } = await requireCampaign(tx, campaignId);
	const pausedReason = await pauseOf(tx, workflowId);
	const published = closed_at === null;
	const found = await runsOf(tx, campaignId, context.now);
	const starts: number[] = [];
	for (const run of published ? found : []) if (run.state === 'scheduled') starts.push(await startOf(tx, run, published_at, context));
	const runs = found.map(({ delivery: _delivery, ...run }) => run);
	const unknown = await tx.get<{ count: number }>(
		"SELECT count(*) AS count FROM run r JOIN message m ON m.run = r.run AND m.reason = 'unknown_outcome' AND m.state = 'unknown' AND m.accepted_at IS NULL WHERE r.campaign_id = $1",
		[campaignId],
	);
	return {
		campaignId,
		name,
		workflowId,
		state: stateOf(runs, { paused: pausedReason !== undefined, stopped: stopped_at !== null, published }),
		published,
		...(pausedReason !== undefined && { pausedReason }),
		schedule: (JSON.parse(definition) as Partial<CampaignDefinition>).schedule?.kind,
		workflowVersion,
		nextRunAt: starts.length > 0 ? Math.min(...starts) : null,
		runs,
		unknownMessages: Number(unknown?.count ?? 0),
		removedNodes: await removedNodesOf(tx, workflowId),
	};
}

function stateOf(runs: RunStatus[], { paused, stopped, published }: { paused: boolean; stopped: boolean; published: boolean }): CampaignState {
	if (paused) return 'paused';
	if (stopped) return 'stopped';
	const open = (['running', 'scheduled'] as const).find((wanted) => runs.some(({ state }) => state === wanted));
	if (open) return published ? open : 'unpublished';
	// Published again, it makes no run in the place of the one that was stopped.
	if (runs[0]?.state === 'stopped') return 'stopped';
	return runs.length > 0 ? 'completed' : 'idle';
}

type RunRow = Omit<RunStatus, 'waiting' | 'sent' | 'unknown' | 'notSent' | 'sentPerMinute' | 'zones'> & { delivery: string };

async function runsOf(tx: Tx, campaignId: string, now: number): Promise<Array<RunStatus & { delivery: string }>> {
	const rows = await tx.all<RunRow>(
		`SELECT r.run, r.run_key AS "runKey", r.state, r.scheduled_at AS "scheduledAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
			r.workflow_version AS "workflowVersion", r.delivery,
			CASE WHEN r.qualified > 0 THEN r.qualified ELSE (SELECT count(*) FROM entry e WHERE e.run = r.run) END AS qualified
		 FROM run r WHERE r.campaign_id = $1
		   AND (r.state IN ('scheduled', 'running') OR r.run IN (SELECT run FROM run WHERE campaign_id = $1 AND state NOT IN ('scheduled', 'running') ORDER BY run DESC LIMIT ${LATEST}))
		 ORDER BY coalesce(r.started_at, r.scheduled_at) DESC, r.run DESC`,
		[campaignId],
	);
	const runs: Array<RunStatus & { delivery: string }> = [];
	for (const row of rows) runs.push({ ...row, qualified: Number(row.qualified), ...(await progressOf(tx, row.run, now)), zones: await zonesOf(tx, row.run) });
	return runs;
}

async function progressOf(tx: Tx, run: number, now: number): Promise<Pick<RunStatus, 'waiting' | 'sent' | 'unknown' | 'notSent' | 'sentPerMinute'>> {
	const states = await tx.all<{ state: string; count: number; recent: number }>(
		`SELECT state, count(*) AS count, sum(CASE WHEN state = 'sent' AND settled_at > $2 THEN 1 ELSE 0 END) AS recent FROM message WHERE run = $1 GROUP BY state`,
		[run, now - RATE_MS],
	);
	const waiting = await tx.get<{ count: number }>(
		`SELECT (SELECT count(*) FROM hold WHERE run = $1 AND state < ${HoldState.done} AND state = ${HoldState.waiting})
			+ (SELECT coalesce(sum(size), 0) FROM block WHERE run = $1) AS count`,
		[run],
	);
	const count = (...wanted: string[]) => states.filter(({ state }) => wanted.includes(state)).reduce((sum, row) => sum + Number(row.count), 0);
	return {
		waiting: Number(waiting?.count ?? 0),
		sent: count('sent'),
		unknown: count('unknown'),
		notSent: count('failed', 'not_sent'),
		sentPerMinute: states.reduce((sum, row) => sum + Number(row.recent), 0) / (RATE_MS / 60_000),
	};
}

async function zonesOf(tx: Tx, run: number): Promise<ZoneStatus[]> {
	return await tx.all<ZoneStatus>('SELECT zone, state, due_at AS "dueAt", people FROM run_zone WHERE run = $1 ORDER BY due_at, zone', [run]);
}
