import { isStorable } from '../people/limits';
import { operation, type Tx } from '../store/database';
import { DEFAULT_MAX_LATENESS_MS } from './definition';

export interface ForeignInput {
	workflowId: string;
	workflowName: string;
	/** entryKey says what makes two items the same; userId names the person, if there is one. */
	items: Array<{ entryKey: string; userId?: string }>;
}

export interface ForeignEntry {
	entry: number;
	run: number;
	campaignId: string;
	/** NOBODY: an item that is of no person the store knows. */
	person: number;
}

/** Stands for the person of items that are of none. */
export const NOBODY = 0;

/** Id of what stands for the campaign of a workflow's items that were in none. */
export function foreignCampaign(workflowId: string): string {
	return `${workflowId}/items`;
}

export function isForeignCampaign(campaignId: string): boolean {
	return campaignId.endsWith('/items');
}

/**
 * Makes entries for items that never were in a campaign (a spreadsheet row in a workflow without Campaign Trigger), so
 * that they, too, are sent once and reported. They share one open run per workflow. In the order of the items.
 */
export const enterForeign = operation<ForeignInput, ForeignEntry[]>(async (tx, input, { now }) => {
	const campaignId = foreignCampaign(input.workflowId);
	const run = await openRun(tx, campaignId, input, now);
	const rows = input.items.map(({ entryKey, userId }, index) => [index, entryKey, userId !== undefined && isStorable(userId) ? userId : null, now]);
	const source = `(SELECT i.position, i.entry_key, i.at, coalesce(p.merged_into, p.person, ${NOBODY}) AS person
		FROM ${tx.dialect.rows('$1', { position: 'integer', entry_key: 'text', user_id: 'text', at: 'integer' })} AS i
		LEFT JOIN identity d ON d.kind = 'user' AND d.value = i.user_id
		LEFT JOIN person p ON p.person = d.person) AS a`;
	// The key alone says what is the same: somebody unknown may have become known since.
	await tx.lock(`foreign ${run}`);
	await tx.run(
		`INSERT INTO entry (run, person, entry_key, qualified_at)
		 SELECT $2, max(a.person), a.entry_key, min(a.at) FROM ${source}
		 WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.run = $2 AND e.entry_key = a.entry_key AND e.entry_key <> '')
		 GROUP BY a.entry_key`,
		[JSON.stringify(rows), run],
	);
	const entries = await tx.all<{ position: number; entry: number; person: number }>(
		`SELECT a.position, e.entry, e.person FROM ${source}
		 JOIN entry e ON e.run = $2 AND e.entry_key = a.entry_key AND e.entry_key <> '' ORDER BY a.position`,
		[JSON.stringify(rows), run],
	);
	return entries.map(({ entry, person }) => ({ entry, run, campaignId, person }));
});

async function openRun(tx: Tx, campaignId: string, { workflowId, workflowName }: ForeignInput, now: number): Promise<number> {
	await tx.run(
		`INSERT INTO campaign (id, workflow_id, name, labels, definition, published_at) VALUES ($1, $2, $3, '[]', '{}', $4)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
		[campaignId, workflowId, workflowName, now],
	);
	const row = await tx.get<{ run: number }>(
		`INSERT INTO run (campaign_id, run_key, state, definition, scheduled_at, started_at, seed, qualified, max_lateness_ms)
		 VALUES ($1, 'items', 'running', '{}', $2, $2, 0, 0, ${DEFAULT_MAX_LATENESS_MS})
		 ON CONFLICT (campaign_id, run_key) DO UPDATE SET state = 'running' RETURNING run`,
		[campaignId, now],
	);
	return (row as { run: number }).run;
}
