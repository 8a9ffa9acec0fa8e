import { eventMatchKey, findEventNames, internEventNames } from '../people/event-names';
import { EVENT_COLUMNS } from '../people/write-people';
import type { Tx } from '../store/database';

/** The event every sent message leaves in the person's history; its name is CleverTap's. */
export const SENT_EVENT = 'Notification Sent';

/** The occasion of an event in somebody's history. */
export interface Occasion {
	person: number;
	channel: string;
	campaignId: string;
	run: number;
	/** When it happened, epoch ms; default: now. */
	at?: number;
	/** What its properties hold besides. */
	more?: Record<string, unknown>;
}

/**
 * To be called before any other lock is taken, of which those that may hold this one alone take some later: nobody is
 * merged or erased from here on, or the event would stay with a number that is nobody's.
 * @returns the number of the event's name
 */
export async function lockForEvents(tx: Tx, event: string): Promise<number> {
	const name = await eventName(tx, event);
	await tx.lock('people', 'beside others');
	return name;
}

/** Puts an event into the history of the person of each occasion; its property names are CleverTap's. Call it after `lockForEvents`. */
export async function appendCampaignEvents(tx: Tx, name: number, occasions: readonly Occasion[], now: number): Promise<void> {
	if (occasions.length === 0) return;
	const propertiesOf = await readProperties(tx, occasions);
	const living = await tx.allOf<{ given: number; person: number }>(
		{ person: 'integer' },
		occasions.map(({ person }) => [person]),
		(given) => `SELECT p.person AS given, coalesce(p.merged_into, p.person) AS person FROM ${given} AS a ${tx.dialect.each('person', 'p', 'p.person = a.person')} WHERE p.erased_at IS NULL`,
	);
	const byNumber = new Map(living.map(({ given, person }) => [given, person]));
	await tx.insertRows(
		'event',
		EVENT_COLUMNS,
		occasions.flatMap((occasion) => {
			const person = byNumber.get(occasion.person);
			return person === undefined ? [] : [[person, name, Math.min(occasion.at ?? now, now), now, 0, propertiesOf(occasion)]];
		}),
	);
}

/** What makes the JSON of an occasion's properties: but for `more`, all of a run are alike. */
async function readProperties(tx: Tx, occasions: readonly Occasion[]): Promise<(occasion: Occasion) => string> {
	const campaigns = await tx.allOf<{ id: string; name: string; labels: string }>(
		{ id: 'text' },
		[...new Set(occasions.map(({ campaignId }) => campaignId))].map((id) => [id]),
		(given) => `SELECT c.id, c.name, c.labels FROM ${given} AS a JOIN campaign c ON c.id = a.id`,
	);
	const byId = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
	const plain = new Map<string, string>();
	return ({ channel, campaignId, run, more }) => {
		const key = `${run} ${channel}`;
		const known = more ? undefined : plain.get(key);
		if (known !== undefined) return known;
		const campaign = byId.get(campaignId);
		const json = JSON.stringify({
			...more,
			'Campaign id': campaignId,
			'Campaign name': campaign?.name,
			'Campaign type': channel,
			Labels: JSON.parse(campaign?.labels ?? '[]') as string[],
			Run: run,
		});
		if (!more) plain.set(key, json);
		return json;
	};
}

async function eventName(tx: Tx, event: string): Promise<number> {
	const key = eventMatchKey(event);
	const known = (await findEventNames(tx, [key])).get(key);
	if (known !== undefined) return known;
	await tx.lock('people');
	return (await internEventNames(tx, new Map([[key, event]]))).get(key) as number;
}
