import { pauseOf } from '../campaigns/control/paused';
import type { CampaignDefinition } from '../campaigns/definition';
import { scheduleWords } from '../campaigns/schedule-words';
import { ZoneState } from '../campaigns/zones/states';
import { CampaignError } from '../errors';
import type { Tx } from '../store/database';

/** One run of a campaign. Times are epoch milliseconds. */
export interface RunHead {
	run: number;
	campaignId: string;
	campaignName: string;
	workflowId: string;
	/** Which firing of the campaign it is. */
	runKey: string;
	/** scheduled, running, finished, missed or stopped (see engine/campaigns/definition.ts). */
	state: string;
	scheduledAt: number;
	startedAt: number | null;
	finishedAt: number | null;
	/** People selected for the run; items that entered, where nobody was selected. */
	qualified: number;
	/** Why nothing of it is released: the campaign is paused. Absent: it is not, or the run is over. */
	pausedReason?: string;
}

/** A campaign by its id, or all campaigns of a workflow (as a rule one, and one for items that came from elsewhere). */
export type CampaignName = { campaignId: string } | { workflowId: string };

const HEAD = `SELECT r.run, r.campaign_id AS "campaignId", c.name AS "campaignName", c.workflow_id AS "workflowId", r.run_key AS "runKey",
	r.state, r.scheduled_at AS "scheduledAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
	CASE WHEN r.qualified > 0 THEN r.qualified ELSE (SELECT count(*) FROM entry e WHERE e.run = r.run) END AS qualified
	FROM run r JOIN campaign c ON c.id = r.campaign_id`;

export async function runHead(tx: Tx, run: number): Promise<RunHead | undefined> {
	const head = await tx.get<RunHead>(`${HEAD} WHERE r.run = $1`, [run]);
	return head && (await withPause(tx, [head]))[0];
}

/** As `runHead`; rejects with `run_unknown`. */
export async function requireRun(tx: Tx, run: number): Promise<RunHead> {
	const head = await runHead(tx, run);
	if (head) return head;
	throw new CampaignError('run_unknown', `There is no run ${run} in this store.`, 'Look which runs the campaign has, or leave the run out for its latest.');
}

/** Adds why runs that are not over stand still. */
async function withPause(tx: Tx, heads: RunHead[]): Promise<RunHead[]> {
	const open = heads.filter(({ state }) => state === 'scheduled' || state === 'running');
	const reasons = new Map<string, string>();
	for (const workflowId of new Set(open.map((head) => head.workflowId))) {
		const reason = await pauseOf(tx, workflowId);
		if (reason !== undefined) reasons.set(workflowId, reason);
	}
	return heads.map((head) => {
		const pausedReason = open.includes(head) ? reasons.get(head.workflowId) : undefined;
		return pausedReason === undefined ? head : { ...head, pausedReason };
	});
}

/**
 * The runs of a campaign, the latest first; those that are only scheduled come last.
 * @param input.limit at most so many; default 100
 */
export async function runsOf(tx: Tx, input: CampaignName & { limit?: number }): Promise<RunHead[]> {
	const [condition, value] = 'campaignId' in input ? ['r.campaign_id = $1', input.campaignId] : ['c.workflow_id = $1', input.workflowId];
	const heads = await tx.all<RunHead>(
		`${HEAD} WHERE ${condition}
		 ORDER BY CASE WHEN r.state = 'scheduled' THEN 1 ELSE 0 END, coalesce(r.started_at, r.scheduled_at) DESC, r.run DESC LIMIT $2`,
		[value, input.limit ?? 100],
	);
	return await withPause(tx, heads);
}

export interface KnownCampaign {
	id: string;
	name: string;
	workflowId: string;
	publishedAt: number;
	/** When its next run starts, epoch milliseconds; by people's zones with the first of those that are planned. */
	nextRunAt: number | null;
	/** What makes its runs, in words: "Every 2 weeks on Mon, Thu at 09:00". Empty for items that were in no campaign. */
	schedule: string;
}

/** Every campaign the store knows, the last published first. */
export async function listCampaigns(tx: Tx): Promise<KnownCampaign[]> {
	const rows = await tx.all<Omit<KnownCampaign, 'schedule'> & { definition: string }>(
		`SELECT c.id, c.name, c.workflow_id AS "workflowId", c.published_at AS "publishedAt", c.definition,
			(SELECT min(coalesce((SELECT min(z.due_at) FROM run_zone z WHERE z.run = r.run AND z.state = '${ZoneState.waiting}'), r.scheduled_at)) FROM run r WHERE r.campaign_id = c.id AND r.state = 'scheduled') AS "nextRunAt"
		 FROM campaign c ORDER BY c.published_at DESC, c.id`,
	);
	return rows.map(({ definition, ...row }) => {
		const { schedule } = JSON.parse(definition) as Partial<CampaignDefinition>;
		return { ...row, schedule: schedule ? scheduleWords(schedule) : '' };
	});
}
