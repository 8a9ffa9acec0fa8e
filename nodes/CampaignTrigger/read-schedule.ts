import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import { checkSchedule } from '../../engine/campaigns/check-schedule';
import type { Schedule } from '../../engine/campaigns/definition';
import { LIVE_RUN_KEY } from '../../engine/campaigns/live/trigger';
import { momentKey } from '../../engine/campaigns/run-rows';
import { readMoment } from '../../engine/time/read-moment';
import { readLive } from './read-live';
import { readRecurrence } from './read-recurrence';

/** Reads a parameter of the trigger, as a trigger and as an execution. */
export type Read = (name: string, fallback: unknown) => unknown;

type Context = ITriggerFunctions | IExecuteFunctions;

/** When the campaign runs, checked. */
export function readSchedule(context: Context, parameter: Read): Schedule {
	const schedule = read(context, parameter);
	checkSchedule(schedule);
	return schedule;
}

/** What tells firings apart where a schedule does not: see CampaignDefinition. */
export function readRunKey(schedule: Schedule, parameter: Read): string {
	if (schedule.kind === 'now') return `now ${String(parameter('runName', '')).trim()}`;
	if (schedule.kind === 'live') return LIVE_RUN_KEY;
	return schedule.kind === 'at' ? momentKey(schedule.at) : schedule.kind;
}

function read(context: Context, parameter: Read): Schedule {
	const live = readLive(parameter, context.getTimezone());
	if (live) return { kind: 'live', live };
	const kind = parameter('schedule', 'now');
	if (kind === 'at') return { kind, at: readTime(context, parameter('sendAt', ''), '"Send At"') };
	if (kind === 'dates') {
		const { date = [] } = parameter('sendDates', {}) as { date?: Array<{ at?: unknown }> };
		return { kind, at: date.map(({ at }, index) => readTime(context, at, `Date ${index + 1} of "Dates"`)) };
	}
	if (kind === 'recurring') return { kind, recurrence: readRecurrence(parameter, context.getTimezone(), (text, name) => readTime(context, text, name)) };
	return kind === 'items' ? { kind } : { kind: 'now' };
}

/** In the workflow's time zone, where the text names none. Epoch milliseconds. */
function readTime(context: Context, value: unknown, name: string): number {
	const text = String(value ?? '');
	const time = readMoment(text, context.getTimezone());
	if (time !== undefined) return time;
	throw new NodeOperationError(context.getNode(), `${name} is not a date and time: ${text || '(empty)'}.`, { description: 'Choose a date and time.' });
}
