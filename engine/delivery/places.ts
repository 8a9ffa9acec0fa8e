import type { WhoGetsIt } from '../campaigns/who-gets-it';
import type { Reason } from '../reasons';
import type { Tx } from '../store/database';
import { takesRoom } from './checks/candidate';

/** One limit of a run, and the period it counts in (see table target_count). */
export interface Limit {
	period: string;
	most: number;
	reason: Extract<Reason, `campaign_limit_${string}`>;
}

/** The limits of a run on a day of the account (`YYYY-MM-DD`). */
export function limitsOf(run: number, { limits }: WhoGetsIt, day: string): Limit[] {
	const all: Array<Omit<Limit, 'most'> & { most?: number }> = [
		{ period: `run ${run}`, most: limits.perRun, reason: 'campaign_limit_run' },
		{ period: `day ${day}`, most: limits.perDay, reason: 'campaign_limit_day' },
		{ period: 'total', most: limits.total, reason: 'campaign_limit_total' },
	];
	return all.filter((limit): limit is Limit => limit.most !== undefined);
}

export function hasLimits({ limits }: WhoGetsIt): boolean {
	return limits.perRun !== undefined || limits.perDay !== undefined || limits.total !== undefined;
}

/** Every period that a place counts in, whether it is limited or not: a limit may come with a later run. */
export function periodsOf(run: number, day: string): string[] {
	return [`run ${run}`, `day ${day}`, 'total'];
}

/** What to lock while places of a campaign are counted, taken or given back. */
export function placesLock(campaignId: string): string {
	return `places ${campaignId}`;
}

/** Places taken in periods of a campaign. */
export async function takenPlaces(tx: Tx, campaignId: string, periods: readonly string[]): Promise<Map<string, number>> {
	const rows = await tx.all<{ period: string; taken: number }>(
		`SELECT c.period, c.taken FROM ${tx.dialect.rows('$2', { period: 'text' })} AS a
		 JOIN target_count c ON c.campaign_id = $1 AND c.period = a.period`,
		[campaignId, JSON.stringify(periods.map((period) => [period]))],
	);
	return new Map(rows.map(({ period, taken }) => [period, taken]));
}

/** Adds to the places taken; negative to take from them. */
export async function addPlaces(tx: Tx, campaignId: string, places: ReadonlyMap<string, number>): Promise<void> {
	if (places.size === 0) return;
	await tx.run(
		`INSERT INTO target_count (campaign_id, period, taken)
		 SELECT $2, a.period, a.taken FROM ${tx.dialect.rows('$1', { period: 'text', taken: 'integer' })} AS a WHERE true
		 ON CONFLICT (campaign_id, period) DO UPDATE SET taken = target_count.taken + excluded.taken`,
		[JSON.stringify([...places]), campaignId],
	);
}

/**
 * Whether a place of the period may still come back: it is held by a message that has not been sent, of somebody who
 * was sent no other one in the run.
 */
export async function mayComeBack(tx: Tx, campaignId: string, run: number, period: string): Promise<boolean> {
	const day = period.startsWith('day ') ? period.slice(4) : undefined;
	const isRun = period.startsWith('run ');
	const row = await tx.get(
		`SELECT 1 AS open FROM message m
		 WHERE m.run ${isRun ? '= $1' : 'IN (SELECT run FROM run WHERE campaign_id = $1)'} AND m.settled_at IS NULL
			AND m.counts > 0 AND m.place ${day === undefined ? 'IS NOT NULL' : '= $2'}
			AND NOT EXISTS (SELECT 1 FROM message o WHERE o.person = m.person AND o.run = m.run AND o.counts > 0 AND o.state IN ('sent', 'unknown'))
		 LIMIT 1`,
		[isRun ? run : campaignId, ...(day === undefined ? [] : [day])],
	);
	return row !== undefined;
}

/** What a run has left: places (undefined), none for the moment, or none any more, and the reason. */
export type PlacesLeft = undefined | { reason: Limit['reason']; forGood: boolean };

export async function placesLeft(tx: Tx, campaignId: string, run: number, limits: readonly Limit[]): Promise<PlacesLeft> {
	const taken = await takenPlaces(tx, campaignId, limits.map(({ period }) => period));
	let left: PlacesLeft;
	for (const { period, most, reason } of limits) {
		if ((taken.get(period) ?? 0) < most) continue;
		if (!(await mayComeBack(tx, campaignId, run, period))) return { reason, forGood: true };
		left ??= { reason, forGood: false };
	}
	return left;
}

/** Locks the places of the campaigns of these messages, where they hold any, before the messages themselves are touched. */
export async function lockPlacesOf(tx: Tx, messages: readonly number[]): Promise<void> {
	if (messages.length === 0) return;
	const rows = await tx.all<{ campaign_id: string }>(
		`SELECT DISTINCT m.campaign_id FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a
		 JOIN message m ON m.message = a.message WHERE m.place IS NOT NULL`,
		[JSON.stringify(messages.map((message) => [message]))],
	);
	await tx.lockAll(rows.map((row) => placesLock(row.campaign_id)));
}

/**
 * Gives back the places of messages that are certain not to be sent: to another message to the same person in the same
 * run, else to whoever comes next.
 */
export async function giveBackPlaces(tx: Tx, messages: readonly number[]): Promise<void> {
	if (messages.length === 0) return;
	await lockPlacesOf(tx, messages);
	const ids = JSON.stringify(messages.map((message) => [message]));
	const rows = await tx.all<{ message: number; campaign_id: string; run: number; person: number; place: string; heir: number | null }>(
		`SELECT m.message, m.campaign_id, m.run, m.person, m.place,
			(SELECT CASE WHEN count(o.place) > 0 THEN NULL ELSE min(o.message) END FROM message o WHERE o.person = m.person AND o.run = m.run AND ${takesRoom('o')}) AS heir
		 FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a JOIN message m ON m.message = a.message WHERE m.place IS NOT NULL`,
		[ids],
	);
	if (rows.length === 0) return;
	const heirs = new Map(rows.flatMap((row) => (row.heir === null ? [] : [[row.heir, row] as const])));
	for (const [heir, { place }] of heirs) await tx.run('UPDATE message SET place = $2 WHERE message = $1', [heir, place]);
	const handedOn = new Set(heirs.values());
	for (const [campaignId, free] of Map.groupBy(rows.filter((row) => !handedOn.has(row)), (row) => row.campaign_id)) {
		const back = new Map<string, number>();
		for (const { run, place } of free) for (const period of periodsOf(run, place)) back.set(period, (back.get(period) ?? 0) - 1);
		await addPlaces(tx, campaignId, back);
	}
	await tx.run(`UPDATE message SET place = NULL WHERE message IN (SELECT message FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a) AND place IS NOT NULL`, [ids]);
}
