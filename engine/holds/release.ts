import { operation } from '../store/database';
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
 * releases nobody. Renews the lease. Where the owner seems gone the holds wait again at once: the execution that comes
 * too late must not be taken for one in which everybody left the workflow.
 */
export const openRelease = operation<{ token: string; node: number }, Released[]>(async (tx, { token, node }, { now }) => {
	const behind = `token = $1 AND node = $2 AND state = ${HoldState.claimed}`;
	await tx.run(
		`UPDATE hold SET state = ${HoldState.waiting}, token = NULL, owner = NULL, lease_until = NULL
		 WHERE ${behind} AND ${ownerIsGone('hold.owner', '$3')}`,
		[token, node, now],
	);
	const renewed = await tx.run(`UPDATE hold SET lease_until = $3 WHERE ${behind}`, [token, node, now + LEASE_MS]);
	if (renewed === 0) return [];
	return await tx.all<Released>(
		`SELECT h.hold, h.entry, h.visit, e.person, h.run, e.event, h.due_at AS "dueAt", h.held_at AS "heldAt", e.qualified_at AS "qualifiedAt", h.payload, h.output, ${RUN_COLUMNS}
		 FROM hold h JOIN entry e ON e.entry = h.entry JOIN run r ON r.run = h.run JOIN campaign c ON c.id = r.campaign_id
		 WHERE h.token = $1 AND h.node = $2 AND h.state = ${HoldState.claimed} ORDER BY h.hold`,
		[token, node],
	);
}, 'events');

/** Says that the executions behind these tokens still run. */
export const renewLeases = operation<{ tokens: string[] }, void>(async (tx, { tokens }, { now }) => {
	await tx.run(
		`UPDATE hold SET lease_until = $2
		 WHERE state = ${HoldState.claimed} AND token IN (SELECT token FROM ${tx.dialect.rows('$1', { token: 'text' })} AS renewed)`,
		[JSON.stringify(tokens.map((token) => [token])), now + LEASE_MS],
	);
}, 'events');
