import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import type { Schedule } from '../../engine/campaigns/definition';
import type { CutOff, DeliveryRules } from '../../engine/campaigns/delivery-rules';
import { minutesOf } from '../../engine/gates/dnd';
import { readMoment } from '../../engine/time/read-moment';
import { nameOf } from '../shared/name-fields';
import type { Read } from './read-schedule';

interface DeliveryParameters {
	bestTimeEvent?: unknown;
	cutOffTime?: string;
	cutOffThen?: CutOff['then'];
	timeToLiveHours?: number;
	timeToLiveUntil?: string;
	checkSegmentAgain?: boolean;
}

const HOUR_MS = 3_600_000;

/** When messages may reach somebody. Refuses what cannot be meant. */
export function readDelivery(context: ITriggerFunctions | IExecuteFunctions, parameter: Read, schedule: Schedule): DeliveryRules {
	const given = parameter('delivery', {}) as DeliveryParameters;
	const refuse = (message: string, description: string): never => {
		throw new NodeOperationError(context.getNode(), message, { description });
	};
	const event = nameOf(given.bestTimeEvent).trim();
	const hasMoment = schedule.kind !== 'now' && schedule.kind !== 'items' && schedule.kind !== 'live';
	if ('bestTimeEvent' in given && event === '') refuse('"Best Time Event" names no event.', 'Choose an event, or take the field away.');
	if (event !== '' && !hasMoment) refuse('"Best Time Event" needs a campaign with a date and time.', 'Choose another "When", or take the field away.');
	// Best time is a time of each person's day.
	const zones = hasMoment && (event !== '' || parameter('timeZone', 'account') === 'person') ? 'person' : 'account';
	return {
		clock: context.getTimezone(),
		zones,
		passedZones: zones === 'person' && parameter('passedZones', 'drop') === 'next_day' ? 'next_day' : 'drop',
		...(event !== '' && { bestTime: { event } }),
		...cutOffOf(given, refuse),
		...ttlOf(given, context.getTimezone(), refuse),
		checkSegmentAgain: given.checkSegmentAgain === true,
	};
}

type Refuse = (message: string, description: string) => never;

function cutOffOf({ cutOffTime, cutOffThen }: DeliveryParameters, refuse: Refuse): Pick<DeliveryRules, 'cutOff'> {
	if (cutOffTime === undefined) {
		return cutOffThen === undefined ? {} : refuse('"Cut-Off: Then" is given without a "Cut-Off Time".', 'Add "Cut-Off Time", or take the field away.');
	}
	const minute = minutesOf(String(cutOffTime));
	if (Number.isNaN(minute) || minute < 1) refuse(`"Cut-Off Time" is not a time of day: ${cutOffTime || '(empty)'}.`, 'Write it as HH:MM, from 00:01 to 24:00.');
	return { cutOff: { minute, then: cutOffThen ?? 'stop' } };
}

function ttlOf({ timeToLiveHours, timeToLiveUntil }: DeliveryParameters, zone: string, refuse: Refuse): Pick<DeliveryRules, 'ttlMs' | 'ttlAt'> {
	const rules: Pick<DeliveryRules, 'ttlMs' | 'ttlAt'> = {};
	if (timeToLiveHours !== undefined) {
		if (!(timeToLiveHours > 0)) refuse('"Time to Live" must be more than 0 hours: nobody would ever be sent to.', 'Give more hours, or take the field away.');
		rules.ttlMs = Math.round(timeToLiveHours * HOUR_MS);
	}
	if (timeToLiveUntil === undefined) return rules;
	const until = readMoment(String(timeToLiveUntil), zone) ??
		refuse(`"Time to Live Until" is not a date and time: ${timeToLiveUntil || '(empty)'}.`, 'Choose a date and time, or take the field away.');
	return { ...rules, ttlAt: until };
}
