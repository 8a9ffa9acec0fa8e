import { createTransport, type SendMailOptions } from 'nodemailer';
import { messageIdHeader, type EmailMessage, type ReadAttachment } from './message';

/** The message as nodemailer takes it: it encodes headers, folds lines and makes the parts. */
export function toMail(message: EmailMessage, attachments: readonly ReadAttachment[], bounceAddress?: string): SendMailOptions {
	const { to, from, replyTo, cc = [], bcc = [], subject, html, text, headers } = message;
	return {
		messageId: `<${messageIdHeader(message)}>`,
		from: { name: from.name ?? '', address: from.address },
		to: { name: '', address: to },
		replyTo: replyTo && { name: '', address: replyTo },
		cc: cc.map((address) => ({ name: '', address })),
		bcc: bcc.map((address) => ({ name: '', address })),
		subject,
		text,
		...(html && { html }),
		headers: { ...headers },
		attachments: attachments.map(({ filename, contentType, content }) => ({ filename, contentType, content })),
		...(bounceAddress && { envelope: { from: bounceAddress, to: [to, ...cc, ...bcc] } }),
	};
}

const writer = createTransport({ streamTransport: true, buffer: true, disableFileAccess: true, disableUrlAccess: true });

/** The whole message as it goes over the wire (RFC 5322), without the hidden copies. */
export async function toMime(message: EmailMessage, attachments: readonly ReadAttachment[]): Promise<Buffer> {
	// Hidden copies are of the envelope; here they would show.
	const written = (await writer.sendMail(toMail({ ...message, bcc: [] }, attachments))) as { message: Buffer };
	return written.message;
}
