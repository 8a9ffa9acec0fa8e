import { checkTrigger } from '../../engine/campaigns/live/check-trigger';
import { DEFAULT_EVENT_AGE_MS, type AwaitedEvent, type LiveKind, type LiveTrigger } from '../../engine/campaigns/live/trigger';
import { CampaignError } from '../../engine/errors';
import { builderToRule, type BuilderFilter, type EventRule } from '../../engine/segments';
import { readMoment } from '../../engine/time/read-moment';
import { nameOf } from '../shared/name-fields';
import type { Read } from './read-schedule';

interface FormFilters {
	filter?: Array<Omit<BuilderFilter, 'property'> & { property?: unknown }>;
}

interface Options {
	from?: string;
	to?: string;
	maxEventAgeHours?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const UNIT_MS: Record<string, number> = { minutes: MINUTE_MS, hours: HOUR_MS, days: 24 * HOUR_MS, weeks: 7 * 24 * HOUR_MS };

/**
 * Which events bring people in, checked; undefined when it is no live campaign. Throws a CampaignError.
 * @param zone of dates in the options
 */
export function readLive(parameter: Read, zone: string): LiveTrigger | undefined {
	const kind = readKind(parameter, String(parameter('schedule', 'now')));
	if (!kind) return undefined;
	const { from, to, maxEventAgeHours } = parameter('liveOptions', {}) as Options;
	const live: LiveTrigger = {
		...kind,
		...(from !== undefined && { from: momentOf('Start', from, zone) }),
		...(to !== undefined && { to: momentOf('End', to, zone) }),
		reentry: readReentry(parameter),
		maxEventAgeMs: maxEventAgeHours === undefined ? DEFAULT_EVENT_AGE_MS : Math.round(maxEventAgeHours * HOUR_MS),
	};
	checkTrigger(live);
	return live;
}

function readKind(parameter: Read, schedule: string): LiveKind | undefined {
	if (schedule === 'liveAction') {
		return { kind: 'action', events: readEvents(parameter), delayMs: span(parameter, 'liveDelay', 'liveDelayUnit'), firstTimeOnly: parameter('firstTimeOnly', false) === true };
	}
	if (schedule === 'liveInaction') {
		const first = nameOf(parameter('sameProperty', '')).trim();
		const second = nameOf(parameter('sameSecondProperty', '')).trim() || first;
		return {
			kind: 'inaction',
			first: readEvents(parameter),
			second: awaited(parameter('secondEvent', ''), parameter('secondFilters', {}) as FormFilters),
			withinMs: span(parameter, 'liveWithin', 'liveWithinUnit'),
			...(first !== '' && { same: { first, second } }),
			restart: parameter('restartWait', false) === true,
		};
	}
	return schedule === 'liveDate' ? readDate(parameter) : undefined;
}

function readDate(parameter: Read): LiveKind {
	const ofPeople = parameter('dateOf', 'profile') === 'profile';
	const direction = { before: -1, on: 0, after: 1 }[String(parameter('dateDirection', 'on'))] ?? 0;
	return {
		kind: 'on_date',
		of: ofPeople ? 'profile' : { event: awaited(parameter('dateEvent', ''), parameter('dateFilters', {}) as FormFilters) },
		property: nameOf(parameter(ofPeople ? 'dateProfileProperty' : 'dateEventProperty', '')).trim(),
		offsetMs: direction === 0 ? 0 : direction * span(parameter, 'dateOffset', 'dateOffsetUnit'),
		everyYear: parameter('everyYear', false) === true,
		atMinute: minuteOf(String(parameter('dateTime', '09:00'))),
	};
}

function readReentry(parameter: Read): LiveTrigger['reentry'] {
	const kind = parameter('reentry', 'always');
	if (kind === 'period') return { kind, ms: span(parameter, 'reentryPeriod', 'reentryUnit') };
	return kind === 'once' ? { kind } : { kind: 'always' };
}

function readEvents(parameter: Read): AwaitedEvent[] {
	const { event = [] } = parameter('liveEvents', {}) as { event?: Array<{ event?: unknown; filters?: FormFilters }> };
	return event.map((one) => awaited(one.event, one.filters));
}

/** The same form as in a segment, so the segment's builder reads it. */
function awaited(name: unknown, { filter = [] }: FormFilters = {}): AwaitedEvent {
	const event = nameOf(name);
	const filters = filter.map((each) => ({ ...each, property: nameOf(each.property) }));
	const built = builderToRule({ groups: [{ conditions: [{ type: 'did', event, filters }] }] });
	if ('rule' in built) return { event, where: (built.rule as EventRule).where ?? [] };
	const errors = built.errors.map((error) => error.replace(/^Group 1, condition 1(?:: |, )/, ''));
	throw new CampaignError('invalid_live_trigger', `The event "${event}" cannot be used. ${errors.join('; ')}`, 'Correct these places under "When". Nobody comes in until then.');
}

/** Milliseconds. */
function span(parameter: Read, amount: string, unit: string): number {
	return Math.round(Number(parameter(amount, NaN)) * (UNIT_MS[String(parameter(unit, ''))] ?? NaN));
}

function minuteOf(text: string): number {
	const [, hour, minute] = /^\s*(\d{1,2}):(\d{2})\s*$/.exec(text) ?? [];
	return Number(minute) < 60 ? Number(hour) * 60 + Number(minute) : NaN;
}

function momentOf(label: string, text: string, zone: string): number {
	const time = readMoment(text, zone);
	if (time !== undefined) return time;
	throw new CampaignError('invalid_live_trigger', `"${label}" is not a date and time: ${text || '(empty)'}.`, 'Choose a date and time, or take the field away.');
}
