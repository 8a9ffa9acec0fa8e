import { CampaignError } from '../../errors';
import { HoldState } from '../../holds/states';
import { isStorable } from '../../people/limits';
import { operation, type Tx } from '../../store/database';
import { requireCampaign, type CampaignRow } from '../control/campaign';
import { openItemsRun } from './open-run';

export interface HandedIn {
	userId: string;
	/** '': once per run. Anything else lets somebody in again, once per key. */
	key: string;
	/** JSON of what the item carries; comes out of the Campaign Trigger with the person. */
	payload: string | null;
}

/** What became of each: `unknown`: nobody in the store has this user id. */
export type HandInOutcome = 'added' | 're_entry' | 'unknown';

/**
 * Puts people into the open run of a campaign that takes them from items: they wait at its trigger, due now. Outcomes are
 * in the order of the people. Rejects with `campaign_unknown`, or `campaign_not_open` when it is published with another
 * schedule, was stopped, or never was published.
 */
export const handIn = operation<{ campaignId: string; people: HandedIn[] }, { run: number; outcomes: HandInOutcome[] }>(
	async (tx, { campaignId, people }, { now }) => {
		const campaign = await requireCampaign(tx, campaignId);
		const open = await openItemsRun(tx, campaignId);
		if (!open) throw notOpen(campaign);
		const node = await triggerOf(tx, campaign);
		const persons = await personsOf(tx, people);
		const source = tx.dialect.rows('$1', { person: 'integer', entry_key: 'text' });
		const known = people.flatMap(({ key }, index) => (persons[index] === undefined ? [] : [[persons[index], key] as [number, string]]));
		const made = await tx.all<{ entry: number; person: number; entry_key: string }>(
			`INSERT INTO entry (run, person, entry_key, qualified_at) SELECT $2, r.person, r.entry_key, $3 FROM (SELECT DISTINCT person, entry_key FROM ${source} AS named) AS r WHERE true ORDER BY r.person
			 ON CONFLICT (run, person, entry_key) DO NOTHING RETURNING entry, person, entry_key`,
			[JSON.stringify(known), open.run, now],
		);
		const entries = new Map(made.map(({ entry, person, entry_key }) => [`${person} ${entry_key}`, entry]));
		const rows: Array<[number, string | null]> = [];
		const outcomes = people.map(({ key, payload }, index): HandInOutcome => {
			if (persons[index] === undefined) return 'unknown';
			const identity = `${persons[index]} ${key}`;
			const entry = entries.get(identity);
			if (entry === undefined) return 're_entry';
			// The same person twice in one batch: the first item is theirs.
			entries.delete(identity);
			rows.push([entry, payload]);
			return 'added';
		});
		await tx.run(
			`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, payload, held_at)
			 SELECT r.entry, $2, 0, $3, $4, ${HoldState.waiting}, 0, r.payload, $4 FROM ${tx.dialect.rows('$1', { entry: 'integer', payload: 'text' })} AS r`,
			[JSON.stringify(rows), node, open.run, now],
		);
		return { run: open.run, outcomes };
	},
);

function notOpen({ name, stopped_at }: CampaignRow): CampaignError {
	return new CampaignError(
		'campaign_not_open',
		`The campaign "${name}" takes nobody in: ${stopped_at === null ? 'it is not published with "When" set to "When People Are Added"' : 'it was stopped'}.`,
		'Publish its workflow with that setting of the Campaign Trigger.',
	);
}

async function triggerOf(tx: Tx, { id, workflow_id }: CampaignRow): Promise<number> {
	const row = await tx.get<{ node: number }>('SELECT node FROM node WHERE workflow_id = $1 AND node_id = $2', [workflow_id, id.slice(workflow_id.length + 1)]);
	return (row as { node: number }).node;
}

/** Numbers of the living people of these user ids; whoever was merged is who they became. */
async function personsOf(tx: Tx, people: readonly HandedIn[]): Promise<Array<number | undefined>> {
	const rows = await tx.all<{ user_id: string; person: number }>(
		`SELECT DISTINCT i.user_id, s.person FROM ${tx.dialect.rows('$1', { user_id: 'text' })} AS i
		 JOIN identity d ON d.kind = 'user' AND d.value = i.user_id JOIN person p ON p.person = d.person
		 JOIN person s ON s.person = coalesce(p.merged_into, p.person) AND s.erased_at IS NULL`,
		[JSON.stringify(people.flatMap(({ userId }) => (isStorable(userId) ? [[userId]] : [])))],
	);
	const byId = new Map(rows.map(({ user_id, person }) => [user_id, person]));
	return people.map(({ userId }) => byId.get(userId));
}
