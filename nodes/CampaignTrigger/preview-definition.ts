import type { IExecuteFunctions } from 'n8n-workflow';

import type { CampaignDefinition, Schedule } from '../../engine/campaigns/definition';
import { goesByZones } from '../../engine/campaigns/delivery-rules';
import { upcomingWords } from '../../engine/campaigns/schedule-words';
import { momentsToCome, overBefore } from '../../engine/campaigns/time-to-live';
import { checkWho, EVERYBODY_GETS_IT, type WhoGetsIt } from '../../engine/campaigns/who-gets-it';
import type { Store } from '../../engine/store/store';
import { readDefinition } from './definition';
import { mostInWords } from './most-words';
import { clocksOf, whenInWords } from './when-words';

/** What a run by hand goes by. */
interface Read {
	schedule: Schedule;
	/** Absent: something in it cannot be used. */
	definition?: CampaignDefinition;
	/** In words. */
	when: string;
	who: WhoGetsIt;
	warnings: string[];
}

/** Says when the campaign goes out. What it could not be published with keeps nobody from looking at the people. */
export async function whatCanBeRead(context: IExecuteFunctions, store: Store): Promise<Read> {
	const read = complaintOr(() => readDefinition(context));
	if ('complaint' in read) {
		return { schedule: { kind: 'now' }, when: `at no time yet: ${read.complaint}`, who: EVERYBODY_GETS_IT, warnings: [notLikeThis(read.complaint)] };
	}
	const { definition, warnings } = read.result;
	const { schedule, graceMs, delivery, who = EVERYBODY_GETS_IT } = definition;
	const when = whenInWords(schedule, graceMs, context.getTimezone(), delivery);
	const upcoming = upcomingWords(schedule, store.clock.now());
	const clocks = delivery && goesByZones(definition) ? ` Everybody is sent to at these times${clocksOf(delivery)}.` : '';
	context.addExecutionHints({ message: upcoming === undefined ? `The campaign goes out ${when}.` : `${upcoming}${clocks}`, location: 'outputPane' });
	const most = mostInWords(who, schedule);
	if (most) context.addExecutionHints({ message: most, location: 'outputPane' });
	return { schedule, definition, when, who, warnings: [...(await refusals(store, definition)), ...warnings] };
}

/** What publishing would say to a definition that can be read. */
async function refusals(store: Store, definition: CampaignDefinition): Promise<string[]> {
	const { schedule, who = EVERYBODY_GETS_IT } = definition;
	const now = store.clock.now();
	const over = overBefore(definition, momentsToCome(definition, now), now);
	const { customControlGroups } = await store.call('readSettings', undefined);
	const checked = complaintOr(() => checkWho(who, schedule, customControlGroups.map(({ name }) => name)));
	const complaints = [...(over === undefined ? [] : [over]), ...('complaint' in checked ? [checked.complaint] : [])];
	return complaints.map(notLikeThis);
}

function complaintOr<Result>(read: () => Result): { result: Result } | { complaint: string } {
	try {
		return { result: read() };
	} catch (error) {
		return { complaint: (error as Error).message };
	}
}

function notLikeThis(why: string): string {
	return `It cannot be published like this: ${why}`;
}
