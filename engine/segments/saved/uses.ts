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
	const workflows = await tx.all<WorkflowUse>(
		`SELECT workflow_id AS "workflowId", workflow_name AS "workflowName", node_id AS "nodeId", node_name AS "nodeName"
		 FROM segment_use
		 WHERE kind = $1 AND id = $2 AND (closed_at IS NULL OR ${ownerIsGone('segment_use.owner', '$3')})
		 ORDER BY workflow_name, workflow_id, node_name`,
		[kind, id, now],
	);
	const segments = catalog.all('segment').filter((segment) => {
		return referencesIn(catalog.ruleOf(segment.id)).some((reference) => reference.kind === kind && reference.to === id);
	});
	return { segments, workflows };
}
