import { LAST, type Repeat } from './recurrence';

const DAY = 86_400_000;

/** 1970-01-01 was a Thursday: its week began three days before. */
const MONDAY = -3;

/** Which day, week or month, counted from that of 1970-01-01, a day (days since then) lies in. */
export function periodOf(day: number, unit: Repeat['unit']): number {
	if (unit === 'days') return day;
	if (unit === 'weeks') return Math.floor((day - MONDAY) / 7);
	const date = new Date(day * DAY);
	return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The days of a period (see periodOf) that a repetition means, in order, each once. */
export function daysIn(period: number, repeat: Repeat): number[] {
	if (repeat.unit === 'days') return [period];
	if (repeat.unit === 'weeks') return inOrder(repeat.weekdays.map((weekday) => MONDAY + period * 7 + weekday - 1));
	const first = firstOf(period);
	const length = firstOf(period + 1) - first;
	if ('nth' in repeat) return [first + nthWeekday(weekdayOf(first), length, repeat)];
	const lasting = repeat.days.map((day) => (day === LAST || (day > length && repeat.shortMonths === 'last_day') ? length : day));
	return inOrder(lasting.filter((day) => day <= length).map((day) => first + day - 1));
}

function firstOf(month: number): number {
	return Date.UTC(1970, month, 1) / DAY;
}

function weekdayOf(day: number): number {
	return ((((day - MONDAY) % 7) + 7) % 7) + 1;
}

/** Days after the first of a month that begins on the weekday `firstIs`. */
function nthWeekday(firstIs: number, length: number, { nth, weekday }: { nth: number; weekday: number }): number {
	const first = (weekday - firstIs + 7) % 7;
	return nth === LAST ? first + Math.floor((length - 1 - first) / 7) * 7 : first + (nth - 1) * 7;
}

function inOrder(days: number[]): number[] {
	return [...new Set(days)].sort((a, b) => a - b);
}
