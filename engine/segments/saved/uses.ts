import { randomUUID } from 'node:crypto';

import { CampaignError } from '../../errors';
import type { NamedKind } from '../../names';
import { operation, type OperationContext, type Tx } from '../../store/database';
import { ownerIsGone } from '../../store/processes';
import { bindTo, referencesIn, type Reference } from '../references';
import type { Rule } from '../rule';
import { Catalog, type Named } from './catalog';

/** The segment of one node of a workflow. */
export interface NodeSegment {
	nodeId: string;
	nodeName: string;
	rule: Rule;
}

/** A node of a published workflow whose segment names a saved segment or custom list. */
export interface WorkflowUse {
	workflowId: string;
	workflowName: string;
	nodeId: string;
	nodeName: string;
	/** In a workflow without a Campaign Trigger: when an execution used it last, epoch ms, to the hour. */
	lastRunAt?: number;
}

/** Who would miss a saved segment or custom list. */
export interface Uses {
	segments: Named[];
	workflows: WorkflowUse[];
}

export interface WorkflowSegments {
	workflowId: string;
	workflowName: string;
	segments: readonly NodeSegment[];
}

/** The segment that a node uses in an execution. */
export type RunUse = Omit<WorkflowSegments, 'segments'> & NodeSegment;

const DAY_MS = 24 * 60 * 60_000;

/** So long after an execution it counts as a use: longer than a month, for workflows that run once a month. */
export const RUN_COUNTS_DAYS = 35;

/**
 * Writes down what the nodes of a workflow that is being published use, in the place of what they used before. Call it
 * under the lock `names`.
 * @param unknown what a node names and is not there: rejects with `unknown_reference`, or is left out
 * @returns what to end this publication by
 */
export async function recordUses(
	tx: Tx,
	{ workflowId, workflowName, segments }: WorkflowSegments,
	{ owner }: OperationContext,
	unknown: 'refuse' | 'keep',
): Promise<{ registration: string }> {
	const registration = randomUUID();
	await tx.run('DELETE FROM segment_use WHERE workflow_id = $1', [workflowId]);
	const referring = segments.filter(({ rule }) => referencesIn(rule).length > 0);
	if (referring.length === 0) return { registration };
	const catalog = await Catalog.load(tx);
	const rows = new Map<string, string[]>();
	for (const segment of referring) {
		for (const { kind, to } of boundReferences(catalog, segment, unknown)) {
			if (catalog.find(kind, to)) rows.set(`${segment.nodeId} ${to}`, [segment.nodeId, segment.nodeName, kind, to]);
		}
	}
	await tx.run(
		`INSERT INTO segment_use (workflow_id, workflow_name, registration, owner, node_id, node_name, kind, id)
		 SELECT $2, $3, $4, $5, node_id, node_name, kind, id
		 FROM ${tx.dialect.rows('$1', { node_id: 'text', node_name: 'text', kind: 'text', id: 'text' })} AS fresh`,
		[JSON.stringify([...rows.values()]), workflowId, workflowName, registration, owner],
	);
	return { registration };
}

/**
 * The nodes of a publication have been stopped. n8n does not say whether somebody unpublished the workflow or n8n goes
 * down, so this is said twice: at once, and with `forGood` by a process that still lives a while later. In between the
 * uses count only if the process is gone: then it went down, and the workflow is still published.
 */
export const endUses = operation<{ registration: string; forGood: boolean }, void>(async (tx, { registration, forGood }, { now }) => {
	if (forGood) await tx.run('DELETE FROM segment_use WHERE registration = $1', [registration]);
	else await tx.run('UPDATE segment_use SET closed_at = $2 WHERE registration = $1', [registration, now]);
});

/**
 * Writes down what a node uses in an execution of a published workflow that has no Campaign Trigger: nobody tells such
 * a node that it is published, or no more. What is not there is left out, and what a publication wrote stays until it ends.
 */
export const recordRunUse = operation<RunUse, void>(async (tx, { workflowId, workflowName, ...segment }, { now, owner }) => {
	await tx.lock('names');
	await tx.run('DELETE FROM segment_use WHERE seen_at <= $1', [now - RUN_COUNTS_DAYS * DAY_MS]);
	const catalog = await Catalog.load(tx);
	const used = new Map(boundReferences(catalog, segment, 'keep').map(({ kind, to }) => [to, kind]));
	const rows = [...used].filter(([to, kind]) => catalog.find(kind, to)).map(([to, kind]) => [kind, to]);
	await tx.run(
		`INSERT INTO segment_use (workflow_id, workflow_name, registration, owner, node_id, node_name, kind, id, seen_at)
		 SELECT $2, $3, '', $4, $5, $6, kind, id, $7 FROM ${tx.dialect.rows('$1', { kind: 'text', id: 'text' })} AS fresh WHERE true
		 ON CONFLICT (workflow_id, node_id, kind, id) DO UPDATE
			SET workflow_name = excluded.workflow_name, node_name = excluded.node_name, seen_at = excluded.seen_at,
				registration = excluded.registration, owner = excluded.owner, closed_at = NULL
			WHERE segment_use.seen_at IS NOT NULL OR segment_use.closed_at IS NOT NULL`,
		[JSON.stringify(rows), workflowId, workflowName, owner, segment.nodeId, segment.nodeName, now],
	);
});

function boundReferences(catalog: Catalog, { nodeName, rule }: NodeSegment, unknown: 'refuse' | 'keep'): Reference[] {
	try {
		return referencesIn(bindTo(catalog, rule, unknown));
	} catch (error) {
		if (!(error instanceof CampaignError)) throw error;
		throw new CampaignError(error.code, `"${nodeName}": ${error.message}`, error.hint);
	}
}

/** Who uses a saved segment or custom list now. */
export async function usesOf(tx: Tx, kind: NamedKind, id: string, catalog: Catalog, now: number): Promise<Uses> {
	const rows = await tx.all<Omit<WorkflowUse, 'lastRunAt'> & { lastRunAt: number | null }>(
		`SELECT workflow_id AS "workflowId", workflow_name AS "workflowName", node_id AS "nodeId", node_name AS "nodeName", seen_at AS "lastRunAt"
		 FROM segment_use
		 WHERE kind = $1 AND id = $2 AND CASE WHEN seen_at IS NULL
			THEN closed_at IS NULL OR ${ownerIsGone('segment_use.owner', '$3')}
			ELSE seen_at > $4 END
		 ORDER BY workflow_name, workflow_id, node_name`,
		[kind, id, now, now - RUN_COUNTS_DAYS * DAY_MS],
	);
	const workflows = rows.map(({ lastRunAt, ...use }): WorkflowUse => (lastRunAt === null ? use : { ...use, lastRunAt }));
	const segments = catalog.all('segment').filter((segment) => {
		return referencesIn(catalog.ruleOf(segment.id)).some((reference) => reference.kind === kind && reference.to === id);
	});
	return { segments, workflows };
}
