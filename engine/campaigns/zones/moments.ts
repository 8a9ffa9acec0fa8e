import { localInstant } from '../../time/local';
import { offsetAt } from '../../time/zone-offsets';
import { ZoneState } from './states';

export const DAY_MS = 86_400_000;

/** A moment that has just passed while somebody published is still meant. */
export const JUST_PASSED_MS = 5 * 60_000;

/** What clocks of a zone show at an instant, as if it were UTC: the same for everybody of a run that goes by zones. */
export function wallOf(instant: number, zone: string): number {
	return instant + offsetAt(zone, instant);
}

/** When a zone of a run is due, and what becomes of its people. */
export interface ZoneMoment {
	zone: string;
	/** Epoch milliseconds. */
	dueAt: number;
	state: ZoneState;
}

/**
 * The moment of a zone whose clocks are to show `wall`. One that lies before `from` (when the run was published, or when
 * somebody of the zone first appeared) has passed, and is dropped, or moved to the same time of a later day.
 */
export function momentOf(zone: string, wall: number, from: number, passedZones: 'drop' | 'next_day'): ZoneMoment {
	const isPassed = (instant: number) => instant < from - JUST_PASSED_MS;
	const dueAt = localInstant(wall, zone);
	if (!isPassed(dueAt)) return { zone, dueAt, state: ZoneState.waiting };
	if (passedZones === 'drop') return { zone, dueAt, state: ZoneState.passed };
	// By days, not by steps: a run of long ago would take many.
	let days = Math.max(1, Math.floor((from - dueAt) / DAY_MS));
	while (isPassed(localInstant(wall + days * DAY_MS, zone))) days++;
	return { zone, dueAt: localInstant(wall + days * DAY_MS, zone), state: ZoneState.waiting };
}
