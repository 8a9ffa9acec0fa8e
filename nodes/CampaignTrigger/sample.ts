import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
import { savesEveryExecution, SAVES_ALL } from '../shared/hints';
import { eventOf, outputItem, userOf } from '../shared/items';
import { profilesByNumber } from '../shared/releases';
import { warningsOfTexts } from './check-texts';
import { readAudience } from './definition';
import { tooMany } from './most-words';
import { whatCanBeRead } from './preview-definition';
import { sampleEvents, sampleRule } from './sample-events';
import { whenForEach } from './when-each';
import { channelsAfter, whyNotSent } from './why-not';

const SAMPLE_SIZE = 10;

/**
 * A run by hand: ten people the campaign is for, at most, as items that later nodes explain and never send. They carry
 * no campaign data that a live execution would take for real.
 */
export async function sampleAudience(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	const warn = (messages: string[]) => messages.forEach((message) => context.addExecutionHints({ message, type: 'warning', location: 'outputPane' }));
	if (savesEveryExecution(context)) context.addExecutionHints({ message: SAVES_ALL, type: 'info', location: 'outputPane' });
	const { schedule, definition, when, who, warnings } = await whatCanBeRead(context, store);
	warn([...warnings, ...(await warningsOfTexts(context, store, definition?.schedule))]);
	// People who are handed in are whoever the items name: there is nobody to show.
	if (schedule.kind === 'items') return [[], [], []];
	const { rule: segment, warnings: ofSegment } = readAudience(context, schedule);
	const rule = sampleRule(schedule, segment);
	const { people } = await store.ask('find', { rule });
	const unknown = await store.ask('unknownNames', { rule });
	warn([...ofSegment, ...unknown.map(({ message }) => message), ...tooMany(people.length, who, schedule)]);
	context.addExecutionHints({
		message: `${people.length.toLocaleString('en')} people ${schedule.kind === 'live' ? 'would have come in by what they have done so far' : 'are in this segment now'}. Up to ${SAMPLE_SIZE} are shown; a run by hand sends nothing.`,
		location: 'outputPane',
	});
	const chosen = [...people.subarray(0, SAMPLE_SIZE)];
	const profiles = await profilesByNumber(store, chosen);
	const values = await constantValuesOf(store, rule, chosen);
	const campaignId = `${context.getWorkflow().id}:${context.getNode().id}`;
	const notSent = await whyNotSent(store, { campaignId, who }, profiles, channelsAfter(context));
	const events = await sampleEvents(store, schedule, chosen);
	const own = definition ? await whenForEach(store, definition, { profiles, events }) : new Map<number, string>();
	const items = chosen.flatMap((person) => {
		const profile = profiles.get(person);
		if (!profile) return [];
		const event = events.get(person);
		const notReached = notSent.get(person);
		const preview = { selected: 'would be in the run', when: own.get(person) ?? when, ...(notReached && { notReached }) };
		return [outputItem({ ...values.get(person), user: userOf(profile), ...(event && { event: eventOf(event) }), preview }, 0)];
	});
	return [items, [], []];
}
