import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Schedule } from '../../engine/campaigns/definition';
import { upcomingWords } from '../../engine/campaigns/schedule-words';
import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
import { savesEveryExecution, SAVES_ALL } from '../shared/hints';
import { eventOf, outputItem, userOf } from '../shared/items';
import { profilesByNumber } from '../shared/releases';
import { readAudience, readDefinition } from './definition';
import { sampleEvents, sampleRule } from './sample-events';
import { whenInWords } from './when-words';
import { channelsAfter, whyNotReached } from './why-not';

const SAMPLE_SIZE = 10;

/**
 * A run by hand: ten people the campaign is for, at most, as items that later nodes explain and never send. They carry
 * no campaign data that a live execution would take for real.
 */
export async function sampleAudience(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	if (savesEveryExecution(context)) context.addExecutionHints({ message: SAVES_ALL, type: 'info', location: 'outputPane' });
	const { schedule, when, warnings: ofDefinition } = whatCanBeRead(context, store.clock.now());
	// People who are handed in are whoever the items name: there is nobody to show.
	if (schedule.kind === 'items') return [[], [], []];
	const channels = channelsAfter(context);
	const { rule: segment, warnings: ofSegment } = readAudience(context, schedule);
	const warnings = [...ofSegment, ...ofDefinition];
	const rule = sampleRule(schedule, segment);
	const { people } = await store.ask('find', { rule });
	const unknown = await store.ask('unknownNames', { rule });
	for (const message of [...warnings, ...unknown.map((warning) => warning.message)]) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
	context.addExecutionHints({
		message: `${people.length.toLocaleString('en')} people ${schedule.kind === 'live' ? 'would have come in by what they have done so far' : 'are in this segment now'}. Up to ${SAMPLE_SIZE} are shown; a run by hand sends nothing.`,
		location: 'outputPane',
	});
	const chosen = [...people.subarray(0, SAMPLE_SIZE)];
	const profiles = await profilesByNumber(store, chosen);
	const values = await constantValuesOf(store, rule, chosen);
	const events = await sampleEvents(store, schedule, chosen);
	const items = chosen.flatMap((person) => {
		const profile = profiles.get(person);
		if (!profile) return [];
		const event = events.get(person);
		const notReached = whyNotReached(profile, channels);
		const preview = { selected: 'would be in the run', when, ...(Object.keys(notReached).length > 0 && { notReached }) };
		return [outputItem({ ...values.get(person), user: userOf(profile), ...(event && { event: eventOf(event) }), preview }, 0)];
	});
	return [items, [], []];
}

interface Read {
	schedule: Schedule;
	/** In words. */
	when: string;
	warnings: string[];
}

/** Says when the campaign goes out. What it could not be published with keeps nobody from looking at the people. */
function whatCanBeRead(context: IExecuteFunctions, now: number): Read {
	try {
		const { definition, warnings } = readDefinition(context);
		const { schedule, graceMs } = definition;
		const when = whenInWords(schedule, graceMs, context.getTimezone());
		context.addExecutionHints({ message: upcomingWords(schedule, now) ?? `The campaign goes out ${when}.`, location: 'outputPane' });
		return { schedule, when, warnings };
	} catch (error) {
		const why = (error as Error).message;
		context.addExecutionHints({ message: `It cannot be published like this: ${why}`, type: 'warning', location: 'outputPane' });
		return { schedule: { kind: 'now' }, when: `at no time yet: ${why}`, warnings: [] };
	}
}
