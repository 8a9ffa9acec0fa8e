import { hash } from 'node:crypto';

import type { Tx } from '../../store/database';
import type { NumberedReceipt } from './apply';
import { EARLIER, isOfEarlierAttempt } from './attempts';
import { isConsentOfPerson, subscribedAgainAt } from './consent';
import { BY_LINK, RESUBSCRIBED, UNSUBSCRIBED_TYPES } from './events';
import type { FoundMessage } from './find';
import { stateAfter } from './moves';
import { receiptsOf, type KnownReceipt } from './rows';

/** A receipt with the message it is of. */
export interface Placed {
	index: number;
	receipt: NumberedReceipt;
	message: FoundMessage;
	/** Epoch milliseconds, never ahead of now. */
	at: number;
	/** See KnownReceipt. */
	mark: string;
}

export function place(index: number, receipt: NumberedReceipt, message: FoundMessage, now: number): Placed {
	const mark = isOfEarlierAttempt(receipt, message) ? EARLIER : markOf(receipt);
	return { index, receipt: message.isErased ? withoutWords(receipt) : receipt, message, at: Math.min(receipt.at ?? receipt.heardAt ?? now, now), mark };
}

/** A provider's words may quote the address. */
function withoutWords({ detail: _detail, address: _address, ...receipt }: NumberedReceipt): NumberedReceipt {
	return receipt;
}

const LONGEST_MARK = 60;

/** Clicks on several links are several things, and so is what people say of their consent at several times; everything else happens to a message once. */
function markOf({ status, url, at, occurrence = '' }: NumberedReceipt): string {
	if (isConsentOfPerson(status)) return at === undefined ? occurrence.slice(0, LONGEST_MARK) : String(at);
	return status === 'clicked' && url !== undefined ? hash('sha256', url, 'base64url').slice(0, 16) : '';
}

/** What is new among receipts. */
export interface Fresh {
	fresh: Placed[];
	/** All that is known of the messages by now, by their numbers. */
	known: Map<number, KnownReceipt[]>;
	/** Of the new ones those by which people say once more what they have said of the message before. */
	saidBefore: Set<NumberedReceipt>;
}

/** Leaves out what is known already. */
export async function freshOf(tx: Tx, placed: readonly Placed[]): Promise<Fresh> {
	const known = await receiptsOf(tx, [...new Map(placed.map(({ message }) => [message.message, message])).values()]);
	const again = await subscribedAgainAt(tx, placed.filter(isTimelessOptOut).map(({ message }) => message));
	const saidBefore = new Set<NumberedReceipt>();
	const fresh = placed.flatMap((given): Placed[] => {
		const { receipt, message, at } = given;
		const { status } = receipt;
		const own = known.get(message.message) ?? [];
		const who = `${message.person} ${message.channel}`;
		const mark = isTimelessOptOut(given) && isSaidAnew(own, again.get(who)) ? String(at) : given.mark;
		// That it left is news of an unknown one only: no row for each message that was sent.
		if (status === 'sent' && stateAfter(message.state, ['sent']) === undefined) return [];
		if (own.some((other) => other.status === status && other.mark === mark)) return [];
		if (isConsentOfPerson(status) && own.some((other) => other.status === status)) saidBefore.add(receipt);
		if (status === RESUBSCRIBED) again.set(who, Math.max(at, again.get(who) ?? at));
		own.push({ status, mark, at, movedFrom: null });
		known.set(message.message, own);
		return [{ ...given, mark }];
	});
	return { fresh, known, saidBefore };
}

/** One that neither a time nor an id tells from a repetition. */
function isTimelessOptOut({ receipt: { status }, mark }: Placed): boolean {
	return UNSUBSCRIBED_TYPES.has(status) && mark === '';
}

/** Whether the person has subscribed again (epoch milliseconds) since a report last opted them out by this message: rather out twice than never. */
function isSaidAnew(own: readonly KnownReceipt[], subscribedAgain = -Infinity): boolean {
	const outs = own.filter(({ status, mark }) => UNSUBSCRIBED_TYPES.has(status) && mark !== BY_LINK);
	return outs.length > 0 && Math.max(...outs.map(({ at }) => at)) < subscribedAgain;
}
