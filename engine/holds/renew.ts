import { operation } from '../store/database';
import { ownerIsGone } from '../store/processes';
import { WENT_ON, type ReleaseEnd } from './settle';
import { HoldState, LEASE_MS } from './states';

/** A release whose execution this process waits for. */
export interface UnderWay {
	token: string;
	/** How long, ms. */
	forMs: number;
	/** After how long without an execution that took it over it counts as lost, ms. */
	patienceMs: number;
}

/** From when on it is looked whether everybody has gone on, although n8n has not said that the execution is over. */
const LOOK_AFTER_MS = 60_000;

/** For so long an execution may leave no trace in the store. Beyond it, it counts as lost. */
const SILENT_MS = 3 * 3_600_000;

/** SQL condition: a message of the entry of hold h is being worked on, or has yet to be: the one that waited in h. */
const IS_BEING_SENT = `EXISTS (SELECT 1 FROM message m WHERE m.entry = h.entry
	AND (m.state IN ('claimed', 'sending') OR (m.state = 'held' AND m.node = h.node AND m.visit = h.visit)))`;

/**
 * Says that executions behind these tokens are waited for, and renews their leases as long as they can still be running.
 * n8n does not tell the end of each: with Redis, its queue is lost, and so is the news of what has ended meanwhile.
 * Returns those that need not be waited for any more, and how they ended: `not_started` when none has taken the release
 * over in time, or it is somebody else's by now; `failed` when the process is gone that did; `success` when everybody in
 * it has gone on. Such an execution may not be over: nobody can tell whether later nodes have yet to do something.
 */
export const renewLeases = operation<{ releases: UnderWay[] }, Array<{ token: string; end: ReleaseEnd }>>(async (tx, { releases }, { now }) => {
	const rows = JSON.stringify(
		releases.map(({ token, forMs, patienceMs }) => [token, Number(forMs > patienceMs), Number(forMs > LOOK_AFTER_MS), Number(forMs > SILENT_MS)]),
	);
	const given = tx.dialect.rows('$1', { token: 'text', late: 'integer', looked_at: 'integer', silent: 'integer' });
	const claimed = `${given} AS r JOIN hold h ON h.token = r.token AND h.state = ${HoldState.claimed}`;
	const isAlive = `CASE WHEN h.opened_by IS NULL THEN r.late = 0
		ELSE NOT ${ownerIsGone('h.opened_by', '$2')} AND (r.silent = 0 OR ${IS_BEING_SENT}) END`;
	await tx.run(`UPDATE hold SET lease_until = $3 WHERE hold IN (SELECT h.hold FROM ${claimed} WHERE ${isAlive})`, [rows, now, now + LEASE_MS]);
	const found = await tx.all<{ token: string; alive: number; opened: number; gone_on: number }>(
		`SELECT h.token AS token, max(CASE WHEN ${isAlive} THEN 1 ELSE 0 END) AS alive,
			max(CASE WHEN h.opened_by IS NULL THEN 0 ELSE 1 END) AS opened,
			min(CASE WHEN r.looked_at = 0 OR h.opened_by IS NULL OR ${ownerIsGone('h.opened_by', '$2')} THEN 0 WHEN ${WENT_ON} AND NOT ${IS_BEING_SENT} THEN 1 ELSE 0 END) AS gone_on
		 FROM ${claimed} GROUP BY h.token`,
		[rows, now],
	);
	const states = new Map(found.map((state) => [state.token, state]));
	return releases.flatMap(({ token }): Array<{ token: string; end: ReleaseEnd }> => {
		const state = states.get(token);
		if (!state) return [{ token, end: 'not_started' }];
		if (state.gone_on) return [{ token, end: 'success' }];
		if (state.alive) return [];
		return [{ token, end: state.opened ? 'failed' : 'not_started' }];
	});
}, 'events');
