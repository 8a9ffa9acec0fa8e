import { clockIn, dayIn, instantIn, minuteIn } from './clock-in';
import { PEOPLE, ZONES, zoneOfPerson } from './people';
import { must, mustBeNone, mustBeSame, zoneOfId, type Year } from './record';
import type { Request } from './provider';
import { DAY, HOUR, MINUTE, ZONE } from './units';

/** A release whose process is lost is repeated when its lease has run out, again and again by chance. */
const SOON = 5 * MINUTE;

/** When runs and people's zones were to be sent to, by calendars of this file. */
export function checkSchedules(year: Year): void {
	recurred(year);
	onThreeDates(year);
	atNineEverywhere(year);
	nextDayWhereItWasOver(year);
	atBestTimes(year);
}

const daysFrom = (first: string, days: number): string[] => Array.from({ length: days }, (_, index) => new Date(Date.parse(first) + index * DAY).toISOString().slice(0, 10));

/** All days of the year that a calendar names, and no other, at nine. */
function recurred(year: Year): void {
	const all = daysFrom('2026-01-01', 365);
	const monday = Date.parse('2025-12-29');
	const isOn: Record<string, (day: string) => boolean> = {
		'Every third day': (day) => (Date.parse(day) - Date.parse('2026-01-01')) / DAY % 3 === 0,
		'Mondays and Thursdays': (day) => [1, 4].includes(new Date(day).getUTCDay()) && Math.floor((Date.parse(day) - monday) / (7 * DAY)) % 2 === 0,
		'The 31st': (day) => new Date(Date.parse(day) + DAY).getUTCDate() === 1,
		'The last Friday': (day) => new Date(day).getUTCDay() === 5 && new Date(Date.parse(day) + 7 * DAY).getUTCDate() <= 7,
	};
	for (const [name, isDue] of Object.entries(isOn)) {
		const firsts = year.requests(name, 'first');
		mustBeSame(`Days of "${name}"`, firsts.map(({ at }) => dayIn(ZONE, at)), all.filter(isDue));
		const late = name === 'Mondays and Thursdays' ? HOUR : name === 'The 31st' ? 2 * HOUR : SOON;
		mustBeNone(`"${name}" is not at nine`, notFrom(firsts, 9 * 60, late, () => ZONE));
	}
}

function onThreeDates(year: Year): void {
	const moments = ['2026-02-14T08:00Z', '2026-05-10T07:00Z', '2026-12-01T08:00Z'].map((text) => Date.parse(text));
	const firsts = year.requests('Three dates', 'first');
	mustBeNone('Not on one of three dates', firsts.filter(({ at }) => !moments.some((moment) => at >= moment && at < moment + SOON)));
	for (const moment of moments) must('A date has nobody', firsts.some(({ at }) => at >= moment && at < moment + SOON), moment);
}

function atNineEverywhere(year: Year): void {
	const firsts = year.requests('At nine everywhere', 'first').filter(year.isUnchanged);
	mustBeNone('Not at nine by their own clocks', notFrom(firsts, 9 * 60, SOON, zoneOfId));
	mustBeNone('Not on the day', firsts.filter(({ person, at }) => dayIn(zoneOfId(person), at) !== '2026-04-15'));
	mustBeSame('Zones', firsts.map(({ person }) => zoneOfPerson(Number(person.slice(1))) ?? 'none'), [...ZONES, 'none']);
}

/** At four in the morning of 11 April, or of the 12th where that was over when it was published. */
function nextDayWhereItWasOver(year: Year): void {
	const published = year.record.start + 100 * DAY;
	for (const { person, at } of year.requests('Next day where it is over', 'first').filter(year.isUnchanged)) {
		const zone = zoneOfId(person);
		const today = instantIn(zone, '2026-04-11', 4 * 60);
		const due = today < published - SOON ? instantIn(zone, '2026-04-12', 4 * 60) : today;
		must('Neither today nor tomorrow at four', at >= due && at < due + SOON, person, zone, clockIn(zone, at));
	}
}

/** In the two hours of the day, from eight, in which somebody looked most often in 180 days; right after all of them, if never. */
function atBestTimes(year: Year): void {
	const started = Date.parse('2026-09-01T06:00:00Z');
	for (const { person, at } of year.requests('At their best time', 'first').filter(year.isUnchanged)) {
		const zone = zoneOfId(person);
		const begin = instantIn(zone, '2026-09-01', 8 * 60);
		const tally = new Array<number>(12).fill(0);
		// What happens while the zones are selected may count or not.
		const views = year.record.events.filter(({ user, name, ts }) => user === person && name === 'Viewed' && ts > started - 181 * DAY && ts < started + 2 * DAY);
		if (views.some(({ ts }) => ts < started - 179 * DAY || ts > started - DAY)) continue;
		for (const { ts } of views) tally[Math.floor(((minuteIn(zone, ts) - 8 * 60 + 24 * 60) % (24 * 60)) / 120)] = (tally[Math.floor(((minuteIn(zone, ts) - 8 * 60 + 24 * 60) % (24 * 60)) / 120)] ?? 0) + 1;
		const best = views.length === 0 ? 12 : tally.indexOf(Math.max(...tally));
		must('Not at their best time', at >= begin + best * 2 * HOUR && at < begin + best * 2 * HOUR + SOON, person, zone, clockIn(zone, at), tally);
	}
	must('Too few had a best time', year.requests('At their best time', 'first').length > PEOPLE / 2);
}

/** Those not within `late` of a time of day. */
function notFrom(requests: readonly Request[], minute: number, late: number, zoneOf: (person: string) => string): unknown[] {
	return requests
		.map(({ person, at }) => ({ person, shown: clockIn(zoneOf(person), at), after: (minuteIn(zoneOf(person), at) - minute + 24 * 60) % (24 * 60) }))
		.filter(({ after }) => after * MINUTE >= late);
}
