import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Channel } from '../../people/records';
import type { Store } from '../../store/store';

/** Whose unsubscribe link it is. It names the person, too: so it works as long as they exist, even without the message. */
export interface UnsubscribeLink {
	/** Number of the message it stands in; 0: of a test or a preview. */
	message: number;
	/** Number of the person; 0: it is of a test or a preview, and unsubscribes nobody. */
	person: number;
	channel: Channel;
}

/** Query parameter of the address that carries the token. */
const PARAMETER = 't';

const TOKEN = /^((?<message>[0-9a-z]{1,11})\.(?<person>[0-9a-z]{1,11})\.(?<channel>[a-z]{1,10}))\.[\w-]{43}$/;

/**
 * The address at which somebody unsubscribes from a channel.
 * @param address of the Delivery Receipts node, checked by `checkUnsubscribeAddress`
 * @param messageId our id of the message; one that is of no message of this store is of a test, and the link unsubscribes nobody
 */
export function unsubscribeLink(store: Pick<Store, 'fingerprint' | 'secret'>, address: string, messageId: string, person: number, channel: Channel): string {
	const number = numberOf(store, messageId);
	const link: UnsubscribeLink = number > 0 ? { message: number, person, channel } : { message: 0, person: 0, channel };
	return `${address}?${PARAMETER}=${unsubscribeToken(store, link)}`;
}

/** Whether an id is of a message that is really sent; else it is of a test or a preview. */
export function isOfLedger(store: Pick<Store, 'fingerprint'>, messageId: string): boolean {
	return numberOf(store, messageId) > 0;
}

function numberOf({ fingerprint }: Pick<Store, 'fingerprint'>, messageId: string): number {
	return messageId.startsWith(`${fingerprint}-`) ? Number(messageId.slice(fingerprint.length + 1)) : 0;
}

/** The token of a link: whose it is, and its HMAC-SHA256 under a key of the store. */
export function unsubscribeToken(store: Pick<Store, 'secret'>, { message, person, channel }: UnsubscribeLink): string {
	const claim = `${message.toString(36)}.${person.toString(36)}.${channel}`;
	return `${claim}.${signature(store, claim)}`;
}

/** Whose link was called; undefined: it is none of this store's. Takes the same time however much of the signature is right. */
export function readUnsubscribeLink(store: Pick<Store, 'secret'>, query: URLSearchParams): UnsubscribeLink | undefined {
	const token = query.get(PARAMETER) ?? '';
	const read = TOKEN.exec(token);
	if (!read?.groups) return undefined;
	const claim = read[1] as string;
	if (!timingSafeEqual(Buffer.from(token.slice(claim.length + 1)), Buffer.from(signature(store, claim)))) return undefined;
	const { message = '', person = '', channel } = read.groups;
	return { message: Number.parseInt(message, 36), person: Number.parseInt(person, 36), channel: channel as Channel };
}

/** Under a key of its own: what else the store's secret signs can never be taken for a link, nor a link for that. */
function signature({ secret }: Pick<Store, 'secret'>, claim: string): string {
	const key = createHmac('sha256', secret).update('key of unsubscribe links').digest();
	return createHmac('sha256', key).update(claim).digest('base64url');
}
