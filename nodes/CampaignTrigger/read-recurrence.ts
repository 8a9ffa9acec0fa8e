import type { Recurrence, Repeat } from '../../engine/campaigns/recurrence/recurrence';
import { minutesOf } from '../../engine/gates/dnd';
import { dayNumber } from '../../engine/time/local';
import type { Read } from './read-schedule';

/** How the campaign recurs, as its parameters say; whether that can be is not checked. @param zone the clocks it is read on */
export function readRecurrence(parameter: Read, zone: string, readTime: (text: unknown, name: string) => number): Recurrence {
	return { minute: minutesOf(String(parameter('repeatTime', '09:00'))), zone, repeat: readRepeat(parameter), end: readEnd(parameter, zone, readTime) };
}

function readRepeat(parameter: Read): Repeat {
	const unit = String(parameter('repeatUnit', 'weeks'));
	const every = Number(parameter('repeatEvery', 1));
	if (unit === 'days') return { unit, every };
	if (unit !== 'months') return { unit: 'weeks', every, weekdays: readDays(parameter('repeatWeekdays', [])) };
	if (parameter('repeatMonthlyOn', 'days') === 'weekday') {
		return { unit, every, nth: Number(parameter('repeatNth', 1)), weekday: Number(parameter('repeatWeekday', 1)) };
	}
	const shortMonths = parameter('repeatShortMonths', 'last_day') === 'skip' ? 'skip' : 'last_day';
	return { unit, every, days: readDays(parameter('repeatMonthDays', [])), shortMonths };
}

/** In their order, so that choosing the same in another order changes nothing. */
function readDays(value: unknown): number[] {
	return (value as unknown[]).map(Number).sort((a, b) => a - b);
}

function readEnd(parameter: Read, zone: string, readTime: (text: unknown, name: string) => number): Recurrence['end'] {
	const kind = parameter('repeatEnds', 'never');
	if (kind === 'after') return { kind, runs: Number(parameter('repeatRuns', 10)) };
	if (kind === 'on') return { kind, day: dayNumber(readTime(parameter('repeatLastDay', ''), '"Last Day"'), zone) };
	return { kind: 'never' };
}
