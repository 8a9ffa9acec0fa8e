import { CampaignError } from '../errors';
import { planAudience, type Difference } from './plan';
import { endWhatWasCutOff } from './replace';
import { identifiersIn, newSession, noteInvalid, rowsIn, wanted, withLast, withTurn, type AudienceResult, type AudienceWork } from './run';
import { LeavingIdentifiers } from './shared-identifiers';
import { MemberState } from './states';
import type { Turn } from './turn';

/**
 * Makes an audience the segment by sending the difference to what was sent before: takes back whoever has left, with the
 * identifiers they were sent with, and adds whoever is new or has other identifiers now. Of people who came into the audience in
 * another way nothing is known; they stay. Whatever is cut off is done by the next run, in part again, which does no harm.
 */
export async function syncAudience(work: AudienceWork): Promise<AudienceResult> {
	return await withTurn(work, async (turn, { replacement, expired }) => {
		const { store } = work;
		if (replacement) {
			throw new CampaignError('audience_replacing', `A replacement of audience ${work.audience} was cut off after ${replacement.sent} of ${replacement.total} people`, 'Run "Replace with Segment" once more: it goes on where it stopped. After 90 minutes it is over, and this works again.');
		}
		if (expired) await endWhatWasCutOff(store, turn, expired);
		const difference = await planAudience(store, turn.audience, await wanted(work), async (changes) => await store.call('changeAudience', { turn, ...changes }));
		const result: AudienceResult = { ...difference, added: 0, removed: 0, sharing: 0, invalid: 0, invalidSamples: [], notRemoved: (await store.ask('audienceSize', { id: work.audience })).notRemoved };
		if (difference.leaving > 0) {
			// Before anybody leaves: when this is cut off, they are known to be sent again.
			result.sharing = await addAgainWhoShares(work, turn);
			result.removed = await sendAll(work, turn, 'remove', result);
		}
		result.added = await sendAll(work, turn, 'add', result);
		return result;
	});
}

/** What `syncAudience` would do, without doing it. */
export async function compareAudience(work: AudienceWork): Promise<Difference> {
	const { audience } = await work.store.ask('audienceSize', { id: work.audience });
	return await planAudience(work.store, audience, await wanted(work), async () => {});
}

/** How many rows that stay share an identifier with one that leaves. */
async function addAgainWhoShares(work: AudienceWork, turn: Turn): Promise<number> {
	const leaving = new LeavingIdentifiers();
	for await (const members of rowsIn(work, turn, [MemberState.leaving])) for (const member of members) leaving.add(identifiersIn(member));
	let sharing = 0;
	for await (const members of rowsIn(work, turn, [MemberState.present])) {
		const again = members.filter((member) => leaving.mayHoldOne(identifiersIn(member)));
		sharing += again.length;
		if (again.length > 0) await work.store.call('changeAudience', { turn, again });
	}
	return sharing;
}

/** Sends all rows that are to be added or removed, and writes down what was taken. @returns how many */
async function sendAll(work: AudienceWork, turn: Turn, change: 'add' | 'remove', result: AudienceResult): Promise<number> {
	const { store } = work;
	const size = await store.ask('audienceSize', { id: work.audience });
	const total = change === 'add' ? size.adding : size.leaving;
	const session = newSession(work);
	let sent = 0;
	let batch = 0;
	for await (const { members, last } of withLast(rowsIn(work, turn, [change === 'add' ? MemberState.adding : MemberState.leaving]))) {
		sent += members.length;
		const answer = await work.send({ change, rows: members.map(identifiersIn), session: { id: session, batch: ++batch, last, total } });
		noteInvalid(result, answer);
		await store.call('changeAudience', { turn, ...(change === 'add' ? { present: members } : { gone: members }) });
	}
	return sent;
}
