import { operation, type Tx } from '../store/database';
import { ownerIsGone } from '../store/processes';
import { HoldState, LEASE_MS } from './states';

/** One person released from a hold. */
export interface Released extends RunInfo {
	hold: number;
	entry: number;
	/** Number of releases on the way, this one not counted: the visit under which the entry came to the node. */
	visit: number;
	person: number;
	run: number;
	/** The event that made a live entry. */
	event: number | null;
	dueAt: number;
	heldAt: number;
	/** When they qualified for the run. */
	qualifiedAt: number;
	/** When they were due for it: of an event, when the wait after it was over, however often they are held since. */
	setOutAt: number;
	/** JSON of what other nodes had put on the item. */
	payload: string | null;
	/** By which output of a gate with several it passed already, in an execution that failed. */
	output: number | null;
}

/** What a node has to know about the run an entry belongs to. */
export interface RunInfo {
	campaignId: string;
	campaignName: string;
	/** JSON array of strings. */
	labels: string;
	runState: string;
	runStartedAt: number;
	maxLatenessMs: number;
	/** JSON: RunDelivery. */
	delivery: string;
}

/** SQL columns of a run r and its campaign c, as in RunInfo. */
export const RUN_COLUMNS = `c.id AS "campaignId", c.name AS "campaignName", c.labels AS labels,
	r.state AS "runState", coalesce(r.started_at, r.scheduled_at) AS "runStartedAt", r.max_lateness_ms AS "maxLatenessMs", r.delivery AS delivery`;

/**
 * The holds behind a lease token, if the token is (still) theirs: a token that is stale, forged or of another node
 * releases nobody. Renews the lease, and notes which process has it now. Where the owner seems gone the holds wait again
 * at once: the execution that comes too late must not be taken for one in which everybody left the workflow.
 */
export const openRelease = operation<{ token: string; node: number }, Released[]>(async (tx, { token, node }, { now, owner }) => {
	const behind = `token = $1 AND node = $2 AND state = ${HoldState.claimed}`;
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, token = NULL, owner = NULL, lease_until = NULL
		 WHERE ${behind} AND ${ownerIsGone('hold.owner', '$3')}`,
		[token, node, now],
	);
	const renewed = await tx.run(`UPDATE hold SET lease_until = $3, opened_by = $4 WHERE ${behind}`, [token, node, now + LEASE_MS, owner]);
	if (renewed === 0) return [];
	const released = await tx.all<Omit<Released, 'setOutAt'> & { setOutAt: number | null }>(
		`SELECT h.hold, h.entry, h.visit, e.person, h.run, e.event, h.due_at AS "dueAt", h.held_at AS "heldAt", e.qualified_at AS "qualifiedAt",
			CASE WHEN e.event IS NULL THEN e.qualified_at ELSE e.set_out_at END AS "setOutAt", h.payload, h.output, ${RUN_COLUMNS}
		 FROM hold h JOIN entry e ON e.entry = h.entry JOIN run r ON r.run = h.run JOIN campaign c ON c.id = r.campaign_id
		 WHERE h.token = $1 AND h.node = $2 AND h.state = ${HoldState.claimed} ORDER BY h.hold`,
		[token, node],
	);
	await noteSetOut(tx, released.filter(({ setOutAt }) => setOutAt === null));
	return released.map((one) => ({ ...one, setOutAt: one.setOutAt ?? one.dueAt }));
}, 'events');

/** Whoever comes out of their first hold sets out when that was due. */
async function noteSetOut(tx: Tx, released: ReadonlyArray<Pick<Released, 'entry' | 'dueAt'>>): Promise<void> {
	if (released.length === 0) return;
	await tx.run(
		`UPDATE entry SET set_out_at = a.due_at FROM ${tx.dialect.rows('$1', { entry: 'integer', due_at: 'integer' })} AS a WHERE entry.entry = a.entry`,
		[JSON.stringify(released.map(({ entry, dueAt }) => [entry, dueAt]))],
	);
}
