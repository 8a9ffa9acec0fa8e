import { randomUUID } from 'node:crypto';

import type { Channel } from '../people/records';
import type { Reason } from '../reasons';
import { operation, type OperationContext, type Tx } from '../store/database';
import { ownerIsGone } from '../store/processes';
import { CLAIM_MS, type MessageState } from './states';

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

interface StoredMessage extends Omit<ClaimedMessage, 'mine'> {
	token: string;
}

/**
 * Claims a batch of messages of one sender, in one transaction with every check that depends on others: the person's
 * opt-out as it stands now, a second profile with the same address, the run's state. What fails a check is recorded
 * with its reason. Messages that exist already keep their outcome; void claims are taken over; messages that were
 * being sent by a process that is gone become `unknown`.
 */
export const claimMessages = operation<
	{ node: number; channel: Channel; token: string; messages: MessageClaim[] },
	ClaimedMessage[]
>(async (tx, { node, channel, token, messages }, context) => {
	const known = new Map((await takeOver(tx, node, token, messages, context)).map((message) => [identityOf(message), message]));
	const isOpen = (message: MessageClaim) => {
		const before = known.get(identityOf(message));
		return !before || (before.token === token && before.state === 'claimed');
	};
	// A message that waited is checked like a new one: its person may have opted out meanwhile.
	const checked = await check(tx, node, channel, messages.filter(isOpen));
	await insert(tx, node, channel, token, checked.filter((message) => !known.has(identityOf(message))), context);
	await refuseTakenOver(tx, node, token, checked.filter((message) => message.refuse && known.has(identityOf(message))), context.now);
	const all = await stored(tx, node, messages);
	return all.map(({ token: holder, ...message }) => ({ ...message, mine: holder === token && message.state === 'claimed' }));
});

/** A fresh token for one batch: whoever lost a claim to somebody else cannot send under it any more. */
export function claimToken(): string {
	return randomUUID();
}

function identityOf({ entry, visit, key }: { entry: number; visit: number; key: string }): string {
	return `${entry}/${visit}/${key}`;
}

function asked(tx: Tx): string {
	return tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', message_key: 'text' });
}

async function stored(tx: Tx, node: number, messages: MessageClaim[]): Promise<StoredMessage[]> {
	return await tx.all<StoredMessage>(
		`SELECT m.message, m.entry, m.visit, m.message_key AS key, m.state, m.reason, m.detail, m.provider, m.token
		 FROM ${asked(tx)} AS a
		 JOIN message m ON m.entry = a.entry AND m.node = $2 AND m.visit = a.visit AND m.message_key = a.message_key`,
		[keys(messages), node],
	);
}

function keys(messages: MessageClaim[]): string {
	return JSON.stringify(messages.map(({ entry, visit, key }) => [entry, visit, key]));
}

/** Settles what a dead process left behind among these messages, and returns all that exist. */
async function takeOver(
	tx: Tx,
	node: number,
	token: string,
	messages: MessageClaim[],
	{ now, owner }: OperationContext,
): Promise<StoredMessage[]> {
	const among = `message IN (SELECT m.message FROM ${asked(tx)} AS a
		JOIN message m ON m.entry = a.entry AND m.node = $2 AND m.visit = a.visit AND m.message_key = a.message_key)`;
	await tx.run(
		`UPDATE message SET state = 'unknown', reason = 'unknown_outcome', settled_at = $3,
			detail = 'The process that was sending it ended before the provider''s answer was recorded'
		 WHERE ${among} AND state = 'sending' AND ${ownerIsGone('message.owner', '$3')}`,
		[keys(messages), node, now],
	);
	await tx.run(
		`UPDATE message SET state = 'claimed', owner = $3, token = $4, claimed_at = $5
		 WHERE ${among} AND (state = 'held' OR (state = 'claimed' AND (claimed_at < $6 OR ${ownerIsGone('message.owner', '$5')})))`,
		[keys(messages), node, owner, token, now, now - CLAIM_MS],
	);
	return await stored(tx, node, messages);
}

async function check(tx: Tx, node: number, channel: Channel, messages: MessageClaim[]): Promise<MessageClaim[]> {
	if (messages.length === 0) return [];
	// Somebody merged meanwhile is who they were merged into; one of the two is enough in a run.
	const people = await tx.all<{ person: number; survivor: number; opted_out: string; erased_at: number | null; run: number; in_run: number }>(
		`SELECT p.person, s.person AS survivor, s.opted_out, s.erased_at, a.run,
			CASE WHEN p.merged_into IS NOT NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.run = a.run AND e.person = p.merged_into) THEN 1 ELSE 0 END AS in_run
		 FROM ${tx.dialect.rows('$1', { person: 'integer', run: 'integer' })} AS a
		 JOIN person p ON p.person = a.person JOIN person s ON s.person = coalesce(p.merged_into, p.person)`,
		[JSON.stringify(messages.map(({ person, run }) => [person, run]))],
	);
	const byNumber = new Map(people.map((row) => [`${row.run}/${row.person}`, row]));
	const runs = await tx.all<{ run: number; state: string }>(
		`SELECT r.run, r.state FROM run r WHERE r.run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS asked)`,
		[JSON.stringify([...new Set(messages.map(({ run }) => run))].map((run) => [run]))],
	);
	const stopped = new Set(runs.filter((run) => run.state === 'stopped').map((run) => run.run));
	const taken = await takenAddresses(tx, node, messages);

	return messages.map((message) => {
		if (message.refuse) return message;
		if (stopped.has(message.run)) return refuse(message, 'campaign_stopped');
		const person = byNumber.get(`${message.run}/${message.person}`);
		if (person?.erased_at) return refuse(message, 'erased');
		if (person?.in_run) return refuse(message, 'merged_duplicate');
		const optedOut = JSON.parse(person?.opted_out ?? '{}') as Partial<Record<Channel, boolean>>;
		if (optedOut[channel]) return refuse(message, 'profile_not_reachable', `Opted out of ${channel}`);
		if (message.addressHash !== null) {
			// Several messages to one person under different keys are meant.
			const address = `${message.run}/${message.addressHash}`;
			const holder = taken.get(address);
			if (holder !== undefined && holder !== message.person) return refuse(message, 'duplicate_address');
			taken.set(address, message.person);
		}
		return message;
	});
}

function refuse(message: MessageClaim, reason: Reason, detail?: string): MessageClaim {
	return { ...message, refuse: { reason, detail } };
}

/** Addresses that a message of this run and sender has (or may have) gone to: run/hash -> person. The run is locked, so that two batches cannot both find an address free. */
async function takenAddresses(tx: Tx, node: number, messages: MessageClaim[]): Promise<Map<string, number>> {
	const withAddress = messages.filter((message) => message.addressHash !== null);
	for (const run of [...new Set(withAddress.map((message) => message.run))].sort((a, b) => a - b)) {
		await tx.lock(`addresses ${run} ${node}`);
	}
	const rows = await tx.all<{ run: number; address_hash: string; person: number }>(
		`SELECT m.run, m.address_hash, m.person FROM ${tx.dialect.rows('$1', { run: 'integer', address_hash: 'text' })} AS a
		 JOIN message m ON m.run = a.run AND m.node = $2 AND m.address_hash = a.address_hash
		 WHERE m.state NOT IN ('failed', 'not_sent')`,
		[JSON.stringify(withAddress.map(({ run, addressHash }) => [run, addressHash])), node],
	);
	return new Map(rows.map((row) => [`${row.run}/${row.address_hash}`, row.person]));
}

async function refuseTakenOver(tx: Tx, node: number, token: string, messages: MessageClaim[], now: number): Promise<void> {
	if (messages.length === 0) return;
	const rows = messages.map(({ entry, visit, key, refuse: refusal }) => [entry, visit, key, refusal?.reason ?? null, refusal?.detail ?? null]);
	await tx.run(
		`UPDATE message SET state = 'not_sent', reason = a.reason, detail = a.detail, payload = NULL, settled_at = $4
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', message_key: 'text', reason: 'text', detail: 'text' })} AS a
		 WHERE message.entry = a.entry AND message.node = $2 AND message.visit = a.visit AND message.message_key = a.message_key
		   AND message.token = $3 AND message.state = 'claimed'`,
		[JSON.stringify(rows), node, token, now],
	);
}

async function insert(
	tx: Tx,
	node: number,
	channel: Channel,
	token: string,
	messages: MessageClaim[],
	{ now, owner }: OperationContext,
): Promise<void> {
	if (messages.length === 0) return;
	const rows = messages.map((message) => [
		message.entry, message.visit, message.key, message.run, message.campaignId, message.person,
		message.refuse ? 'not_sent' : 'claimed', message.refuse?.reason ?? null, message.refuse?.detail ?? null,
		message.addressHash, message.refuse ? now : null, message.refuse ? null : (message.payload ?? null),
	]);
	await tx.run(
		`INSERT INTO message (entry, visit, message_key, run, campaign_id, person, state, reason, detail, address_hash, settled_at, payload,
			node, channel, owner, token, claimed_at)
		 SELECT a.entry, a.visit, a.message_key, a.run, a.campaign_id, a.person, a.state, a.reason, a.detail, a.address_hash, a.settled_at, a.payload,
			$2, $3, $4, $5, $6
		 FROM ${tx.dialect.rows('$1', {
				entry: 'integer', visit: 'integer', message_key: 'text', run: 'integer', campaign_id: 'text', person: 'integer',
				state: 'text', reason: 'text', detail: 'text', address_hash: 'text', settled_at: 'integer', payload: 'text',
			})} AS a WHERE true
		 ON CONFLICT (entry, node, visit, message_key) DO NOTHING`,
		[JSON.stringify(rows), node, channel, owner, token, now],
	);
}
