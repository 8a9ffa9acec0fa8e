import { timeWords } from '../reports/words';
import type { Schedule } from './definition';
import { begin } from './recurrence/begin';
import { occurrencesAfter } from './recurrence/occurrences';
import { recurrenceWords } from './recurrence/words';

const LIVE = { action: 'Live: single action', inaction: 'Live: inaction', on_date: 'Live: on a date' };

/** Occurrences that are shown of a recurrence. */
const SHOWN = 3;

/** What makes the runs of a campaign, as operators read it in reports and under the node. */
export function scheduleWords(schedule: Schedule): string {
	switch (schedule.kind) {
		case 'now':
			return 'Once, now';
		case 'at':
			return `Once, at ${minuteOf(schedule.at)}`;
		case 'dates':
			if (schedule.at.length === 1) return `Once, at ${minuteOf(schedule.at[0] as number)}`;
			return `On ${schedule.at.length} dates, from ${minuteOf(Math.min(...schedule.at))} to ${minuteOf(Math.max(...schedule.at))}`;
		case 'recurring':
			return `${recurrenceWords(schedule.recurrence)} (${schedule.recurrence.zone})`;
		case 'items':
			return 'When people are added';
		case 'live':
			return LIVE[schedule.live.kind];
	}
}

/** When a recurring campaign would run if it were published for the first time at `now`; undefined for others. */
export function upcomingWords(schedule: Schedule, now: number): string | undefined {
	if (schedule.kind !== 'recurring') return undefined;
	const { recurrence } = schedule;
	const times = occurrencesAfter(begin(recurrence, undefined, now), now, SHOWN).map((at) => timeWords(at, recurrence.zone));
	return `${scheduleWords(schedule)}. ${times.length > 0 ? `Published now it would run at ${times.join(', ')}.` : 'It would never run: its recurrence does not come before its end.'}`;
}

/** "2026-03-02 09:00 UTC". */
function minuteOf(instant: number): string {
	return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
