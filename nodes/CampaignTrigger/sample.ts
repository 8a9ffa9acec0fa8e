import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
import { savesEveryExecution, SAVES_ALL } from '../shared/hints';
import { outputItem, userOf } from '../shared/items';
import { profilesByNumber } from '../shared/releases';
import { readSegment } from '../shared/segment-parameters';
import { readDefinition } from './definition';
import { whenInWords } from './when-words';
import { channelsAfter, whyNotReached } from './why-not';

const SAMPLE_SIZE = 10;

/**
 * A run by hand: ten people the campaign is for, at most, as items that later nodes explain and never send. They carry
 * no campaign data that a live execution would take for real.
 */
export async function sampleAudience(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	if (savesEveryExecution(context)) context.addExecutionHints({ message: SAVES_ALL, type: 'info', location: 'outputPane' });
	const when = readWhen(context);
	context.addExecutionHints({ message: `The campaign goes out ${when}.`, location: 'outputPane' });
	// People who are handed in are whoever the items name: there is nobody to show.
	if (context.getNodeParameter('schedule', 0, 'now') === 'items') return [[], [], []];
	const channels = channelsAfter(context);
	const { rule, warnings } = readSegment(context);
	const { people } = await store.ask('find', { rule });
	const unknown = await store.ask('unknownNames', { rule });
	for (const message of [...warnings, ...unknown.map((warning) => warning.message)]) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
	context.addExecutionHints({
		message: `${people.length.toLocaleString('en')} people are in this segment now. Up to ${SAMPLE_SIZE} are shown; a run by hand sends nothing.`,
		location: 'outputPane',
	});
	const chosen = [...people.subarray(0, SAMPLE_SIZE)];
	const profiles = await profilesByNumber(store, chosen);
	const values = await constantValuesOf(store, rule, chosen);
	const items = chosen.flatMap((person) => {
		const profile = profiles.get(person);
		if (!profile) return [];
		const notReached = whyNotReached(profile, channels);
		const preview = { selected: 'would be in the run', when, ...(Object.keys(notReached).length > 0 && { notReached }) };
		return [outputItem({ ...values.get(person), user: userOf(profile), preview }, 0)];
	});
	return [items, [], []];
}

/** A schedule that cannot be read keeps nobody from looking at the audience; publishing refuses it. */
function readWhen(context: IExecuteFunctions): string {
	try {
		const { schedule, graceMs } = readDefinition(context).definition;
		return whenInWords(schedule, graceMs, context.getTimezone());
	} catch (error) {
		return `at no time yet: ${(error as Error).message}`;
	}
}
