import type { WhoGetsIt } from '../../campaigns/who-gets-it';
import type { Channel } from '../../people/records';
import type { QuestionContext } from '../../questions';
import type { Reason } from '../../reasons';
import { settingsOf } from '../../settings/read';
import type { Tx } from '../../store/database';
import { readPeople, type ClaimBatch, type RunRow } from './candidate';
import { controlGroups } from './control-groups';
import { frequency } from './frequency';
import { people as peopleCheck } from './people';

/** Checks that say the same of a person whoever else is sent to. */
const OF_ONE_PERSON = [peopleCheck, controlGroups, frequency];

export interface PreviewInput {
	campaignId: string;
	who: WhoGetsIt;
	channel: Channel;
	people: number[];
}

export interface NotSentTo {
	person: number;
	reason: Reason;
	detail: string | null;
}

/** Who of these people a campaign would not send to at this moment, and why: by the checks of a claim themselves. Nothing is taken. */
export async function notSentTo(tx: Tx, { campaignId, who, channel, people }: PreviewInput, { now, zone }: QuestionContext): Promise<NotSentTo[]> {
	const run: RunRow = { run: 0, campaignId, state: 'running', who, seed: 0, qualified: 0 };
	const messages = people.map((person) => ({ entry: 0, visit: 0, key: '', run: run.run, campaignId, person, addressHash: null }));
	const rows = await readPeople(tx, messages);
	const candidates = messages.map((message) => ({
		message, run, person: rows.get(`${run.run}/${message.person}`), hasRoom: false, windowStart: null, place: null,
	}));
	const batch: ClaimBatch = { node: 0, channel, now, zone, settings: await settingsOf(tx), runs: new Map([[run.run, run]]), candidates };
	const found = new Map<number, NotSentTo>();
	for (const check of OF_ONE_PERSON) {
		const judge = await check.prepare(tx, batch);
		for (const candidate of candidates) {
			const { person } = candidate.message;
			const verdict = found.has(person) ? undefined : judge?.judge(candidate);
			if (verdict?.kind === 'refuse') found.set(person, { person, reason: verdict.reason, detail: verdict.detail ?? null });
		}
	}
	return [...found.values()];
}
