import { LAST, type Recurrence, type Repeat } from './recurrence';

const DAY = 86_400_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const ORDINALS: Record<number, string> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', [LAST]: 'last' };

/** "Every 2 weeks on Mon, Thu at 09:00, until 2026-05-31". */
export function recurrenceWords({ minute, repeat, end }: Recurrence): string {
	const time = `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
	const unit = repeat.every === 1 ? repeat.unit.slice(0, -1) : `${repeat.every} ${repeat.unit}`;
	return `Every ${unit}${daysWords(repeat)} at ${time}${endWords(end)}`;
}

function daysWords(repeat: Repeat): string {
	if (repeat.unit === 'days') return '';
	if (repeat.unit === 'weeks') return ` on ${inOrder(repeat.weekdays).map((day) => WEEKDAYS[day - 1]).join(', ')}`;
	if ('nth' in repeat) return ` on the ${ORDINALS[repeat.nth]} ${WEEKDAYS[repeat.weekday - 1]}`;
	const days: Array<number | string> = inOrder(repeat.days).filter((day) => day !== LAST);
	return ` on day ${[...days, ...(repeat.days.includes(LAST) ? ['last'] : [])].join(', ')}`;
}

function endWords(end: Recurrence['end']): string {
	if (end.kind === 'on') return `, until ${new Date(end.day * DAY).toISOString().slice(0, 10)}`;
	if (end.kind === 'after') return end.runs === 1 ? ', once' : `, ${end.runs} times`;
	return '';
}

function inOrder(days: number[]): number[] {
	return [...days].sort((a, b) => a - b);
}

function twoDigits(value: number): string {
	return String(value).padStart(2, '0');
}
