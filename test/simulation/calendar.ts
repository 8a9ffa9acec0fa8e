import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { PLAIN_DELIVERY, type DeliveryRules } from '../../engine/campaigns/delivery-rules';
import type { LiveKind } from '../../engine/campaigns/live/trigger';
import type { Repeat } from '../../engine/campaigns/recurrence/recurrence';
import { EVERYBODY_GETS_IT, type WhoGetsIt } from '../../engine/campaigns/who-gets-it';
import type { Rule } from '../../engine/segments/rule';
import { chain, own, workflowOf } from '../support/campaign-workflow';
import type { TestWorkflow } from '../support/n8n-core';
import { DAY, HOUR, MINUTE, ZONE } from './units';
import type { Drawn } from './world';

type Node = TestWorkflow['nodes'][number];

const trigger = own('Campaign', 'campaignTrigger');
const sender = own('Send', 'simulatedSender');
const trouble = own('Elsewhere', 'trouble');
const slowly = (people: number, interval: number, unit: string) => own('Slowly', 'throttle', { people, interval, unit });
const atNight = (inTheseHours: 'hold' | 'discard') =>
	own('Not at Night', 'dndGate', { inTheseHours, zone: 'person', windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '08:00' }] } });

const group = (...groups: number[]): Rule => ({ profile: 'group', is: 'in', value: groups });

/** A control group of the account. */
export const HOLDOUT = 'Holdout';

/** From then on the account has a control group. */
export const CONTROL_FROM = Date.parse('2026-11-20T00:00:00Z');

/** The campaigns of a year: of every type, with every control. */
export function calendarOf(start: number): Drawn[] {
	return [...once(start), ...recurring(start), ...byZones(start), ...limited(start), ...live(start), ...journeys(start)];
}

function once(start: number): Drawn[] {
	return [
		drawn('Welcome', start, {}, sender),
		drawn('Slow', start + HOUR, { segment: group(0, 1, 2) }, slowly(20, 1, 'hours'), trouble, sender),
		drawn('Over the change of clocks', start, at('2026-03-28T22:30:00Z'), slowly(30, 30, 'minutes'), atNight('hold'), sender),
		drawn('Discarding', start, at('2026-06-10T21:30:00Z'), atNight('discard'), trouble, sender),
		drawn('Three dates', start, { segment: group(3), schedule: { kind: 'dates', at: ['2026-02-14T08:00Z', '2026-05-10T07:00Z', '2026-12-01T08:00Z'].map((text) => Date.parse(text)) }, runKey: 'dates' }, sender),
	];
}

function recurring(start: number): Drawn[] {
	const every = (repeat: Repeat): Partial<CampaignDefinition> => ({
		schedule: { kind: 'recurring', recurrence: { minute: 9 * 60, zone: ZONE, repeat, end: { kind: 'never' } } },
		runKey: 'recurring',
	});
	return [
		drawn('Every third day', start, { ...every({ unit: 'days', every: 3 }), segment: group(4) }, sender),
		drawn('Mondays and Thursdays', start, { ...every({ unit: 'weeks', every: 2, weekdays: [1, 4] }), segment: group(5) }, trouble, sender),
		drawn('The 31st', start, { ...every({ unit: 'months', every: 1, days: [31], shortMonths: 'last_day' }), segment: group(6) }, slowly(10, 10, 'minutes'), sender),
		drawn('The last Friday', start, { ...every({ unit: 'months', every: 1, nth: -1, weekday: 5 }), segment: group(7) }, sender),
	];
}

function byZones(start: number): Drawn[] {
	const delivery = (rules: Partial<DeliveryRules>): Partial<CampaignDefinition> => ({ delivery: { ...PLAIN_DELIVERY, ...rules } });
	return [
		drawn('At nine everywhere', start, { ...at('2026-04-15T07:00:00Z'), ...delivery({ zones: 'person' }) }, sender),
		drawn('Next day where it is over', start + 100 * DAY, { schedule: { kind: 'at', at: start + 100 * DAY + 2 * HOUR }, runKey: 'at', ...delivery({ zones: 'person', passedZones: 'next_day' }) }, sender),
		drawn('At their best time', start, { ...at('2026-09-01T06:00:00Z'), ...delivery({ zones: 'person', bestTime: { event: 'Viewed' } }) }, sender),
		drawn('Until six', start, { ...at('2026-10-20T15:00:00Z'), ...delivery({ cutOff: { minute: 18 * 60, then: 'stop' } }) }, slowly(50, 15, 'minutes'), sender),
		drawn('Until six, then tomorrow', start, { ...at('2026-10-22T15:00:00Z'), ...delivery({ cutOff: { minute: 18 * 60, then: 'pause' }, checkSegmentAgain: true }) }, slowly(50, 15, 'minutes'), sender),
	];
}

function limited(start: number): Drawn[] {
	const who = (rules: Partial<WhoGetsIt>): Partial<CampaignDefinition> => ({ who: { ...EVERYBODY_GETS_IT, ...rules } });
	const daily = (runs: number): Partial<CampaignDefinition> => ({
		schedule: { kind: 'recurring', recurrence: { minute: 10 * 60, zone: ZONE, repeat: { unit: 'days', every: 1 }, end: { kind: 'after', runs } } },
		runKey: 'recurring',
	});
	const twoHours: DeliveryRules = { ...PLAIN_DELIVERY, ttlMs: 2 * HOUR };
	const untilNoon: DeliveryRules = { ...PLAIN_DELIVERY, ttlAt: Date.parse('2026-11-10T12:00:00Z') };
	return [
		drawn('A hundred', start, { ...at('2026-07-01T10:00:00Z'), ...who({ limits: { perRun: 100 }, outsideGlobalLimits: true }) }, sender),
		drawn('With a control group', start, { ...at('2026-07-08T10:00:00Z'), ...who({ controlPercent: 30, customControlGroups: [HOLDOUT], outsideGlobalLimits: true }) }, sender),
		drawn('A hundred a day', at0('2026-07-13'), { ...daily(5), ...who({ limits: { perDay: 100, total: 250 }, outsideGlobalLimits: true }) }, sender),
		drawn('At most thrice', at0('2026-08-10'), { ...daily(14), segment: group(1), ...who({ mostEver: 3, minimumGapMs: 2 * DAY, outsideGlobalLimits: true }) }, sender),
		drawn('Two hours to live', start, { ...at('2026-08-05T10:00:00Z'), delivery: twoHours, ...who({ customControlGroups: [HOLDOUT], outsideGlobalLimits: true }) }, slowly(50, 30, 'minutes'), sender),
		drawn('Until noon', start, { ...at('2026-11-10T10:00:00Z'), delivery: untilNoon, ...who({ outsideGlobalLimits: true }) }, slowly(50, 30, 'minutes'), sender),
		drawn('Not to all', start, { ...at('2026-11-25T10:00:00Z'), ...who({ outsideGlobalLimits: true }) }, sender),
		drawn('Everybody must know', start, { ...at('2026-11-26T10:00:00Z'), ...who({ systemControlGroup: false, outsideGlobalLimits: true }) }, sender),
		drawn('Too many', start, { ...at('2026-07-09T10:00:00Z'), ...who({ safetyCheck: 400 }) }, sender),
	];
}

function live(start: number): Drawn[] {
	const by = (kind: LiveKind, reentry: { kind: 'always' } | { kind: 'once' } | { kind: 'period'; ms: number } = { kind: 'always' }): Partial<CampaignDefinition> => ({
		schedule: { kind: 'live', live: { ...kind, reentry, maxEventAgeMs: DAY } },
		runKey: 'live',
	});
	const cart = { event: 'Added to Cart', where: [] };
	return [
		drawn('Cart, an hour later', start, by({ kind: 'action', events: [cart], delayMs: HOUR, firstTimeOnly: false }, { kind: 'period', ms: 10 * DAY }), sender),
		drawn('Cart and no purchase', start, by({ kind: 'inaction', first: [cart], second: { event: 'Charged', where: [] }, withinMs: 2 * HOUR, restart: false }), trouble, sender),
		drawn('Anniversary', start, by({ kind: 'on_date', of: 'profile', property: 'joined', offsetMs: 0, everyYear: true, atMinute: 10 * 60 }), atNight('hold'), sender),
	];
}

function journeys(start: number): Drawn[] {
	const [later, again] = [own('Three Days Later', 'delay', { waitFor: 'time', amount: 3, unit: 'days' }), own('Send Again', 'simulatedSender')];
	return [drawn('Twice', start + 30 * DAY, { segment: group(8) }, sender, later, trouble, again)].map((campaign) => ({
		...campaign,
		workflow: workflowOf(
			[trigger, sender, later, trouble, again],
			[['Campaign', 'Send'], ['Send', 'Three Days Later'], ['Three Days Later', 'Elsewhere'], ['Elsewhere', 'Send Again']],
		),
	}));
}

const at0 = (day: string) => Date.parse(`${day}T00:00:00Z`);

function at(text: string): Partial<CampaignDefinition> {
	return { schedule: { kind: 'at', at: Date.parse(text) }, runKey: 'at' };
}

function drawn(name: string, publishedAt: number, definition: Partial<CampaignDefinition>, ...nodes: Node[]): Drawn {
	return {
		name,
		publishedAt,
		workflow: chain(trigger, ...nodes),
		definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'now', blockSize: 50, graceMs: MINUTE, maxLatenessMs: DAY, ...definition },
	};
}
