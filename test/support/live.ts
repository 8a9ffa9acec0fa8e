import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { scanLive } from '../../engine/campaigns/live/scanner';
import { LIVE_RUN_KEY, type LiveKind, type LiveTrigger } from '../../engine/campaigns/live/trigger';
import { PostgresConnection } from '../../engine/store/postgres/connection';
import { SqliteConnection } from '../../engine/store/sqlite/connection';
import type { Store, StoreOptions } from '../../engine/store/store';
import { CAMPAIGN_ID, node } from './campaign';
import { until } from './until';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Overrides = Partial<CampaignDefinition> & { trigger?: Partial<LiveTrigger>; byOperator?: boolean; replaces?: boolean; nodeId?: string };

/** Publishes a live campaign. @returns its run, node and registration */
export async function publishLive(store: Store, kind: LiveKind, overrides: Overrides = {}): Promise<{ run: number; node: number; registration: string }> {
	const { trigger, byOperator = true, replaces, nodeId = 'trigger', ...definition } = overrides;
	const number = await node(store, nodeId);
	const { run, registration } = await store.call('publishCampaign', {
		campaignId: nodeId === 'trigger' ? CAMPAIGN_ID : `workflow:${nodeId}`,
		workflowId: 'workflow', name: 'Live', labels: [], byOperator, replaces,
		definition: {
			segment: { all: [] }, runKey: LIVE_RUN_KEY, blockSize: 500, graceMs: 0, maxLatenessMs: DAY,
			schedule: { kind: 'live', live: { ...kind, reentry: { kind: 'always' }, maxEventAgeMs: DAY, ...trigger } as LiveTrigger },
			...definition,
		},
	});
	return { run: run?.run as number, node: number, registration };
}

/** Everything of one run that waits, was released or ended at the trigger, by the user id. */
export interface Came {
	user: string;
	key: string;
	event: number | null;
	start: number;
	due: number;
	state: number;
	reason: string | null;
}


/** Everything of a run at its trigger, in the order of start. Reads the tables. */
export async function cameIn(options: StoreOptions, run: number): Promise<Came[]> {
	return await select<Came>(
		options,
		`SELECT p.external_id AS "user", e.entry_key AS key, e.event, e.qualified_at AS start, h.due_at AS due, h.state, d.reason
		 FROM entry e JOIN person p ON p.person = e.person JOIN hold h ON h.entry = e.entry AND h.visit = 0
		 LEFT JOIN dropped d ON d.entry = e.entry AND d.visit = 0
		 WHERE e.run = ${run} ORDER BY e.qualified_at, e.event, e.entry_key`,
	);
}

/** Rows of the store's tables, by a connection of one's own. */
export async function select<Row>(options: StoreOptions, sql: string): Promise<Row[]> {
	if ('path' in options) {
		const connection = new SqliteConnection(options.path);
		try {
			return await connection.read(async (tx) => (await tx.all<Row>(sql)).map((row) => ({ ...row })));
		} finally {
			connection.close();
		}
	}
	const connection = new PostgresConnection(options.connectionString, options.schema as string);
	try {
		return await connection.read(async (tx) => await tx.all<Row>(sql));
	} finally {
		await connection.close();
	}
}

/**
 * Has everything read that has been ingested. The PostgreSQL server may be shared with other tests, whose open
 * transactions hold reading up: they are waited for.
 */
export async function scanAll(store: Store, options: StoreOptions): Promise<number> {
	if ('connectionString' in options) {
		await until('all events to be settled', async () => {
			const [row] = await select<{ settled: number }>(
				options,
				'SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint > (SELECT coalesce(max(stamp), 0) FROM event) THEN 1 ELSE 0 END AS settled',
			);
			return row?.settled === 1;
		});
	}
	return await scanLive(store);
}
