import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';

import { toEmailAddress } from '../../engine/channels/email/address';
import { checkUnsubscribeAddress, checkUnsubscribeUrl } from '../../engine/channels/email/unsubscribe';
import { CampaignError } from '../../engine/errors';
import { refuseBadTexts } from '../shared/personalized-texts';
import { splitList } from '../shared/provider-parameters';
import { emailTexts } from './texts';

/** What the node says of every message alike. */
export interface EmailSettings {
	from: { address: string; name?: string };
	replyTo?: string;
	cc: string[];
	bcc: string[];
	subject: string;
	html: string;
	text: string;
	preheader: string;
	/** Template of links of the operator's own; empty: there are none. */
	unsubscribeUrl: string;
	/** Where our own links lead; absent: there are none. */
	unsubscribeAddress?: string;
	/** Names of binary properties. */
	attachments: string[];
}

export interface EmailParameters {
	fromEmail?: unknown;
	fromName?: unknown;
	subject?: unknown;
	html?: unknown;
	text?: unknown;
	preheader?: unknown;
	unsubscribeLink?: unknown;
	unsubscribeUrl?: unknown;
	unsubscribeAddress?: unknown;
	attachments?: unknown;
	options?: unknown;
}

/** The parameters as they stand in the node, at publish and in an execution. */
export function parametersOf(context: IExecuteFunctions | ITriggerFunctions): EmailParameters {
	const names = ['fromEmail', 'fromName', 'subject', 'html', 'text', 'preheader', 'unsubscribeLink', 'unsubscribeUrl', 'unsubscribeAddress', 'attachments'] as const;
	const read = (name: string, fallback: unknown): unknown =>
		'getInputData' in context ? context.getNodeParameter(name, 0, fallback as string, { rawExpressions: true }) : context.getNodeParameter(name, fallback as string, { rawExpressions: true });
	// Options of the sender may be expressions over an item, and there is none here.
	return { ...Object.fromEntries(names.map((name) => [name, read(name, '')])), options: read('options', {}) };
}

/** Reads and checks the settings. Throws a CampaignError when nobody could be sent to with them. */
export function readEmailSettings(parameters: EmailParameters): EmailSettings {
	const text = (value: unknown) => String(value ?? '');
	const options = (parameters.options ?? {}) as { replyTo?: string; cc?: string; bcc?: string };
	const settings: EmailSettings = {
		from: { address: addressOf('From Email', text(parameters.fromEmail)), name: text(parameters.fromName).trim() || undefined },
		replyTo: options.replyTo?.trim() ? addressOf('Reply To', options.replyTo) : undefined,
		cc: splitList(options.cc ?? '').map((address) => addressOf('CC', address)),
		bcc: splitList(options.bcc ?? '').map((address) => addressOf('BCC', address)),
		subject: text(parameters.subject),
		html: text(parameters.html),
		text: text(parameters.text),
		preheader: text(parameters.preheader),
		...linkOf(parameters),
		attachments: splitList(text(parameters.attachments)),
	};
	checkContent(settings);
	return settings;
}

/** Without a choice it is a URL of the operator's own: that is all there was once. */
function linkOf({ unsubscribeLink, unsubscribeUrl, unsubscribeAddress }: EmailParameters): Pick<EmailSettings, 'unsubscribeUrl' | 'unsubscribeAddress'> {
	const typed = (value: unknown) => String(value ?? '').trim();
	if (unsubscribeLink === 'none') return { unsubscribeUrl: '' };
	return unsubscribeLink === 'ours' ? { unsubscribeUrl: '', unsubscribeAddress: typed(unsubscribeAddress) } : { unsubscribeUrl: typed(unsubscribeUrl) };
}

function checkContent({ subject, html, text, preheader, unsubscribeUrl, unsubscribeAddress }: EmailSettings): void {
	if (subject.trim() === '') throw new CampaignError('no_subject', 'The email has no subject', 'Write one into "Subject".');
	if (html.trim() === '' && text.trim() === '') throw new CampaignError('no_content', 'The email has no content', 'Write it into "HTML", "Text" or both.');
	if (unsubscribeUrl) checkUnsubscribeUrl(unsubscribeUrl);
	if (unsubscribeAddress !== undefined) checkUnsubscribeAddress(unsubscribeAddress);
	refuseBadTexts(emailTexts({ subject, html, text, preheader, unsubscribeUrl }));
}

function addressOf(field: string, typed: string): string {
	const checked = toEmailAddress(typed);
	if (!checked.ok) throw new CampaignError('email_address', `${field}: ${checked.why}`, `Correct "${field}".`);
	return checked.address;
}
