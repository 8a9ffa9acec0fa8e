import type { Channel } from '../../people/records';
import type { Reason } from '../../reasons';

/**
 * What a provider can say of a message.
 * - `sent`: it took the message, or handed it on. All that is known by that is that the message left.
 * - `delivered`, `viewed`, `clicked`, `replied`: it reached somebody, and what they did.
 * - `failed`: it did not reach anybody, and will not; `reason` says why.
 * - `bounced`: the address does not exist, or takes nothing any more; whoever has it is not sent to on this channel again.
 * - `complained`, `unsubscribed`: the person wants no more of it.
 * - `resubscribed`: the person wants it again.
 */
export const RECEIPT_STATUSES = ['sent', 'delivered', 'viewed', 'clicked', 'replied', 'failed', 'bounced', 'complained', 'unsubscribed', 'resubscribed'] as const;

export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

/** One thing a provider reports. Either `messageId` or `providerId` is there; of SMTP and of texts to Twilio `address` may be all. */
export interface Receipt {
	channel: Channel;
	status: ReceiptStatus;
	/** Our id of the message, as the provider was handed it. */
	messageId?: string;
	/** The provider's id of the message, as its answer to sending had it. */
	providerId?: string;
	/** That id may be of a part of the message, each of which has its own: of `failed`, one that its answer did not have; else, it is not kept for all of them. */
	mayBeOfPart?: boolean;
	/** Of `failed` and `bounced`. */
	reason?: Reason;
	/** Where the message went. */
	address?: string;
	/** Epoch milliseconds; absent: now. */
	at?: number;
	/** Of what a person says: the provider's id of that, where it gives no time. */
	occurrence?: string;
	/** The provider's own code and words, for the operator. */
	code?: string;
	detail?: string;
	/** Of `clicked`. */
	url?: string;
	/** Of `replied`. */
	text?: string;
}

/** A request to an address for receipts, as it came. */
export interface ReceiptRequest {
	method: string;
	/** The addresses the provider may have called, with their query: a proxy hides which one it was. The likeliest first. */
	urls: readonly string[];
	query: URLSearchParams;
	/** Lower-case names. */
	headers: Readonly<Record<string, string | undefined>>;
	body: Buffer;
}

/** A signature that holds for one content alone, though it was not made of it. */
export interface SignedFor {
	/** Hashes. */
	signature: string;
	content: string;
	/** From when on the signature is too old to be believed. Epoch milliseconds. */
	expiresAt: number;
}

/** How the receipts of one provider are told from forgeries, and read. One for each kind, beside the provider's class. */
export interface ReceiptReader {
	/** Whether the request is from the provider. Compares in constant time; must not throw for whatever comes. */
	verify(request: ReceiptRequest): boolean | Promise<boolean>;
	/** What a verified request says; what is no receipt is left out. Throws UnreadableReceipt for what cannot be read at all. */
	parse(request: ReceiptRequest): Receipt[];
	/** Of a verified request: what its signature is used for, where that does not cover what it says. */
	signedFor?(request: ReceiptRequest): SignedFor;
	/** What the provider is told when all is recorded, where a plain "OK" would not do. */
	readonly reply?: { text: string; contentType: string };
	/** What a verified request asks for besides, such as the confirmation of a subscription. */
	attend?(request: ReceiptRequest): Promise<void>;
}

/** A verified request that makes no sense; answered with 400. */
export class UnreadableReceipt extends Error {}
