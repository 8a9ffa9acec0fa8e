import { operation, type Tx } from '../../store/database';
import type { RunDelivery } from '../delivery-rules';
import { lockRuns } from '../run-rows';
import { missRuns } from '../select';
import { momentOf, wallOf, type ZoneMoment } from './moments';
import { ZoneState } from './states';

export interface PlanZonesInput {
	run: number;
	/** Zones that people have. */
	zones: string[];
	/** Zone of the account: it is planned always, so that no run is without a zone. */
	accountZone: string;
}

export interface RunZones {
	/** The run's zones by their due times; empty when it is over, stopped or missed. */
	zones: ZoneMoment[];
	/** How many of them have been selected, or dropped: changes with every selection. */
	selections: number;
}

interface RunRow {
	campaign_id: string;
	state: string;
	scheduled_at: number;
	delivery: string;
	max_lateness_ms: number;
	published_at: number;
}

/**
 * Gives every zone that a run does not know yet its moment. Zones that are known when the run is first planned have
 * passed if that was before publishing; others, which appear later, if they come too late for it. A run none of whose
 * zones has been selected while they were due is missed when all are overdue by more than the maximum lateness.
 */
export const planZones = operation<PlanZonesInput, RunZones>(async (tx, { run, zones, accountZone }, { now }) => {
	const row = await lockRun(tx, run);
	if (!row || !isOpen(row.state)) return { zones: [], selections: 0 };
	const known = await zonesOf(tx, run);
	const isKnown = new Set(known.map(({ zone }) => zone));
	const { clock = accountZone, passedZones } = JSON.parse(row.delivery) as RunDelivery;
	const wall = wallOf(row.scheduled_at, clock);
	const from = known.length === 0 ? row.published_at : now;
	const added = [...new Set([accountZone, ...zones])].filter((zone) => !isKnown.has(zone)).map((zone) => momentOf(zone, wall, from, passedZones));
	await insertZones(tx, run, added);
	const all = [...known, ...added].sort((a, b) => a.dueAt - b.dueAt || (a.zone < b.zone ? -1 : 1));
	if (row.state === 'scheduled' && isMissed(all, row, now)) {
		await missRuns(tx, [{ run }], now);
		return { zones: [], selections: 0 };
	}
	return { zones: all, selections: countSelections(all) };
});

/** A run that stays as it is until the transaction ends; with the lock of `lockRuns`, as the next one may follow from it. */
export async function lockRun(tx: Tx, run: number): Promise<RunRow | undefined> {
	const of = await tx.get<{ campaign_id: string }>('SELECT campaign_id FROM run WHERE run = $1', [run]);
	if (!of) return undefined;
	await lockRuns(tx, of.campaign_id);
	return await tx.get<RunRow>(
		`SELECT r.campaign_id, r.state, r.scheduled_at, r.delivery, r.max_lateness_ms,
			(SELECT c.published_at FROM campaign c WHERE c.id = r.campaign_id) AS published_at
		 FROM run r WHERE r.run = $1 ${tx.dialect.forUpdate}`,
		[run],
	);
}

export function isOpen(state: string): boolean {
	return state === 'scheduled' || state === 'running';
}

export async function zonesOf(tx: Tx, run: number): Promise<ZoneMoment[]> {
	return await tx.all<ZoneMoment>('SELECT zone, due_at AS "dueAt", state FROM run_zone WHERE run = $1 ORDER BY due_at, zone', [run]);
}

export function countSelections(zones: ZoneMoment[]): number {
	return zones.filter(({ state }) => state === ZoneState.selected || state === ZoneState.dropped).length;
}

async function insertZones(tx: Tx, run: number, zones: ZoneMoment[]): Promise<void> {
	if (zones.length === 0) return;
	await tx.run(
		`INSERT INTO run_zone (run, zone, due_at, state)
		 SELECT $2, z.zone, z.due_at, z.state FROM ${tx.dialect.rows('$1', { zone: 'text', due_at: 'integer', state: 'text' })} AS z`,
		[JSON.stringify(zones.map(({ zone, dueAt, state }) => [zone, dueAt, state])), run],
	);
}

function isMissed(zones: ZoneMoment[], { scheduled_at, max_lateness_ms }: RunRow, now: number): boolean {
	const waiting = zones.filter(({ state }) => state === ZoneState.waiting).map(({ dueAt }) => dueAt);
	return now - Math.max(scheduled_at, ...waiting) > max_lateness_ms;
}
