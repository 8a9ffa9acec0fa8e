import { CampaignError } from '../../errors';
import { eventKey } from '../../segments/event-key';
import { errorText, parseRule } from '../../segments/validate';
import { firstEvents } from './awaited';
import { MOST_EVENTS, type AwaitedEvent, type LiveTrigger } from './trigger';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Longest delay, wait and distance from a date. */
const LONGEST_MS = 366 * DAY_MS;
const LONGEST_AGE_MS = 31 * DAY_MS;

/** Throws `invalid_live_trigger`, naming everything that is wrong. */
export function checkTrigger(live: LiveTrigger): void {
	const complaints = [...complaintsAboutEvents(live), ...complaintsAboutKind(live), ...complaintsAboutEntering(live)];
	if (complaints.length === 0) return;
	throw new CampaignError('invalid_live_trigger', `The live campaign cannot be used: ${complaints.join('; ')}.`, 'Correct these places in the Campaign Trigger and publish again.');
}

function* complaintsAboutEvents(live: LiveTrigger): Generator<string> {
	const events = firstEvents(live);
	const isOfPeople = live.kind === 'on_date' && live.of === 'profile';
	if (events.length === 0 && !isOfPeople) yield 'events: name at least one';
	if (events.length > MOST_EVENTS) yield `events: at most ${MOST_EVENTS}`;
	for (const [index, event] of events.entries()) yield* complaintsAboutEvent(event, `event ${index + 1}`);
	if (live.kind === 'inaction') yield* complaintsAboutEvent(live.second, 'the event that is not to happen');
}

function* complaintsAboutEvent({ event, where }: AwaitedEvent, place: string): Generator<string> {
	const parsed = parseRule({ event, did: true, where });
	if ('errors' in parsed) for (const error of parsed.errors) yield `${place}: ${errorText(error)}`;
}

function* complaintsAboutKind(live: LiveTrigger): Generator<string> {
	if (live.kind === 'action' && !isBetween(live.delayMs, 0, LONGEST_MS)) yield 'delay: must be from 0 to 366 days';
	if (live.kind === 'inaction') {
		if (!isBetween(live.withinMs, MINUTE_MS, LONGEST_MS)) yield 'time within which: must be from 1 minute to 366 days';
		const { event, where } = live.second;
		if (where.length === 0 && live.first.some((first) => eventKey(first.event) === eventKey(event))) {
			yield `"${event}" cannot be both what happens and what is not to happen; filter the second by a property`;
		}
		if (live.same && (live.same.first.trim() === '' || live.same.second.trim() === '')) yield 'same value of: name the property';
	}
	if (live.kind === 'on_date') {
		if (live.property.trim() === '') yield 'date property: must not be empty';
		if (!isBetween(live.offsetMs, -LONGEST_MS, LONGEST_MS)) yield 'before or after: at most 366 days';
		if (!isBetween(live.atMinute, 0, 1439)) yield 'time of day: must be from 00:00 to 23:59';
		if (live.everyYear && live.reentry.kind === 'once') yield 'every year and once per person exclude each other';
	}
}

function* complaintsAboutEntering({ from, to, reentry, maxEventAgeMs }: LiveTrigger): Generator<string> {
	if (from !== undefined && to !== undefined && from >= to) yield 'the end must be after the start';
	if (reentry.kind === 'period' && !isBetween(reentry.ms, MINUTE_MS, 10 * LONGEST_MS)) yield 'period of re-entry: must be from 1 minute to 10 years';
	if (!isBetween(maxEventAgeMs, 0, LONGEST_AGE_MS)) yield 'age of events at arrival: must be from 0 to 31 days';
}

function isBetween(value: number, least: number, most: number): boolean {
	return Number.isSafeInteger(value) && value >= least && value <= most;
}
