import { checkHours } from './check-hours';
import { checkJourneys } from './check-journeys';
import { checkLimits } from './check-limits';
import { checkLive } from './check-live';
import { checkSchedules } from './check-schedules';
import { Year, type YearRecord } from './record';

/** What the year must have looked like, campaign by campaign, computed anew from what the provider saw and what people did. */
export function checkYear(record: YearRecord): void {
	const year = new Year(record);
	for (const check of [checkSchedules, checkHours, checkLimits, checkJourneys, checkLive]) check(year);
}
