/*
 * What is written under the node on the canvas: the words of engine/campaigns/schedule-words.ts, as an expression,
 * because the editor has the parameters only. A test holds them to each other.
 */

const list = (names: string[]) => JSON.stringify(names);

const DAYS = `({
	days: "",
	weeks: " on " + ($parameter.repeatWeekdays ?? []).toSorted((a, b) => a - b).map((day) => ${list(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])}[day - 1]).join(", "),
	months: $parameter.repeatMonthlyOn === "weekday"
		? " on the " + ({ "1": "first", "2": "second", "3": "third", "4": "fourth" }[$parameter.repeatNth] ?? "last") + " " + ${list(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])}[$parameter.repeatWeekday - 1]
		: " on day " + ($parameter.repeatMonthDays ?? []).toSorted((a, b) => (a < 0) - (b < 0) || a - b).map((day) => day < 0 ? "last" : day).join(", ")
})[$parameter.repeatUnit]`;

const RECURRING = `"Every " + ($parameter.repeatEvery === 1 ? $parameter.repeatUnit.slice(0, -1) : $parameter.repeatEvery + " " + $parameter.repeatUnit) + ${DAYS} + " at " + $parameter.repeatTime`;

/** One for each value of the parameter `schedule`. */
const WORDS: Record<string, string> = {
	now: '"Once, now"',
	at: '"Once, at " + $parameter.sendAt',
	dates: '"On " + ($parameter.sendDates?.date ?? []).length + " dates"',
	recurring: RECURRING,
	liveAction: '"Live: single action"',
	liveInaction: '"Live: inaction"',
	liveDate: '"Live: on a date"',
	items: '"When people are added"',
};

const cases = Object.entries(WORDS).map(([schedule, words]) => `$parameter.schedule === "${schedule}" ? ${words} : `);

export const subtitle = `={{ ${cases.join('')}"" }}`.replace(/\s+/g, ' ');
