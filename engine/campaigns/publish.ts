import { randomInt } from 'node:crypto';

import { CampaignError } from '../errors';
import { bindReferences, namesIn } from '../segments/references';
import { recordUses, type WorkflowSegments } from '../segments/saved/uses';
import { operation, type Tx } from '../store/database';
import type { CampaignDefinition } from './definition';

/** A date that has just passed while somebody published is still meant. */
const PAST_MS = 5 * 60_000;

export interface PublishInput {
	/** Workflow id and node id of the Campaign Trigger. */
	campaignId: string;
	workflowId: string;
	name: string;
	labels: string[];
	definition: CampaignDefinition;
	/** True when an operator published; false when n8n merely started again, which never starts a run by itself. */
	byOperator: boolean;
	workflowVersion?: string;
	/** Nodes of the workflow and their segments, this one's among them: what they name is not deleted while it is published. */
	uses?: Omit<WorkflowSegments, 'workflowId'>;
}

export interface PublishOutput {
	/** The run of this run key, if there is one. */
	run?: { run: number; state: string; scheduledAt: number };
	/** True when this call made the run. */
	created: boolean;
	/** What `endUses` ends by. */
	registration: string;
}

/**
 * Registers a published campaign and, if an operator published it under a run key not seen before, schedules its run.
 * A run that is still scheduled follows the new definition; one that has started keeps its own. Saved segments are put in
 * when people are selected. Rejects with `unknown_reference` when an operator publishes a segment that names what is not there.
 */
export const publishCampaign = operation<PublishInput, PublishOutput>(async (tx, input, context) => {
	const { now } = context;
	const { campaignId, workflowId, byOperator, uses = { workflowName: '', segments: [] } } = input;
	// Nothing that is named is deleted or renamed meanwhile.
	await tx.lock('names');
	const unknown = byOperator ? 'refuse' : 'keep';
	const segment = await bindReferences(tx, input.definition.segment, unknown);
	const definition: CampaignDefinition = { ...input.definition, segment, named: await namesIn(tx, segment) };
	const { registration } = await recordUses(tx, { workflowId, ...uses }, context, unknown);
	await tx.run(
		`INSERT INTO campaign (id, workflow_id, name, labels, definition, published_at) VALUES ($1, $2, $3, $4, $5, $6)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name, labels = excluded.labels, definition = excluded.definition,
			published_at = CASE WHEN $7 = 1 THEN excluded.published_at ELSE campaign.published_at END`,
		[campaignId, workflowId, input.name, JSON.stringify(input.labels), JSON.stringify(definition), now, byOperator ? 1 : 0],
	);
	if (!byOperator) return { run: await findRun(tx, campaignId, definition.runKey), created: false, registration };

	// A date that was changed before it came: the run it stood for has selected nobody and is forgotten.
	await tx.run("DELETE FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND run_key <> $2", [campaignId, definition.runKey]);
	const scheduledAt = definition.schedule.kind === 'at' ? definition.schedule.at : now + definition.graceMs;
	refusePast(await findRun(tx, campaignId, definition.runKey), definition, now);
	const made = await tx.get<{ run: number }>(
		`INSERT INTO run (campaign_id, run_key, state, definition, workflow_version, scheduled_at, seed, qualified, max_lateness_ms)
		 VALUES ($1, $2, 'scheduled', $3, $4, $5, $6, 0, $7)
		 ON CONFLICT (campaign_id, run_key) DO NOTHING RETURNING run`,
		[campaignId, definition.runKey, JSON.stringify(definition), input.workflowVersion ?? null, scheduledAt, randomInt(2 ** 32), definition.maxLatenessMs],
	);
	if (!made) {
		await tx.run(
			`UPDATE run SET definition = $3, workflow_version = $4,
				scheduled_at = $5, max_lateness_ms = $6
			 WHERE campaign_id = $1 AND run_key = $2 AND state = 'scheduled'`,
			[campaignId, definition.runKey, JSON.stringify(definition), input.workflowVersion ?? null, scheduledAt, definition.maxLatenessMs],
		);
	}
	return { run: await findRun(tx, campaignId, definition.runKey), created: made !== undefined, registration };
});

/** A workflow that was copied, or lay unpublished for long, must not send at once because its date has passed. */
function refusePast(known: PublishOutput['run'], { schedule }: CampaignDefinition, now: number): void {
	if (known || schedule.kind !== 'at' || schedule.at > now - PAST_MS) return;
	throw new CampaignError('schedule_past', `The time to send at, ${new Date(schedule.at).toISOString()}, has passed.`, 'Choose a time to come and publish again.');
}

async function findRun(tx: Tx, campaignId: string, runKey: string): Promise<PublishOutput['run']> {
	return await tx.get<{ run: number; state: string; scheduledAt: number }>(
		'SELECT run, state, scheduled_at AS "scheduledAt" FROM run WHERE campaign_id = $1 AND run_key = $2',
		[campaignId, runKey],
	);
}
