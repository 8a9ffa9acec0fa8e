import type { Reason } from '../reasons';
import { operation, type Tx } from '../store/database';
import { RUN_COLUMNS, type RunInfo } from './release';
import { HoldState } from './states';

/** An item that came to one of our nodes by the canvas (not released from it). */
export interface Arrival {
	entry: number;
	visit: number;
}

export interface KnownArrival extends Arrival, RunInfo {
	run: number;
	person: number;
	/** As in Released. */
	setOutAt: number;
	/** What this node recorded for the same entry and visit before; the item is a second delivery. */
	recorded: HoldState | null;
	/** Why this node dropped it on arrival, if it did. */
	dropReason: Reason | null;
	dropDetail: string | null;
	/** By which output it passed; null: the first. */
	output: number | null;
}

/** Looks arrivals up; unknown entries are absent from the answer. */
export const lookUpArrivals = operation<{ node: number; arrivals: Arrival[] }, KnownArrival[]>(
	async (tx, { node, arrivals }) =>
		await tx.all<KnownArrival>(
			`SELECT a.entry, a.visit, e.run, e.person, coalesce(e.set_out_at, e.qualified_at) AS "setOutAt", h.state AS recorded,
				d.reason AS "dropReason", d.detail AS "dropDetail", h.output, ${RUN_COLUMNS}
			 FROM ${tx.dialect.rows('$1', { entry: 'integer', visit: 'integer' })} AS a
			 JOIN entry e ON e.entry = a.entry JOIN run r ON r.run = e.run JOIN campaign c ON c.id = r.campaign_id
			 LEFT JOIN hold h ON h.entry = a.entry AND h.node = $2 AND h.visit = a.visit
			 LEFT JOIN dropped d ON d.entry = h.entry AND d.node = h.node AND d.visit = h.visit
				AND h.state = ${HoldState.dropped} AND d.dropped_at = h.held_at`,
			[JSON.stringify(arrivals.map(({ entry, visit }) => [entry, visit])), node],
		),
	'events',
);

/** What a gate decided about one entry. */
export type Decision =
	/** `output`: by which of several outputs; it stays the same for this entry and visit, whatever is decided later. */
	| { kind: 'pass'; output?: number }
	| { kind: 'hold'; until: number; payload?: string }
	| { kind: 'drop'; reason: Reason; detail?: string };

export interface ArrivalDecision extends Arrival {
	run: number;
	decision: Decision;
}

export interface ReleaseDecision {
	hold: number;
	decision: Decision;
}

/**
 * Writes a gate's decisions down before anybody moves on. Arrivals get a row in any case, passes too: should the
 * execution be repeated, the same decision is found again and the way stays the same, or a second message could leave.
 * Released entries that pass stay claimed until their execution ends. Returns the arrivals whose decision this is: where
 * another execution was first, its decision stands, and it takes the entry on.
 */
export const recordDecisions = operation<
	{ node: number; arrivals: ArrivalDecision[]; token?: string; released?: ReleaseDecision[] },
	{ decided: Arrival[] }
>(async (tx, { node, arrivals, token, released = [] }, { now }) => {
	const decided = await insertArrivals(tx, node, arrivals, now);
	if (token) await holdAgain(tx, token, released);
	if (token) await keepOutputs(tx, token, released);
	if (token) await dropReleased(tx, token, released, now);
	return { decided };
});

async function insertArrivals(tx: Tx, node: number, arrivals: ArrivalDecision[], now: number): Promise<Arrival[]> {
	if (arrivals.length === 0) return [];
	const rows = arrivals.map(({ entry, visit, run, decision }) => [
		entry, visit, run,
		decision.kind === 'hold' ? decision.until : now,
		{ pass: HoldState.passedAtOnce, hold: HoldState.waiting, drop: HoldState.dropped }[decision.kind],
		decision.kind === 'hold' ? (decision.payload ?? null) : null,
		decision.kind === 'pass' ? (decision.output ?? null) : null,
	]);
	const source = tx.dialect.rows('$1', {
		entry: 'integer', visit: 'integer', run: 'integer', due_at: 'integer', state: 'integer', payload: 'text', output: 'integer',
	});
	const decided = await tx.all<Arrival>(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, payload, output, held_at)
		 SELECT a.entry, $2, a.visit, a.run, a.due_at, a.state, 0, a.payload, a.output, $3 FROM ${source} AS a WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING RETURNING entry, visit`,
		[JSON.stringify(rows), node, now],
	);
	const ours = new Set(decided.map(({ entry, visit }) => `${entry}/${visit}`));
	await insertDropped(tx, node, arrivals.filter(({ entry, visit }) => ours.has(`${entry}/${visit}`)), now);
	return decided;
}

async function insertDropped(tx: Tx, node: number, arrivals: ArrivalDecision[], now: number): Promise<void> {
	const rows = arrivals.flatMap(({ entry, visit, run, decision }) =>
		decision.kind === 'drop' ? [[entry, visit, run, decision.reason, decision.detail ?? null]] : [],
	);
	if (rows.length === 0) return;
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, detail, dropped_at)
		 SELECT a.entry, $2, a.visit, a.run, a.reason, a.detail, $3
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', run: 'integer', reason: 'text', detail: 'text' })} AS a WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[JSON.stringify(rows), node, now],
	);
}

async function holdAgain(tx: Tx, token: string, released: ReleaseDecision[]): Promise<void> {
	const rows = released.flatMap(({ hold, decision }) => (decision.kind === 'hold' ? [[hold, decision.until]] : []));
	if (rows.length === 0) return;
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, due_at = r.due_at, token = NULL, owner = NULL, lease_until = NULL
		 FROM ${tx.dialect.rows('$1', { hold: 'integer', due_at: 'integer' })} AS r
		 WHERE hold.hold = r.hold AND hold.token = $2 AND hold.state = ${HoldState.claimed}`,
		[JSON.stringify(rows), token],
	);
}

/** They stay claimed until their execution ends; should it fail, they leave by the same output again. */
async function keepOutputs(tx: Tx, token: string, released: ReleaseDecision[]): Promise<void> {
	const rows = released.flatMap(({ hold, decision }) => (decision.kind === 'pass' && decision.output !== undefined ? [[hold, decision.output]] : []));
	if (rows.length === 0) return;
	await tx.run(
		`UPDATE hold SET output = r.output FROM ${tx.dialect.rows('$1', { hold: 'integer', output: 'integer' })} AS r
		 WHERE hold.hold = r.hold AND hold.token = $2 AND hold.state = ${HoldState.claimed}`,
		[JSON.stringify(rows), token],
	);
}

async function dropReleased(tx: Tx, token: string, released: ReleaseDecision[], now: number): Promise<void> {
	const rows = released.flatMap(({ hold, decision }) =>
		decision.kind === 'drop' ? [[hold, decision.reason, decision.detail ?? null]] : [],
	);
	if (rows.length === 0) return;
	const source = tx.dialect.rows('$1', { hold: 'integer', reason: 'text', detail: 'text' });
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, detail, dropped_at)
		 SELECT h.entry, h.node, h.visit, h.run, r.reason, r.detail, $3 FROM ${source} AS r
		 JOIN hold h ON h.hold = r.hold AND h.token = $2 AND h.state = ${HoldState.claimed} WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[JSON.stringify(rows), token, now],
	);
	await tx.run(
		`UPDATE hold SET state = ${HoldState.dropped}, token = NULL, payload = NULL
		 FROM ${source} AS r WHERE hold.hold = r.hold AND hold.token = $2 AND hold.state = ${HoldState.claimed}`,
		[JSON.stringify(rows), token],
	);
}
