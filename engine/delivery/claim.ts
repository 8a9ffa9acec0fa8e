import { randomUUID } from 'node:crypto';

import type { Channel } from '../people/records';
import type { Reason } from '../reasons';
import { settingsOf } from '../settings/read';
import { operation, type OperationContext, type Tx } from '../store/database';
import { Counts, readPeople, readRuns, type Candidate, type ClaimBatch } from './checks/candidate';
import type { Verdict, Wait } from './checks/check';
import { hasControlGroups } from './checks/control-groups';
import { judge, lockForChecks } from './checks/registry';
import { lockForControlGroups, recordControlGroups } from './control-events';
import { inDrawnOrder } from './drawn-order';
import { putBack } from './hold-message';
import { giveBackPlaces } from './places';
import type { MessageState } from './states';
import { identityOf, stored, takeOver, type StoredMessage } from './stored-messages';

/** One message to be: one send to one person by one sender on one visit of an entry. */
export interface MessageClaim {
	entry: number;
	visit: number;
	/** Tells several messages of one entry at one sender apart; usually ''. */
	key: string;
	run: number;
	campaignId: string;
	person: number;
	/** Hash of the address, to find two profiles with one phone; null when there is none. */
	addressHash: string | null;
	/** JSON of what the item carries besides the person; kept until the message is settled, should it have to be sent by another process. */
	payload?: string | null;
	/** Already known not to be sent, and why. */
	refuse?: { reason: Reason; detail?: string };
}

export interface ClaimedMessage {
	entry: number;
	visit: number;
	key: string;
	message: number;
	state: MessageState;
	reason: Reason | null;
	detail: string | null;
	provider: string | null;
	/** Ours to send now. Otherwise `state` is what came of it before, or it is in other hands. */
	mine: boolean;
}

/** A message that was judged. */
interface Judged {
	candidate: Candidate;
	verdict: Verdict;
}

/** The longest wait for a place that may come free. */
const MAX_WAIT_MS = 60_000;

/**
 * Claims a batch of messages of one sender, in one transaction with every check that depends on others (see
 * checks/registry). What fails a check is recorded with its reason; what has to wait is held at the sender, or refused
 * where nothing can be held. Messages that exist already keep their outcome; void claims are taken over; messages that
 * were being sent by a process that is gone become `unknown`.
 */
export const claimMessages = operation<
	{ node: number; channel: Channel; token: string; messages: MessageClaim[]; canHold?: boolean },
	ClaimedMessage[]
>(async (tx, { node, channel, token, messages: given, canHold = true }, context) => {
	const [runs, settings] = [await readRuns(tx, given), await settingsOf(tx)];
	// Before any other lock: nobody is merged or erased until it is written who is sent to.
	if (hasControlGroups({ runs, settings })) await lockForControlGroups(tx);
	else await tx.lock('people', 'beside others');
	const messages = await ofPeopleNow(tx, given);
	const known = new Map((await takeOver(tx, node, token, messages, context)).map((message) => [identityOf(message), message]));
	const isOpen = (message: MessageClaim) => {
		const before = known.get(identityOf(message));
		return !before || (before.token === token && before.state === 'claimed');
	};
	// A message that waited is checked like a new one: its person may have opted out meanwhile.
	const judged = await check(tx, { node, channel, now: context.now, zone: context.zone, runs, settings }, messages.filter(isOpen), known, canHold);
	const fresh = judged.filter(({ candidate }) => candidate.known === undefined);
	const inserted = await insert(tx, node, channel, token, fresh, context);
	await updateTakenOver(tx, token, judged.filter(({ candidate }) => candidate.known !== undefined), context.now);
	await wait(tx, node, token, judged, context);
	for (const message of inserted) known.set(identityOf(message), message);
	// What has changed since it was read, or was inserted by somebody else at the same time.
	const changed = judged.filter(({ candidate, verdict }) => verdict?.kind === 'wait' || !inserted.has(known.get(identityOf(candidate.message)) as StoredMessage));
	for (const message of await stored(tx, node, changed.map(({ candidate }) => candidate.message))) known.set(identityOf(message), message);
	const all = [...new Set(messages.map(identityOf))].flatMap((id) => known.get(id) ?? []);
	await recordControlGroups(tx, all.filter((message) => message.token === token), context.now);
	return all.map(({ token: holder, counts: _counts, place: _place, windowStart: _window, ...message }) => ({
		...message,
		mine: holder === token && message.state === 'claimed',
	}));
});

/** A fresh token for one batch: whoever lost a claim to somebody else cannot send under it any more. */
export function claimToken(): string {
	return randomUUID();
}

/** The messages under the numbers that their entries are of by now: people may have been merged since these were read. */
async function ofPeopleNow(tx: Tx, messages: MessageClaim[]): Promise<MessageClaim[]> {
	const rows = await tx.allOf<{ entry: number; person: number }>(
		{ entry: 'integer' },
		[...new Set(messages.map(({ entry }) => entry))].map((entry) => [entry]),
		(given) => `SELECT e.entry, e.person FROM ${given} AS a ${tx.dialect.each('entry', 'e', 'e.entry = a.entry')}`,
	);
	const people = new Map(rows.map(({ entry, person }) => [entry, person]));
	return messages.map((message) => ({ ...message, person: people.get(message.entry) ?? message.person }));
}

/** Judges messages, in the order in which they may take places. */
async function check(
	tx: Tx,
	where: Omit<ClaimBatch, 'candidates'>,
	messages: MessageClaim[],
	known: ReadonlyMap<string, StoredMessage>,
	canHold: boolean,
): Promise<Judged[]> {
	if (messages.length === 0) return [];
	const { runs } = where;
	// A message that stands twice in the batch is one.
	const ordered = inDrawnOrder([...new Map(messages.map((message) => [identityOf(message), message])).values()], runs);
	const candidates = ordered.map((message) => toCandidate(message, runs, known.get(identityOf(message))));
	const batch: ClaimBatch = { ...where, candidates };
	await lockForChecks(tx, batch);
	const people = await readPeople(tx, messages);
	for (const candidate of candidates) candidate.person = people.get(`${candidate.message.run}/${candidate.message.person}`);
	const verdicts = await judge(tx, batch);
	return candidates.map((candidate) => {
		const verdict = verdicts.get(candidate);
		const final: Verdict = verdict?.kind === 'wait' && !canHold ? { kind: 'refuse', reason: verdict.otherwise, detail: verdict.detail } : verdict;
		return { candidate, verdict: final };
	});
}

function toCandidate(message: MessageClaim, runs: ClaimBatch['runs'], before: StoredMessage | undefined): Candidate {
	const run = runs.get(message.run);
	if (!run) throw new Error(`There is no run ${message.run}`);
	return {
		message, run,
		known: before?.message,
		hasRoom: before !== undefined && before.counts !== Counts.nothing,
		windowStart: before?.windowStart ?? null,
		place: before?.place ?? null,
	};
}

/** What a message counts for from now on. */
function countsOf({ candidate, verdict }: Judged): number {
	if (verdict && !candidate.hasRoom) return Counts.nothing;
	return candidate.run.who.outsideGlobalLimits ? Counts.campaignOnly : Counts.everything;
}

function refusalOf({ candidate, verdict }: Judged): { reason: Reason; detail?: string } | undefined {
	if (verdict?.kind !== 'refuse') return undefined;
	// The detail may quote the address.
	return candidate.person?.erased ? { reason: verdict.reason } : verdict;
}

async function updateTakenOver(tx: Tx, token: string, judged: Judged[], now: number): Promise<void> {
	if (judged.length === 0) return;
	const rows = judged.map((one) => [
		one.candidate.known as number, refusalOf(one) ? 1 : 0, refusalOf(one)?.reason ?? null, refusalOf(one)?.detail ?? null,
		countsOf(one), one.candidate.place, one.candidate.windowStart, one.candidate.message.addressHash,
	]);
	const refused = await tx.all<{ message: number; state: string }>(
		`UPDATE message SET counts = a.counts, place = a.place, window_start = a.window_start,
			state = CASE WHEN a.refused = 1 THEN 'not_sent' ELSE message.state END,
			reason = CASE WHEN a.refused = 1 THEN a.reason ELSE message.reason END,
			detail = CASE WHEN a.refused = 1 THEN a.detail ELSE message.detail END,
			payload = CASE WHEN a.refused = 1 THEN NULL ELSE message.payload END,
			settled_at = CASE WHEN a.refused = 1 THEN $3 ELSE message.settled_at END,
			address_hash = CASE WHEN a.refused = 1 THEN message.address_hash ELSE a.address_hash END
		 FROM ${tx.dialect.rows('$1', {
				message: 'integer', refused: 'integer', reason: 'text', detail: 'text', counts: 'integer', place: 'text', window_start: 'integer', address_hash: 'text',
			})} AS a
		 WHERE message.message = a.message AND message.token = $2 AND message.state = 'claimed'
		 RETURNING message.message, message.state`,
		[JSON.stringify(rows), token, now],
	);
	await giveBackPlaces(tx, refused.filter(({ state }) => state === 'not_sent').map(({ message }) => message));
}

const COLUMNS = {
	entry: 'integer', node: 'integer', visit: 'integer', message_key: 'text', run: 'integer', campaign_id: 'text', person: 'integer', channel: 'text',
	state: 'text', reason: 'text', detail: 'text', address_hash: 'text', settled_at: 'integer', payload: 'text',
	counts: 'integer', place: 'text', window_start: 'integer', owner: 'text', token: 'text', claimed_at: 'integer',
} as const;

const UNIQUE = { id: 'message', key: ['entry', 'node', 'visit', 'message_key'] };

/** Returns those that were inserted, with their new numbers; the others are there already. */
async function insert(
	tx: Tx,
	node: number,
	channel: Channel,
	token: string,
	judged: Judged[],
	{ now, owner }: OperationContext,
): Promise<Set<StoredMessage>> {
	if (judged.length === 0) return new Set();
	const messages = judged.map((one): Omit<StoredMessage, 'message'> => {
		const { message: { entry, visit, key }, place, windowStart } = one.candidate;
		const { reason = null, detail = null } = refusalOf(one) ?? {};
		return { entry, visit, key, state: reason === null ? 'claimed' : 'not_sent', reason, detail, provider: null, token, counts: countsOf(one), place, windowStart };
	});
	const numbers = await tx.insertAbsent(
		'message', UNIQUE, COLUMNS,
		messages.map(({ entry, visit, key, state, reason, detail, counts, place, windowStart }, index) => {
			const { message: { run, campaignId, person, addressHash, payload = null }, person: known } = (judged[index] as Judged).candidate;
			return [
				entry, node, visit, key, run, campaignId, person, channel, state, reason, detail, known?.erased ? null : addressHash,
				reason === null ? null : now, reason === null ? payload : null, counts, place, windowStart, owner, token, now,
			];
		}),
	);
	return new Set(messages.flatMap((message, index) => (numbers[index] === undefined ? [] : [{ ...message, message: numbers[index] }])));
}

/** Holds what has to wait; who waits for a place that may come free looks less and less often. */
async function wait(tx: Tx, node: number, token: string, judged: Judged[], { now }: OperationContext): Promise<void> {
	const waiting = judged.filter((one): one is Judged & { verdict: Wait } => one.verdict?.kind === 'wait');
	if (waiting.length === 0) return;
	const claimed = await stored(tx, node, waiting.map(({ candidate }) => candidate.message));
	const byIdentity = new Map(claimed.map((message) => [identityOf(message), message.message]));
	const since = await heldSince(tx, node, waiting.map(({ candidate }) => candidate.message));
	await putBack(
		tx, node,
		waiting.map(({ candidate: { message, windowStart }, verdict }) => {
			const { entry, visit, run, payload = null } = message;
			const waited = now - (since.get(`${entry}/${visit}`) ?? now);
			const until = verdict.until === windowStart ? verdict.until : Math.max(verdict.until, now + Math.min(waited, MAX_WAIT_MS));
			return { message: byIdentity.get(identityOf(message)) as number, token, entry, visit, run, until, payload, detail: verdict.detail };
		}),
		now,
	);
}

async function heldSince(tx: Tx, node: number, messages: MessageClaim[]): Promise<Map<string, number>> {
	const rows = await tx.allOf<{ entry: number; visit: number; held_at: number }>(
		{ entry: 'integer', visit: 'integer' },
		messages.map(({ entry, visit }) => [entry, visit]),
		(given) => `SELECT h.entry, h.visit, h.held_at FROM ${given} AS a JOIN hold h ON h.entry = a.entry AND h.node = $1 AND h.visit = a.visit`,
		[node],
	);
	return new Map(rows.map(({ entry, visit, held_at }) => [`${entry}/${visit}`, held_at]));
}
