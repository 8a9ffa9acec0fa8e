import type { CampaignDefinition } from '../../engine/campaigns/definition';
import type { Rule } from '../../engine/segments/rule';
import { chain, own } from '../support/campaign-workflow';
import type { TestWorkflow } from '../support/n8n-core';
import { HOUR, type Drawn } from './world';

type Node = TestWorkflow['nodes'][number];

const trigger = own('Campaign', 'campaignTrigger');
const sender = own('Send', 'simulatedSender');
const trouble = own('Elsewhere', 'trouble');
const slowly = (people: number, interval: number, unit: string) => own('Slowly', 'throttle', { people, interval, unit });
const atNight = (inTheseHours: 'hold' | 'discard') =>
	own('Not at Night', 'dndGate', { inTheseHours, zone: 'person', windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '08:00' }] } });

const group = (...groups: number[]): Rule => ({ profile: 'group', is: 'in', value: groups });

function drawn(name: string, publishedAt: number, definition: Partial<CampaignDefinition>, ...nodes: Node[]): Drawn {
	return {
		name,
		publishedAt,
		workflow: chain(trigger, ...nodes),
		definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'now', blockSize: 50, graceMs: 60_000, maxLatenessMs: 24 * HOUR, ...definition },
	};
}

/** The campaigns of a year. */
export function calendarOf(start: number): Drawn[] {
	const at = (text: string) => Date.parse(text);
	return [
		drawn('Welcome', start, {}, sender),
		drawn('Slow', start + HOUR, { segment: group(0, 1, 2) }, slowly(20, 1, 'hours'), trouble, sender),
		drawn('Over the change of clocks', start, { schedule: { kind: 'at', at: at('2026-03-28T22:30:00Z') }, runKey: 'at' }, atNight('hold'), slowly(30, 30, 'minutes'), sender),
		drawn('Discarding', start, { schedule: { kind: 'at', at: at('2026-06-10T21:30:00Z') }, runKey: 'at' }, atNight('discard'), trouble, sender),
	];
}
