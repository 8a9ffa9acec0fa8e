import { randomUUID } from 'node:crypto';

import { operation, type OperationContext, type Tx } from '../store/database';
import { ownerIsGone } from '../store/processes';
import { enterBlock } from './enter-block';
import { HoldState, LEASE_MS } from './states';

const DUE_AGAIN_MS = 1_000;

export interface ClaimInput {
	node: number;
	/** People per release. */
	limit: number;
}

export interface ClaimOutput {
	/** What to hand to an execution: the lease token stands for its holds. */
	release?: { token: string; size: number; attempt: number };
	/** When there is nothing to release: the next due time at this node. */
	nextDue?: number;
	/** The campaign is paused: nothing is released, and this is why. */
	paused?: string;
}

/**
 * Claims the holds of one node that are due, longest due first, under a fresh lease token. Entries that have failed
 * before travel in smaller and smaller batches, apart from the others, so that one bad entry is found.
 */
export const claimRelease = operation<ClaimInput, ClaimOutput>(async (tx, { node, limit }, context) => {
	const { now } = context;
	await voidLeases(tx, node, now);
	const paused = await tx.get<{ paused_reason: string }>(
		`SELECT c.paused_reason FROM node n JOIN campaign c ON c.workflow_id = n.workflow_id
		 WHERE n.node = $1 AND c.paused_reason IS NOT NULL`,
		[node],
	);
	if (paused) return { paused: paused.paused_reason };

	const token = randomUUID();
	const release = (await claimWaiting(tx, node, limit, token, context)) ?? (await enterBlock(tx, node, token, context));
	if (release) return { release: { token, ...release } };

	const next = await tx.get<{ due_at: number | null }>(
		`SELECT min(due_at) AS due_at FROM (
			SELECT min(due_at) AS due_at FROM hold WHERE node = $1 AND state = ${HoldState.waiting}
			UNION ALL SELECT min(due_at) FROM block WHERE node = $1) AS waiting`,
		[node],
	);
	const nextDue = next?.due_at ?? undefined;
	// Due, but in other hands, or of a run without a place to give: not at once again.
	return { nextDue: nextDue !== undefined && nextDue <= now ? now + DUE_AGAIN_MS : nextDue };
});

async function claimWaiting(
	tx: Tx,
	node: number,
	limit: number,
	token: string,
	{ now, owner }: OperationContext,
): Promise<{ size: number; attempt: number } | undefined> {
	const first = await tx.get<{ attempts: number }>(
		`SELECT attempts FROM hold WHERE node = $1 AND state = ${HoldState.waiting} AND due_at <= $2 ORDER BY due_at, hold LIMIT 1`,
		[node, now],
	);
	if (!first) return undefined;
	const size = await tx.run(
		`UPDATE hold SET state = ${HoldState.claimed}, token = $4, owner = $5, lease_until = $6, opened_by = NULL
		 WHERE hold IN (
			SELECT hold FROM hold WHERE node = $1 AND state = ${HoldState.waiting} AND attempts = $3 AND due_at <= $2
			ORDER BY due_at, hold LIMIT $7 ${tx.dialect.skipLocked})`,
		[node, now, first.attempts, token, owner, now + LEASE_MS, batchSize(limit, first.attempts)],
	);
	return size > 0 ? { size, attempt: first.attempts + 1 } : undefined;
}

/**
 * Batches shrink with every failed attempt, faster than by half from the third on: the fifth and last attempt is
 * everybody's own, so that only who fails alone ends as execution_failed.
 */
export function batchSize(limit: number, attempts: number): number {
	const divisor = [1, 2, 8, 64][attempts];
	return divisor ? Math.max(1, Math.ceil(limit / divisor)) : 1;
}

/** Holds whose lease ran out, or whose owner is gone, wait again. That is no failed attempt: nothing says the execution failed. */
async function voidLeases(tx: Tx, node: number, now: number): Promise<void> {
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, token = NULL, owner = NULL, lease_until = NULL
		 WHERE node = $1 AND state = ${HoldState.claimed} AND (lease_until < $2 OR ${ownerIsGone('hold.owner', '$2')})`,
		[node, now],
	);
}
