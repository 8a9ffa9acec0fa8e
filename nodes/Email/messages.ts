import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { toEmailAddress } from '../../engine/channels/email/address';
import { textOfHtml, withPreheader } from '../../engine/channels/email/body';
import { faultOf, type EmailAttachment, type EmailMessage } from '../../engine/channels/email/message';
import { oneClickHeaders, unsubscribeUrl } from '../../engine/channels/email/unsubscribe';
import { truncate } from '../../engine/channels/http/redact';
import { NOBODY } from '../../engine/campaigns/enter-foreign';
import { isOfLedger, unsubscribeLink } from '../../engine/delivery/unsubscribe/link';
import type { CampaignError } from '../../engine/errors';
import type { CompiledTemplate, RenderInput } from '../../engine/personalization/liquid';
import type { Store } from '../../engine/store/store';
import { completeFromStore } from '../shared/known-people';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import type { Recipient } from '../shared/recipients';
import type { Sender } from '../shared/sender';
import type { EmailSettings } from './settings';
import { emailTexts, type EmailTextName } from './texts';

/** How much of the text a preview shows. */
const SHOWN_TEXT = 1_000;

type Rendered = ReturnType<Sender<EmailMessage>['render']>;

/** One step of a rendering: its text, or what `render` says instead of a message. */
type Step<T> = { ok: true; value: T } | Extract<Rendered, { ok: false }>;

/** The templates of the node, read once per batch. */
type Templates = Record<EmailTextName, CompiledTemplate>;

/** What all messages are written from. */
interface Writer {
	context: IExecuteFunctions;
	settings: EmailSettings;
	templates: Templates;
	store: Store | undefined;
}

/** How the Email node writes its messages. `store`: signs our own unsubscribe links, if there are to be such. */
export function emailMessages(context: IExecuteFunctions, settings: EmailSettings, missing: 'fail' | 'empty', store?: Store): Omit<Sender<EmailMessage>, 'channel' | 'send'> {
	const texts = emailTexts(settings);
	const templates = compileTexts(texts, missing);
	return {
		texts,
		templates,
		...(store && { complete: completeFromStore }),
		canWait: settings.attachments.length === 0,
		address: ({ user, to = user.email }) => {
			if (!to) return { ok: false, reason: 'profile_not_reachable', detail: 'No email address' };
			const email = toEmailAddress(to);
			return email.ok ? email : { ok: false, reason: 'invalid_recipient', detail: email.why };
		},
		render: (recipient, messageId, now) => write({ context, settings, templates, store }, recipient, messageId, now),
		show,
		markTest,
	};
}

function write({ context, settings, templates, store }: Writer, recipient: Recipient, messageId: string, now: number): Rendered {
	const email = toEmailAddress(recipient.to ?? recipient.user.email);
	if (!email.ok) return { ok: false, reason: 'invalid_recipient', detail: email.why };
	const files = attachmentsOf(context, settings.attachments, recipient.item);
	if (!files.ok) return files;
	const input = renderInput(recipient, now);
	const address = settings.unsubscribeAddress;
	const link = store && address !== undefined ? ownLinkOf(store, address, recipient, messageId) : linkOf(settings.unsubscribeUrl, templates.unsubscribeUrl, input);
	if (!link.ok) return link;
	const content = contentOf(settings, templates, { ...input, extra: { ...input.extra, UnsubscribeUrl: link.value } });
	if (!content.ok) return content;
	const { from, replyTo } = settings;
	// Providers refuse an address that stands twice.
	const others = (copies: readonly string[], taken: readonly string[]) => copies.filter((address) => !taken.some((one) => one.toLowerCase() === address.toLowerCase()));
	const cc = others(settings.cc, [email.address]);
	const bcc = others(settings.bcc, [email.address, ...cc]);
	const message: EmailMessage = {
		to: email.address, from, replyTo, cc, bcc, ...content.value,
		headers: link.value ? oneClickHeaders(link.value) : {},
		attachments: files.value, messageId, campaignId: recipient.campaignId,
	};
	const fault = faultOf(message);
	return fault ? { ok: false, ...fault } : { ok: true, message };
}

/** The unsubscribe link of one person; undefined where the node has none. */
function linkOf(template: string, compiled: CompiledTemplate, input: RenderInput): Step<string | undefined> {
	if (!template) return { ok: true, value: undefined };
	const rendered = compiled.render(input);
	if (!rendered.ok) return rendered;
	try {
		return { ok: true, value: unsubscribeUrl(rendered.text, template) };
	} catch (error) {
		return { ok: false, reason: 'personalization_failed', detail: (error as CampaignError).message };
	}
}

/** Our own link of one person. Nobody is promised what cannot be kept: whom the store does not know, it cannot opt out. */
function ownLinkOf(store: Store, address: string, { user: { person = NOBODY } }: Recipient, messageId: string): Step<string> {
	if (person === NOBODY && isOfLedger(store, messageId)) {
		return { ok: false, reason: 'personalization_failed', detail: 'The unsubscribe link would unsubscribe nobody: the store does not know the person' };
	}
	return { ok: true, value: unsubscribeLink(store, address, messageId, person, 'email') };
}

function contentOf({ html, text }: EmailSettings, templates: Templates, input: RenderInput): Step<Pick<EmailMessage, 'subject' | 'html' | 'text'>> {
	const subject = templates.subject.render(input);
	if (!subject.ok) return subject;
	const rich = templates.html.render(input);
	if (!rich.ok) return rich;
	const preheader = templates.preheader.render(input);
	if (!preheader.ok) return preheader;
	const plain = templates.text.render(input);
	if (!plain.ok) return plain;
	return {
		ok: true,
		value: {
			subject: subject.text.trim(),
			...(html.trim() !== '' && { html: withPreheader(rich.text, preheader.text) }),
			text: text.trim() === '' ? textOfHtml(rich.text) : plain.text,
		},
	};
}

/** The files of an item. Their content is read only when the message is really sent. */
function attachmentsOf(context: IExecuteFunctions, names: readonly string[], item: number | undefined): Step<EmailAttachment[]> {
	const binary = item === undefined ? undefined : context.getInputData()[item]?.binary;
	const absent = names.find((name) => !Object.hasOwn(binary ?? {}, name));
	if (absent !== undefined) {
		const why = item === undefined ? `The attachment "${absent}" was not kept while the message waited` : `The item has no binary data "${absent}" to attach`;
		return { ok: false, reason: 'personalization_failed', detail: why };
	}
	const value = names.map((name): EmailAttachment => {
		const { fileName, mimeType } = binary?.[name] as IBinaryData;
		return {
			filename: fileName || name,
			contentType: mimeType || 'application/octet-stream',
			content: async () => await context.helpers.getBinaryDataBuffer(item as number, name),
		};
	});
	return { ok: true, value };
}

/** No copies, and no program may unsubscribe the person whom the test was written for. */
function markTest(message: EmailMessage, mark: string): EmailMessage {
	return { ...message, subject: mark + message.subject, cc: [], bcc: [], headers: {} };
}

/** For a dry run: what an operator wants to see of a message, not all of its HTML. */
function show({ to, from, subject, html = '', text, headers, attachments }: EmailMessage): IDataObject {
	return {
		to,
		from: from.name ? `${from.name} <${from.address}>` : from.address,
		subject,
		text: truncate(text, SHOWN_TEXT),
		textBytes: Buffer.byteLength(text),
		htmlBytes: Buffer.byteLength(html),
		...(headers['List-Unsubscribe'] && { unsubscribeUrl: headers['List-Unsubscribe'].slice(1, -1) }),
		...(attachments.length > 0 && { attachments: attachments.map(({ filename }) => filename) }),
	};
}
