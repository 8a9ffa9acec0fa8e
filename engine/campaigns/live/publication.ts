import { HoldState } from '../../holds/states';
import { operation, type Tx } from '../../store/database';
import type { CampaignDefinition } from '../definition';
import { readPlace, skipToPresent } from './cursor';
import { deleteEntries } from './entries';
import { ROLE } from './known';
import { LIVE_RUN_KEY } from './trigger';

interface Publication {
	campaignId: string;
	definition: CampaignDefinition;
	byOperator: boolean;
	replaces?: boolean;
	registration: string;
}

interface State {
	live_since: number | null;
	unpublished_at: number | null;
	closed_at: number | null;
}

/**
 * Writes down since when events bring people into a campaign that is being published. A restart, and a new version in the
 * place of a published one, go on: events that came meanwhile count. Published after it was not, or after it was stopped, it
 * begins now.
 */
export async function beginPublication(tx: Tx, { campaignId, definition, byOperator, replaces = false, registration }: Publication, now: number): Promise<void> {
	const state = await tx.get<State>(`SELECT live_since, unpublished_at, closed_at FROM campaign WHERE id = $1 ${tx.dialect.forUpdate}`, [campaignId]);
	const isLive = definition.schedule.kind === 'live';
	const beginsAnew = isLive && byOperator && (await closeStopped(tx, campaignId));
	const goesOn = !beginsAnew && state?.live_since != null && state.unpublished_at === null && (!byOperator || replaces);
	if (isLive && !goesOn && state?.closed_at != null) await forgetSince(tx, campaignId, state.closed_at);
	// A restart never begins anything; but what was published again elsewhere goes on from now.
	const begins = isLive && !goesOn && (byOperator || state?.live_since != null);
	const since = isLive ? (begins ? now : (state?.live_since ?? null)) : null;
	await tx.run('UPDATE campaign SET live_since = $2, unpublished_at = NULL, closed_at = NULL, registration = $3 WHERE id = $1', [campaignId, since, registration]);
	if (begins && ((await readPlace(tx, true)) === undefined || !(await othersAreLive(tx, campaignId)))) await skipToPresent(tx);
}

/** A run that was stopped is over for good: makes room for the next. @returns whether there was one */
async function closeStopped(tx: Tx, campaignId: string): Promise<boolean> {
	const closed = await tx.get(
		`UPDATE run SET run_key = run_key || ' ' || run WHERE campaign_id = $1 AND run_key = '${LIVE_RUN_KEY}' AND state = 'stopped' RETURNING run`,
		[campaignId],
	);
	return closed !== undefined;
}

async function othersAreLive(tx: Tx, campaignId: string): Promise<boolean> {
	return (await tx.get('SELECT 1 AS live FROM campaign WHERE live_since IS NOT NULL AND unpublished_at IS NULL AND id <> $1 LIMIT 1', [campaignId])) !== undefined;
}

/**
 * The trigger of a publication has been stopped. n8n does not say whether somebody unpublished the workflow or n8n goes
 * down, so this is said twice, as with `endUses`: at once, and with `forGood` by a process that still lives a while later.
 * In between events go on to bring people in, who are forgotten if it turns out that nobody was meant to come.
 */
export const endPublication = operation<{ registration: string; forGood: boolean }, void>(async (tx, { registration, forGood }, { now }) => {
	if (!forGood) {
		await tx.run('UPDATE campaign SET closed_at = $2 WHERE registration = $1 AND closed_at IS NULL', [registration, now]);
		return;
	}
	const closed = await tx.get<{ id: string; closed_at: number }>(
		'UPDATE campaign SET unpublished_at = closed_at WHERE registration = $1 AND closed_at IS NOT NULL AND unpublished_at IS NULL AND live_since IS NOT NULL RETURNING id, closed_at',
		[registration],
	);
	if (closed) await forgetSince(tx, closed.id, closed.closed_at);
});

/** Entries of events that arrived while nobody was meant to come in, and that wait still. */
async function forgetSince(tx: Tx, campaignId: string, since: number): Promise<void> {
	const entries = await tx.all<{ entry: number }>(
		`SELECT e.entry FROM run r JOIN hold h ON h.run = r.run AND h.visit = 0 AND h.state = ${HoldState.waiting} AND h.attempts = 0
		 JOIN entry e ON e.entry = h.entry JOIN event v ON v.id = e.event
		 WHERE r.campaign_id = $1 AND r.run_key = '${LIVE_RUN_KEY}' AND v.received_at >= $2 AND h.held_at >= $2`,
		[campaignId, since],
	);
	await deleteEntries(tx, entries.map(({ entry }) => entry));
	await tx.run(
		`DELETE FROM live_event WHERE role = ${ROLE.first} AND run IN (SELECT run FROM run WHERE campaign_id = $1 AND run_key = '${LIVE_RUN_KEY}')
		   AND event IN (SELECT v.id FROM event v WHERE v.id = live_event.event AND v.received_at >= $2)`,
		[campaignId, since],
	);
}
