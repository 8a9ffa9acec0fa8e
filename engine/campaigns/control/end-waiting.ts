import { CampaignError } from '../../errors';
import { giveBackPlaces, lockPlacesOf } from '../../delivery/places';
import { endBlock } from '../../holds/enter-block';
import { HoldState } from '../../holds/states';
import type { Reason } from '../../reasons';
import { operation, type Tx } from '../../store/database';
import { ownerIsGone } from '../../store/processes';

/** What one transaction ended. To be called again while there is more. */
export interface Ended {
	ended: number;
	more: boolean;
}

/** Holds ended in one transaction. */
const SLICE = 2_000;

/** Ends a slice of the people who wait in a run that was stopped, as campaign_stopped. Rejects with `run_not_stopped`. */
export const endStopped = operation<{ run: number }, Ended>(async (tx, { run }, { now }) => {
	const row = await tx.get<{ state: string }>('SELECT state FROM run WHERE run = $1', [run]);
	if (row?.state !== 'stopped') throw new CampaignError('run_not_stopped', `The run ${run} has not been stopped.`, 'Stop it first.');
	return await endSlice(tx, { run }, 'campaign_stopped', now);
});

/**
 * Ends a slice of the people who wait at a node that is no longer in the published workflow: they leave the workflow
 * (`left_workflow`) or end as `workflow_deleted`. Rejects with `node_not_removed`.
 */
export const endRemoved = operation<{ node: number; reason: 'left_workflow' | 'workflow_deleted' }, Ended>(async (tx, { node, reason }, { now }) => {
	const row = await tx.get<{ removed_at: number | null }>('SELECT removed_at FROM node WHERE node = $1', [node]);
	if (row?.removed_at == null) {
		throw new CampaignError('node_not_removed', `The node ${node} is in the published workflow, or is none of this store.`, 'Get the removed nodes to see their numbers.');
	}
	return await endSlice(tx, { node }, reason, now);
});

/** In bulk: first those who have not entered, a block at a time, then those on hold. Whoever is out in an execution is not touched. */
async function endSlice(tx: Tx, of: { run: number } | { node: number }, reason: Reason, now: number): Promise<Ended> {
	const inBlock = await endBlock(tx, of, reason, now);
	if (inBlock !== undefined) return { ended: inBlock, more: true };
	const [column, value] = 'run' in of ? ['run', of.run] : ['node', of.node];
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, token = NULL, owner = NULL, lease_until = NULL
		 WHERE ${column} = $1 AND state < ${HoldState.done} AND state = ${HoldState.claimed} AND (lease_until < $2 OR ${ownerIsGone('hold.owner', '$2')})`,
		[value, now],
	);
	const rows = await tx.all<{ hold: number }>(
		`SELECT hold FROM hold WHERE ${column} = $1 AND state < ${HoldState.done} AND state = ${HoldState.waiting} LIMIT ${SLICE} ${tx.dialect.skipLocked}`,
		[value],
	);
	await endHolds(tx, rows.map(({ hold }) => hold), reason, now);
	return { ended: rows.length, more: rows.length === SLICE };
}

/** Where a message waits at its sender, the message carries the reason; the payloads that were kept are forgotten. */
async function endHolds(tx: Tx, holds: number[], reason: Reason, now: number): Promise<void> {
	if (holds.length === 0) return;
	const list = JSON.stringify(holds.map((hold) => [hold]));
	const rows = tx.dialect.rows('$1', { hold: 'integer' });
	await endMessages(tx, holds, reason, now);
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT h.entry, h.node, h.visit, h.run, $2, $3 FROM ${rows} AS named JOIN hold h ON h.hold = named.hold
		 WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.entry = h.entry AND m.node = h.node AND m.visit = h.visit)
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[list, reason, now],
	);
	await tx.run(`UPDATE hold SET state = ${HoldState.dropped}, payload = NULL WHERE hold IN (SELECT hold FROM ${rows} AS named)`, [list]);
}

/** Whatever they had of room and places is free again. */
async function endMessages(tx: Tx, holds: readonly number[], reason: Reason, now: number): Promise<void> {
	const waiting = await tx.all<{ message: number }>(
		`SELECT m.message FROM ${tx.dialect.rows('$1', { hold: 'integer' })} AS named JOIN hold h ON h.hold = named.hold
		 JOIN message m ON m.entry = h.entry AND m.node = h.node AND m.visit = h.visit AND m.state IN ('claimed', 'held')`,
		[JSON.stringify(holds.map((hold) => [hold]))],
	);
	if (waiting.length === 0) return;
	await lockPlacesOf(tx, waiting.map(({ message }) => message));
	const ended = await tx.all<{ message: number }>(
		`UPDATE message SET state = 'not_sent', reason = $2, detail = NULL, payload = NULL, settled_at = $3
		 WHERE state IN ('claimed', 'held') AND message IN (SELECT message FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS waiting) RETURNING message`,
		[JSON.stringify(waiting.map(({ message }) => [message])), reason, now],
	);
	await giveBackPlaces(tx, ended.map(({ message }) => message));
}
