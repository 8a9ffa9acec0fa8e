import { ZoneState } from '../campaigns/zones/states';
import type { Tx } from '../store/database';

/** A time zone of a run. */
export interface ZoneOfRun {
	zone: string;
	/** When its clocks show the run's time, epoch milliseconds. */
	dueAt: number;
	/** People of the segment who were in it then; 0 before. */
	people: number;
}

/** How far a run is that goes by people's time zones. Zones appear when somebody of them does. */
export interface RunZonesReport {
	/** Zones whose moment is yet to come. */
	waiting: number;
	/** Zones that have been selected. */
	selected: number;
	/** Zones whose moment had passed before the run began; their people ended as timezone_passed. */
	dropped: number;
	/** The zone that was selected last. */
	last?: ZoneOfRun;
	/** The zone that is due next. */
	next?: ZoneOfRun;
}

/** Nothing of a run that does not go by zones. */
export async function zonesOfReport(tx: Tx, run: number): Promise<{ zones?: RunZonesReport }> {
	const rows = await tx.all<ZoneOfRun & { state: ZoneState }>(
		'SELECT zone, due_at AS "dueAt", people, state FROM run_zone WHERE run = $1 ORDER BY due_at, zone',
		[run],
	);
	if (rows.length === 0) return {};
	const of = (...states: ZoneState[]) => rows.filter(({ state }) => states.includes(state)).map(({ state: _state, ...zone }) => zone);
	const [waiting, selected] = [of(ZoneState.waiting), of(ZoneState.selected)];
	return {
		zones: {
			waiting: waiting.length,
			selected: selected.length,
			dropped: of(ZoneState.passed, ZoneState.dropped).length,
			...(selected.length > 0 && { last: selected[selected.length - 1] }),
			...(waiting.length > 0 && { next: waiting[0] }),
		},
	};
}
