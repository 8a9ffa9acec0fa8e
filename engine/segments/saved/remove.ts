import { CampaignError } from '../../errors';
import { forgetNames, KIND_WORDS, type NamedKind } from '../../names';
import { operation, type OperationContext, type Tx } from '../../store/database';
import { Catalog, type Named } from './catalog';
import { RUN_COUNTS_DAYS, usesOf, type Uses, type WorkflowUse } from './uses';

export interface Removal {
	/** Id or name. */
	reference: string;
	/** Does it even while published workflows use it: campaigns that are to select by it pause, other workflows fail. */
	evenIfUsed?: boolean;
}

/** Deletes a saved segment. Rejects with `unknown_reference`, or `in_use`, which names everything that uses it. */
export const deleteSegment = operation<Removal, Named>(async (tx, removal, context) => {
	const segment = await giveUp(tx, 'segment', removal, context);
	await tx.run('DELETE FROM saved_segment WHERE id = $1', [segment.id]);
	return segment;
});

/** Deletes a custom list; its members stay people of the store. Rejects with `unknown_reference`, or `in_use`. */
export const deleteList = operation<Removal, Named>(async (tx, removal, context) => {
	const list = await giveUp(tx, 'list', removal, context);
	// The list first: whoever is adding people to it is waited for.
	const row = await tx.get<{ list: number }>('DELETE FROM custom_list WHERE id = $1 RETURNING list', [list.id]);
	if (row) await tx.run('DELETE FROM list_block WHERE list = $1', [row.list]);
	return list;
});

async function giveUp(tx: Tx, kind: NamedKind, { reference, evenIfUsed }: Removal, { now }: OperationContext): Promise<Named> {
	await tx.lock('names');
	const catalog = await Catalog.load(tx);
	const named = catalog.require(kind, reference);
	const uses = await usesOf(tx, kind, named.id, catalog, now);
	if (uses.segments.length > 0 || (uses.workflows.length > 0 && !evenIfUsed)) throw inUse(kind, named, uses);
	await forgetNames(tx, kind, named.id);
	await tx.run('DELETE FROM segment_use WHERE kind = $1 AND id = $2', [kind, named.id]);
	return named;
}

function inUse(kind: NamedKind, { name }: Named, { segments, workflows }: Uses): CampaignError {
	const users = [...segments.map((segment) => `the saved segment "${segment.name}"`), ...workflows.map(userInWords)];
	return new CampaignError('in_use', `The ${KIND_WORDS[kind]} "${name}" is used by ${users.join(', ')}.`, whatToDo(segments, workflows));
}

function userInWords({ nodeName, workflowName, lastRunAt }: WorkflowUse): string {
	if (lastRunAt === undefined) return `"${nodeName}" in the published workflow "${workflowName}"`;
	return `"${nodeName}" in the workflow "${workflowName}" (last run on ${new Date(lastRunAt).toISOString().slice(0, 10)})`;
}

function whatToDo(segments: Uses['segments'], workflows: Uses['workflows']): string {
	if (segments.length > 0) return 'Take it out of them first.';
	const byRuns = workflows.some(({ lastRunAt }) => lastRunAt !== undefined);
	return [
		'Take it out of them and publish again, or unpublish them.',
		...(byRuns ? [`A workflow without a Campaign Trigger counts for ${RUN_COUNTS_DAYS} days after its last run.`] : []),
		`For a workflow that ${byRuns ? 'uses it no more or ' : ''}is gone, use "Delete Even if Used by Workflows".`,
	].join(' ');
}
