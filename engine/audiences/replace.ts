import { FIELDS, KEYS, type Field, type Key } from '../channels/export/meta/keys';
import { CampaignError } from '../errors';
import type { Store } from '../store/store';
import type { Member } from './members';
import { planAudience, START, type Difference } from './plan';
import { isCurrent, type Replacement } from './replacement';
import { identifiersIn, newSession, noteInvalid, rowsIn, wanted, withLast, withTurn, type AudienceResult, type AudienceWork } from './run';
import { MemberState } from './states';
import type { Turn } from './turn';

/** What a replacement did. */
export interface ReplaceResult extends AudienceResult {
	/** It went on with a replacement that was cut off, and brought to its end what that one was to do. */
	resumed: boolean;
	/** Time was over before everybody was sent: how many are yet to be added. */
	left: number;
}

const NOBODY: Difference = { wanted: 0, nameless: 0, coming: 0, leaving: 0, unchanged: 0 };

/** Answers by which Meta has ended a session: it timed out, is finished, or never began. */
const SESSION_OVER = /^meta_2650_18701(47|58|59)$/;

/**
 * Replaces everybody in an audience by the people of a segment, in one session: also those who came into it in another way. One
 * that was cut off goes on with the people and batches it had, as Meta takes no other for 90 minutes; what has changed since, the
 * next run does.
 */
export async function replaceAudience(work: AudienceWork): Promise<ReplaceResult> {
	return await withTurn(work, async (turn, { replacement, expired }) => {
		const { store } = work;
		if (expired) await endWhatWasCutOff(store, turn, expired);
		const difference = replacement ? NOBODY : await planAudience(store, turn.audience, await wanted(work), async (changes) => await store.call('changeAudience', { turn, ...changes }));
		const result: ReplaceResult = { ...difference, added: 0, removed: 0, sharing: 0, invalid: 0, invalidSamples: [], notRemoved: 0, resumed: replacement !== undefined, left: 0 };
		const state = replacement ?? (await begin(work));
		return await sendRows(work, turn, state, result);
	});
}

/** A replacement that came to no end in time: Meta has made the audience of what had come. */
export async function endWhatWasCutOff(store: Store, turn: Turn, { upTo, startedAt }: Replacement): Promise<void> {
	while ((await store.call('endReplacement', { turn, upTo, startedAt, complete: false })).left);
}

async function begin(work: AudienceWork): Promise<Replacement> {
	const { present, adding } = await work.store.ask('audienceSize', { id: work.audience });
	if (present + adding === 0) {
		throw new CampaignError('audience_of_nobody', 'Nobody of the segment has any of the chosen identifiers: an audience cannot be replaced by nobody', 'Check the segment and the identifiers. To empty the audience, use "Sync with Segment", or delete it in the Audience Manager.');
	}
	return { session: newSession(work), startedAt: work.store.clock.now(), keys: keysOf(work.mapping.fields), total: present + adding, sent: 0, batches: 0, upTo: START };
}

/** Keys in the order of rows. */
function keysOf(fields: readonly Field[]): Key[] {
	const chosen = new Set(FIELDS.filter(({ field }) => fields.includes(field)).flatMap(({ keys }) => keys));
	return KEYS.filter((key) => chosen.has(key));
}

async function sendRows(work: AudienceWork, turn: Turn, begun: Replacement, result: ReplaceResult): Promise<ReplaceResult> {
	const { store } = work;
	let state = begun;
	if (state.batches === 0) await store.call('noteReplacement', { turn, replacement: state });
	for await (const { members, last } of withLast(rowsIn(work, turn, [MemberState.present, MemberState.adding], state.upTo))) {
		if (!isCurrent(state, store.clock.now())) break;
		const sent = state.sent + members.length;
		const session = { id: state.session, batch: state.batches + 1, last, total: state.total };
		noteInvalid(result, await sendBatch(work, turn, state, { change: 'replace', rows: members.map(identifiersIn), keys: state.keys, session }));
		const { person, digest } = members.at(-1) as Member;
		state = { ...state, sent, total: last ? sent : state.total, batches: session.batch, upTo: { person, digest } };
		await store.call('noteReplacement', { turn, replacement: state });
		result.added += members.length;
	}
	const complete = state.sent >= state.total;
	while ((await store.call('endReplacement', { turn, upTo: state.upTo, startedAt: state.startedAt, complete })).left);
	const { notRemoved } = await store.ask('audienceSize', { id: work.audience });
	return { ...result, removed: complete ? result.leaving : 0, left: state.total - state.sent, notRemoved };
}

async function sendBatch(work: AudienceWork, turn: Turn, state: Replacement, request: Parameters<AudienceWork['send']>[0]): ReturnType<AudienceWork['send']> {
	try {
		return await work.send(request);
	} catch (error) {
		// Nothing can be added to this session any more: the next run begins another one.
		if (error instanceof CampaignError && SESSION_OVER.test(error.code)) await endWhatWasCutOff(work.store, turn, state);
		throw error;
	}
}
