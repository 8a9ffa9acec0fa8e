import { giveBackPlaces } from '../delivery/places';
import { operation, type Tx } from '../store/database';
import { HoldState, MAX_ATTEMPTS } from './states';

/**
 * How the execution of a release ended. `failed` counts as an attempt; `canceled` (somebody pressed Stop) pauses the
 * campaign, and so does `parked` (the execution itself waits, which would hold up the whole batch); `not_started` (n8n did
 * not take it) does neither.
 */
export type ReleaseEnd = 'success' | 'failed' | 'canceled' | 'parked' | 'not_started';

/** What an operator reads when a campaign was paused by how an execution ended. */
const PAUSES: Partial<Record<ReleaseEnd, string>> = {
	canceled: 'An execution was stopped by hand',
	parked: 'An execution waits in a node that parks whole executions (Wait, or Send and Wait): remove it and publish',
};

const FIRST_RETRY_MS = 5_000;

/**
 * SQL condition: the entry of hold h has left a trace beyond h: it waits or was dropped further on, or has a message.
 * Having been let pass by gates is no trace: the way may have ended after them.
 */
export const WENT_ON = `(
	EXISTS (SELECT 1 FROM message m WHERE m.entry = h.entry AND (m.visit > h.visit OR (m.visit = h.visit AND m.node = h.node)))
	OR EXISTS (SELECT 1 FROM hold x WHERE x.entry = h.entry AND x.visit > h.visit AND x.state <> ${HoldState.passedAtOnce})
	OR EXISTS (SELECT 1 FROM dropped d WHERE d.entry = h.entry AND d.visit > h.visit))`;

/** SQL condition: the person of the entry of hold h was erased. */
const IS_ERASED = 'EXISTS (SELECT 1 FROM entry e JOIN person p ON p.person = e.person WHERE e.entry = h.entry AND p.erased_at IS NOT NULL)';

const MINE = `h.token = $1 AND h.state = ${HoldState.claimed}`;

/**
 * Settles a release by its lease token; holds that have since been claimed under another token are not touched.
 * Whoever left no trace in a successful execution left the workflow, and is accounted for as such.
 */
export const settleRelease = operation<{ token: string; end: ReleaseEnd }, void>(async (tx, { token, end }, { now }) => {
	if (end === 'success') {
		await drop(tx, token, 'left_workflow', `NOT ${WENT_ON}`, now);
		await forgetPayloads(tx, token);
		await tx.run(`UPDATE hold SET state = ${HoldState.done}, token = NULL, payload = NULL WHERE token = $1 AND state = ${HoldState.claimed}`, [token]);
		return;
	}
	const reason = PAUSES[end];
	if (reason) await pause(tx, token, reason);
	if (end === 'failed') {
		const last = `h.attempts >= ${MAX_ATTEMPTS - 1}`;
		// At a sender, what waited there ends with its hold: nobody will come for it any more.
		const ended = await tx.all<{ message: number }>(
			`UPDATE message SET state = 'not_sent', reason = 'execution_failed', payload = NULL, settled_at = $2
			 WHERE state IN ('claimed', 'held') AND message IN (
				SELECT m.message FROM hold h JOIN message m ON m.entry = h.entry AND m.node = h.node AND m.visit = h.visit
				WHERE ${MINE} AND ${last}) RETURNING message`,
			[token, now],
		);
		await giveBackPlaces(tx, ended.map(({ message }) => message));
		await drop(tx, token, 'execution_failed', `${last} AND NOT ${WENT_ON}`, now);
		await tx.run(
			`UPDATE hold SET state = ${HoldState.done}, token = NULL, payload = NULL
			 WHERE hold IN (SELECT h.hold FROM hold h WHERE ${MINE} AND ${last})`,
			[token],
		);
	}
	const attempt = end === 'failed' ? 1 : 0;
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, token = NULL, owner = NULL, lease_until = NULL,
			attempts = attempts + $2, due_at = CASE WHEN $2 = 0 THEN due_at ELSE $3 + ${FIRST_RETRY_MS} * (attempts + 1) * (attempts + 1) END
		 WHERE token = $1 AND state = ${HoldState.claimed}`,
		[token, attempt, now],
	);
});

/** Drops the holds of a token that satisfy `condition`, with a reason; whoever was erased meanwhile came no further for that. */
async function drop(tx: Tx, token: string, reason: string, condition: string, now: number): Promise<void> {
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT h.entry, h.node, h.visit, h.run, CASE WHEN ${IS_ERASED} THEN 'erased' ELSE $2 END, $3 FROM hold h WHERE ${MINE} AND ${condition}
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[token, reason, now],
	);
}

/** What messages at a sender kept while they waited there; those that are unknown may be sent again. */
async function forgetPayloads(tx: Tx, token: string): Promise<void> {
	await tx.run(
		`UPDATE message SET payload = NULL WHERE waited = 1 AND state <> 'unknown' AND message IN (
			SELECT m.message FROM hold h JOIN message m ON m.entry = h.entry AND m.node = h.node AND m.visit = h.visit WHERE ${MINE})`,
		[token],
	);
}

async function pause(tx: Tx, token: string, reason: string): Promise<void> {
	await tx.run(
		`UPDATE campaign SET paused_reason = $2
		 WHERE paused_reason IS NULL AND workflow_id IN (
			SELECT n.workflow_id FROM hold h JOIN node n ON n.node = h.node WHERE ${MINE})`,
		[token, reason],
	);
}
