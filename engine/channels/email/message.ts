import { CampaignError } from '../../errors';
import type { Reason } from '../../reasons';
import { toEmailAddress } from './address';

/** A file that goes along. Its content is read when the message is sent: a batch of messages need not hold them all. */
export interface EmailAttachment {
	filename: string;
	contentType: string;
	/** Throws where the content is not there any more. */
	content(): Promise<Buffer>;
}

/** An email ready to go to one person. */
export interface EmailMessage {
	to: string;
	from: { address: string; name?: string };
	replyTo?: string;
	/** Copies, besides the person. */
	cc?: readonly string[];
	bcc?: readonly string[];
	subject: string;
	html?: string;
	text: string;
	/** Further headers, such as List-Unsubscribe. */
	headers: Readonly<Record<string, string>>;
	attachments: readonly EmailAttachment[];
	/** Our message id: stable over retries, opaque. */
	messageId: string;
	campaignId: string;
}

/** Why an email cannot be sent by anybody. */
export interface EmailFault {
	reason: Reason;
	detail: string;
}

const LONGEST_SUBJECT = 900;
const LONGEST_NAME = 300;
const LONGEST_HEADER = 4_000;
const LONGEST_FILENAME = 200;
const MOST_COPIES = 20;
const MOST_ATTACHMENTS = 20;

/** Bytes of HTML and text, each. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** Bytes of all attachments; every provider but Postmark takes as much. */
export const MAX_ATTACHMENT_BYTES = 18 * 1024 * 1024;

/** Headers that are made of other fields of the message. */
const OWN_HEADERS = new Set(['from', 'to', 'cc', 'bcc', 'reply-to', 'sender', 'subject', 'date', 'message-id', 'mime-version', 'return-path', 'received', 'dkim-signature']);

/** What would let a value end its header line, or the whole head. */
const CONTROL = /\p{Cc}|[\u2028\u2029]/u;

/** The first thing wrong with a message, or undefined. Attachments are looked at when they are read. */
export function faultOf(message: EmailMessage): EmailFault | undefined {
	return addressFault(message) ?? headerFault(message) ?? sizeFault(message);
}

/** Throws a CampaignError for a message that nobody may send: it may have been made without the checks of this file. */
export function assertSendable(message: EmailMessage): void {
	const fault = faultOf(message);
	if (fault) throw new CampaignError(fault.reason, fault.detail);
}

function addressFault({ to, from, replyTo, cc = [], bcc = [] }: EmailMessage): EmailFault | undefined {
	const person = toEmailAddress(to);
	if (!person.ok) return { reason: 'invalid_recipient', detail: person.why };
	for (const address of [from.address, ...(replyTo ? [replyTo] : []), ...cc, ...bcc]) {
		const checked = toEmailAddress(address);
		if (!checked.ok) return { reason: 'personalization_failed', detail: checked.why };
	}
	if (cc.length + bcc.length > MOST_COPIES) return { reason: 'personalization_failed', detail: `There are more than ${MOST_COPIES} copies (CC and BCC)` };
	return undefined;
}

function headerFault({ from, subject, headers, attachments }: EmailMessage): EmailFault | undefined {
	const lines: Array<[name: string, value: string, longest: number]> = [
		['The subject', subject, LONGEST_SUBJECT],
		['The name of the sender', from.name ?? '', LONGEST_NAME],
		...Object.entries(headers).map(([name, value]): [string, string, number] => [`The header ${/^[\w-]+$/.test(name) ? name : ''}`.trim(), value, LONGEST_HEADER]),
		...attachments.flatMap(({ filename, contentType }): Array<[string, string, number]> => [['The name of an attachment', filename, LONGEST_FILENAME], ['The type of an attachment', contentType, LONGEST_FILENAME]]),
	];
	for (const [what, value, longest] of lines) {
		if (CONTROL.test(value)) return { reason: 'personalization_failed', detail: `${what} has a line break or a control character` };
		if (value.length > longest) return { reason: 'payload_too_large', detail: `${what} is longer than ${longest} characters` };
	}
	const wrong = Object.keys(headers).find((name) => !/^[A-Za-z][A-Za-z0-9-]{0,75}$/.test(name) || OWN_HEADERS.has(name.toLowerCase()));
	return wrong === undefined ? undefined : { reason: 'personalization_failed', detail: 'A header has a name that cannot be set' };
}

function sizeFault({ html = '', text, attachments }: EmailMessage): EmailFault | undefined {
	for (const [what, body] of [['HTML', html], ['text', text]] as const) {
		if (Buffer.byteLength(body) > MAX_BODY_BYTES) return { reason: 'payload_too_large', detail: `The ${what} is larger than ${MAX_BODY_BYTES} bytes` };
	}
	if (attachments.length > MOST_ATTACHMENTS) return { reason: 'payload_too_large', detail: `There are more than ${MOST_ATTACHMENTS} attachments` };
	return undefined;
}

/** An attachment with its content. */
export interface ReadAttachment {
	filename: string;
	contentType: string;
	content: Buffer;
}

/** Reads the attachments of a message. Throws a CampaignError when one is not there, or when they are too large together. */
export async function readAttachments({ attachments }: EmailMessage, maxBytes = MAX_ATTACHMENT_BYTES): Promise<ReadAttachment[]> {
	const read: ReadAttachment[] = [];
	let bytes = 0;
	for (const { filename, contentType, content } of attachments) {
		const buffer = await content().catch(() => {
			throw new CampaignError('attachment_lost', `The attachment "${filename}" could not be read`);
		});
		bytes += buffer.length;
		if (bytes > maxBytes) throw new CampaignError('payload_too_large', `The attachments are larger than ${maxBytes} bytes`);
		read.push({ filename, contentType, content: buffer });
	}
	return read;
}

/** The value of a Message-ID header, without angle brackets: ours at the sender's domain, so that a returned message can be told. */
export function messageIdHeader({ messageId, from }: EmailMessage): string {
	return `${messageId.replace(/[^\w.-]/g, '_')}@${from.address.slice(from.address.lastIndexOf('@') + 1)}`;
}

/** `Name <address>` as APIs take it that want one text: the name quoted. */
export function mailbox({ address, name }: EmailMessage['from']): string {
	return name ? `"${name.replace(/["\\]/g, '\\$&')}" <${address}>` : address;
}
