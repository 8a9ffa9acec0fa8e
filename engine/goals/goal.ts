import { randomUUID } from 'node:crypto';

import { CampaignError } from '../errors';
import type { PropertyCondition } from '../segments/rule';
import { errorText, parseRule } from '../segments/validate';
import { operation, type Tx } from '../store/database';

/** The event a campaign wants. People convert when it happens within the window after a message was sent to them. */
export interface GoalDefinition {
	event: string;
	/** All on the same event. */
	where: PropertyCondition[];
	/** Property of the event that says what it is worth. */
	revenueProperty?: string;
	/** Milliseconds, from MIN_WINDOW_MS to MAX_WINDOW_MS. */
	windowMs: number;
}

export const MIN_WINDOW_MS = 60_000;
/** Five months of 30 days. */
export const MAX_WINDOW_MS = 150 * 86_400_000;

/** A goal as its node registered it. */
interface StoredGoal extends GoalDefinition {
	/** Which registration wrote this: only that one may withdraw it. */
	registration: string;
	withdrawnAt?: number;
}

/** Throws `invalid_goal`, naming everything that is wrong. */
export function checkGoal({ event, where, revenueProperty, windowMs }: GoalDefinition): void {
	const parsed = parseRule({ event, did: true, where });
	const complaints = 'errors' in parsed ? parsed.errors.map(errorText) : [];
	if (revenueProperty !== undefined && revenueProperty.trim() === '') complaints.push('revenueProperty: must not be empty');
	if (!Number.isSafeInteger(windowMs) || windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS) {
		complaints.push('window: must be from 1 minute to 5 months');
	}
	if (complaints.length === 0) return;
	throw new CampaignError('invalid_goal', `The goal cannot be used: ${complaints.join('; ')}.`, 'Correct the goal at the places named.');
}

/**
 * Registers the goal that a node of a workflow declares; the one it declared before is replaced. Reports count by the
 * goal as it was registered last. Rejects with `invalid_goal`.
 * @returns what to withdraw it by
 */
export const registerGoal = operation<{ workflowId: string; nodeId: string; definition: GoalDefinition }, { registration: string }>(
	async (tx, { workflowId, nodeId, definition }, { now }) => {
		checkGoal(definition);
		const registration = randomUUID();
		const stored: StoredGoal = { ...definition, registration };
		await tx.run(
			`INSERT INTO goal (workflow_id, node_id, definition, published_at) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (workflow_id, node_id) DO UPDATE SET definition = excluded.definition, published_at = excluded.published_at`,
			[workflowId, nodeId, JSON.stringify(stored), now],
		);
		return { registration };
	},
);

/**
 * The node no longer stands in a published workflow, or n8n goes down: runs that start from now on do not count by this
 * goal, those that have started do. Does nothing once the goal was registered anew, by a restart or by another process.
 */
export const withdrawGoal = operation<{ workflowId: string; nodeId: string; registration: string }, void>(
	async (tx, { workflowId, nodeId, registration }, { now }) => {
		const row = await tx.get<{ definition: string }>(
			`SELECT definition FROM goal WHERE workflow_id = $1 AND node_id = $2 ${tx.dialect.forUpdate}`,
			[workflowId, nodeId],
		);
		const stored = row && (JSON.parse(row.definition) as StoredGoal);
		if (stored?.registration !== registration) return;
		await tx.run('UPDATE goal SET definition = $3 WHERE workflow_id = $1 AND node_id = $2', [
			workflowId, nodeId, JSON.stringify({ ...stored, withdrawnAt: now }),
		]);
	},
);

/** The goals that a run counts by: all of its workflow that had not been withdrawn when it started. */
export async function goalsOf(tx: Tx, workflowId: string, startedAt: number | null): Promise<GoalDefinition[]> {
	return (await goalsOfWorkflow(tx, workflowId))(startedAt);
}

/** Those goals of a workflow that had not been withdrawn at a moment (null: ever), the fewer the later it is. */
export async function goalsOfWorkflow(tx: Tx, workflowId: string): Promise<(moment: number | null) => GoalDefinition[]> {
	const rows = await tx.all<{ definition: string }>('SELECT definition FROM goal WHERE workflow_id = $1 ORDER BY node_id', [workflowId]);
	const goals = rows.map((row) => JSON.parse(row.definition) as StoredGoal);
	return (moment) => goals.filter(({ withdrawnAt = Infinity }) => moment === null || moment < withdrawnAt);
}
