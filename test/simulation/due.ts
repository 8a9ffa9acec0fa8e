import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { ZONES_APART_MS } from '../../engine/campaigns/delivery-rules';
import { CLAIM_MS } from '../../engine/delivery/states';

/** Moments, epoch milliseconds, by number of a node or id of a campaign. */
export type Moments<Key> = Map<Key, number>;

export const NEVER = Infinity;

/** Said here rather than by Math, which takes long to find in a test and is asked for at every step. */
export const sooner = (a: number, b: number) => (a < b ? a : b);
export const later = (a: number, b = -NEVER) => (a > b ? a : b);
export const earliest = (moments: readonly number[]) => moments.reduce(sooner, NEVER);

/** Until when the store waits: read from its rows, so that the engine need not be asked while nothing is due, nor be believed. */
export class Due {
	private readonly statements = new Map<string, StatementSync>();

	constructor(private readonly database: DatabaseSync) {}

	/** When somebody who waits at a node is due, or the lease of a process that may be lost runs out. */
	nodes(): Moments<number> {
		return this.moments(
			`SELECT node AS key, min(due_at) AS at FROM hold WHERE state = 0 GROUP BY node
			 UNION ALL SELECT node, min(lease_until) + 1 FROM hold WHERE state = 1 GROUP BY node
			 UNION ALL SELECT node, min(due_at) FROM block GROUP BY node`,
		);
	}

	/** When somebody waits at a node for the moment that is written there: what the engine must say, too. */
	waiting(node: number): number | undefined {
		const sql = 'SELECT min(at) AS at FROM (SELECT due_at AS at FROM hold WHERE node = ? AND state = 0 UNION ALL SELECT due_at FROM block WHERE node = ?)';
		const { at } = this.prepare(sql).get(node, node) as { at: number | null };
		return at ?? undefined;
	}

	/** When a run or one of its time zones is to be started, or a message that was left behind may be taken over. */
	campaigns(): Moments<string> {
		const byZones = "json_extract(delivery, '$.zones') = 'person'";
		return this.moments(
			`SELECT campaign_id AS key, min(scheduled_at) AS at FROM run WHERE state = 'scheduled' AND NOT ${byZones} GROUP BY campaign_id
			 UNION ALL SELECT campaign_id, scheduled_at - ${ZONES_APART_MS} FROM run
				WHERE state = 'scheduled' AND ${byZones} AND NOT EXISTS (SELECT 1 FROM run_zone z WHERE z.run = run.run)
			 UNION ALL SELECT r.campaign_id, min(z.due_at) FROM run_zone z JOIN run r ON r.run = z.run
				WHERE z.state = 'waiting' AND r.state IN ('scheduled', 'running') GROUP BY r.campaign_id
			 UNION ALL SELECT m.campaign_id, min(m.claimed_at) + ${CLAIM_MS} + 1 FROM message m
				WHERE m.settled_at IS NULL AND m.state = 'claimed'
				AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.entry = m.entry AND h.state < 2) GROUP BY m.campaign_id`,
		);
	}

	private moments<Key>(sql: string): Moments<Key> {
		const found: Moments<Key> = new Map();
		for (const { key, at } of this.prepare(sql).all() as unknown as Array<{ key: Key; at: number }>) {
			found.set(key, sooner(at, found.get(key) ?? NEVER));
		}
		return found;
	}

	private prepare(sql: string): StatementSync {
		const statement = this.statements.get(sql) ?? this.database.prepare(sql);
		this.statements.set(sql, statement);
		return statement;
	}
}
