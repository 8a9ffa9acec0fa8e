import { IANAZone } from 'luxon';

import { CampaignError } from '../../errors';
import { LAST, MOST_EVERY, type Recurrence, type Repeat } from './recurrence';

/** Refuses what is no recurrence, with `recurrence_invalid`. Whether one ever comes is for `nextOccurrence`. */
export function checkRecurrence({ minute, zone, repeat, end }: Recurrence): void {
	if (!isWhole(minute, 0, 1_439)) refuse('The time of day is not one between 00:00 and 23:59.', 'Give hours and minutes, as in 09:00.');
	if (!IANAZone.isValidZone(zone)) refuse(`"${zone}" is not a time zone.`, 'Use an IANA name such as Europe/Paris.');
	if (!isWhole(repeat.every, 1, MOST_EVERY)) {
		refuse(`It cannot recur every ${repeat.every} ${repeat.unit}.`, `Give a whole number from 1 to ${MOST_EVERY}.`);
	}
	checkDays(repeat);
	if (end.kind === 'after' && !isWhole(end.runs, 1, Number.MAX_SAFE_INTEGER)) {
		refuse(`It cannot end after ${end.runs} runs.`, 'Give a whole number of at least 1.');
	}
	if (end.kind === 'on' && !Number.isSafeInteger(end.day)) refuse('The day it ends on is not a date.', 'Choose a date, or let it never end.');
}

function checkDays(repeat: Repeat): void {
	if (repeat.unit === 'days') return;
	if (repeat.unit === 'weeks') return checkList(repeat.weekdays, 'days of the week', (day) => isWhole(day, 1, 7));
	if ('days' in repeat) return checkList(repeat.days, 'days of the month', (day) => day === LAST || isWhole(day, 1, 31));
	if (repeat.nth !== LAST && !isWhole(repeat.nth, 1, 4)) {
		refuse(`No month is sure to have weekday number ${repeat.nth}.`, 'Choose the first to the fourth, or the last.');
	}
	checkList([repeat.weekday], 'days of the week', (day) => isWhole(day, 1, 7));
}

function checkList(days: number[], what: string, isOne: (day: number) => boolean): void {
	if (days.length === 0) refuse(`It has no ${what} to recur on.`, `Choose one or more ${what}.`);
	const wrong = days.find((day) => !isOne(day));
	if (wrong !== undefined) refuse(`${wrong} is none of the ${what}.`, `Choose from the ${what}.`);
}

function isWhole(value: number, least: number, most: number): boolean {
	return Number.isSafeInteger(value) && value >= least && value <= most;
}

function refuse(message: string, hint: string): never {
	throw new CampaignError('recurrence_invalid', message, hint);
}
