import { settingsOf } from '../settings/read';
import { bindReferences, namesIn } from '../segments/references';
import { recordUses, type WorkflowSegments } from '../segments/saved/uses';
import { operation, type Tx } from '../store/database';
import { noteNodes, removedNodesOf, type RemovedNode } from './control/removed-nodes';
import type { CampaignDefinition, Schedule } from './definition';
import { beginPublication } from './live/publication';
import { planRuns, runOf, type PlannedRuns } from './plan-runs';
import { begin } from './recurrence/begin';
import { lockRuns } from './run-rows';
import { checkWho } from './who-gets-it';

export interface PublishInput {
	/** Workflow id and node id of the Campaign Trigger. */
	campaignId: string;
	workflowId: string;
	name: string;
	labels: string[];
	definition: CampaignDefinition;
	/** True when an operator published; false when n8n merely started again, which never starts a run by itself. */
	byOperator: boolean;
	/** The operator published a new version of a workflow that was published: a live campaign goes on without a gap. */
	replaces?: boolean;
	workflowVersion?: string;
	/** Ids of the workflow's nodes that are not disabled; who waits at any other is released by nobody. Absent: not said. */
	nodes?: string[];
	/** Nodes of the workflow and their segments, this one's among them: what they name is not deleted while it is published. */
	uses?: Omit<WorkflowSegments, 'workflowId'>;
}

export interface PublishOutput extends PlannedRuns {
	/** What `endUses` ends by. */
	registration: string;
	/** Nodes with people on hold that are no longer in the workflow. */
	removed: RemovedNode[];
}

/**
 * Registers a published campaign and, if an operator published it, schedules the runs that it means and has not had. One
 * that is still scheduled follows the new definition until five minutes before its time; one that has started keeps its
 * own. Saved segments are put in when people are selected. Rejects with `unknown_reference` when an operator publishes a
 * segment that names what is not there, with `invalid_audience` when control groups or limits are wrong, and as `planRuns`.
 */
export const publishCampaign = operation<PublishInput, PublishOutput>(async (tx, input, context) => {
	const { now } = context;
	const { campaignId, workflowId, byOperator, uses = { workflowName: '', segments: [] } } = input;
	// Nothing that is named is deleted or renamed meanwhile.
	await tx.lock('names');
	if (byOperator && input.definition.who) checkWho(input.definition.who, input.definition.schedule, (await settingsOf(tx)).customControlGroups.map(({ name }) => name));
	const unknown = byOperator ? 'refuse' : 'keep';
	const segment = await bindReferences(tx, input.definition.segment, unknown);
	await lockRuns(tx, campaignId);
	const former = await formerDefinition(tx, campaignId);
	const schedule = beginSchedule(input.definition.schedule, former?.schedule, now);
	const definition: CampaignDefinition = { ...input.definition, segment, schedule, named: await namesIn(tx, segment) };
	const { registration } = await recordUses(tx, { workflowId, ...uses }, context, unknown);
	await tx.run(
		`INSERT INTO campaign (id, workflow_id, name, labels, definition, published_at, workflow_version) VALUES ($1, $2, $3, $4, $5, $6, $8)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name, labels = excluded.labels, definition = excluded.definition,
			published_at = CASE WHEN $7 = 1 THEN excluded.published_at ELSE campaign.published_at END,
			stopped_at = CASE WHEN $7 = 1 THEN NULL ELSE campaign.stopped_at END,
			workflow_version = coalesce(excluded.workflow_version, campaign.workflow_version)`,
		[campaignId, workflowId, input.name, JSON.stringify(input.labels), JSON.stringify(definition), now, byOperator ? 1 : 0, input.workflowVersion ?? null],
	);
	await beginPublication(tx, { ...input, registration }, now);
	if (input.nodes) await noteNodes(tx, workflowId, input.nodes, now);
	const removed = await removedNodesOf(tx, workflowId);
	if (!byOperator) return { run: await runOf(tx, campaignId, definition), created: false, keepTheirs: [], stayStopped: [], registration, removed };
	return { ...(await planRuns(tx, { campaignId, definition, former, workflowVersion: input.workflowVersion ?? null }, now)), registration, removed };
});

async function formerDefinition(tx: Tx, campaignId: string): Promise<Partial<CampaignDefinition> | undefined> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM campaign WHERE id = $1', [campaignId]);
	return row && (JSON.parse(row.definition) as Partial<CampaignDefinition>);
}

/** What a recurrence counts from is no parameter: a campaign published again goes on counting. */
function beginSchedule(schedule: Schedule, former: Schedule | undefined, now: number): Schedule {
	if (schedule.kind !== 'recurring') return schedule;
	return { ...schedule, recurrence: begin(schedule.recurrence, former?.kind === 'recurring' ? former.recurrence : undefined, now) };
}
