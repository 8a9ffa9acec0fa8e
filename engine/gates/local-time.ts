import { CampaignError } from '../errors';
import { dayNumber, instantOf, localTimeOf, startOfDay } from '../time/local';

/** A time of day on somebody's clocks, on some days of the week. */
export interface TimeOfDay {
	/** Minutes after midnight, 0..1439. */
	minute: number;
	/** ISO weekdays, 1 Monday .. 7 Sunday. */
	days: number[];
}

/** The first such time on clocks of `zone` after an instant; never the instant itself, so that a loop over this always waits. */
export function nextTimeOfDay(after: number, zone: string, { minute, days }: TimeOfDay): number {
	const today = localTimeOf(after, zone);
	const midnight = startOfDay(after, zone);
	// Two weeks, for where the one day of the week was skipped or its time has just passed.
	for (let ahead = 0; ahead <= 14; ahead++) {
		const weekday = ((today.weekday - 1 + ahead) % 7) + 1;
		if (!days.includes(weekday)) continue;
		const at = (minutes: number) => instantOf({ ...today, day: today.day + ahead, hour: 0, minute: minutes }, zone);
		// A day that was skipped, at the date line, has no time of day.
		if (dayNumber(at(0), zone) !== dayNumber(midnight, zone) + ahead) continue;
		if (at(minute) > after) return at(minute);
	}
	throw new CampaignError('delay_time', 'The time of day never comes.', 'Choose at least one day of the week.');
}
