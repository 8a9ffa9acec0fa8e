import { CampaignError } from '../../errors';
import { basicAuth } from '../http/auth';
import { postForm } from '../http/form';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { Batching, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import { assertSendable, mailbox, type EmailMessage, type ReadAttachment } from './message';
import { piecesIn, Skeleton } from './skeleton';

export interface MailgunConfig extends EmailProviderConfig {
	apiKey: string;
	/** The domain that sends, as it is named at Mailgun. */
	domain: string;
	/** Default https://api.mailgun.net; https://api.eu.mailgun.net for domains in the EU. */
	baseUrl?: string;
	/** For Mailgun's own statistics; at most 3. */
	tags?: readonly string[];
}

export const MAILGUN_BASE_URL = 'https://api.mailgun.net';

const MOST_PER_REQUEST = 1000;

/** Mailgun takes 25 MB. */
const MAX_BATCH_BYTES = 20 * 1024 * 1024;

/** How a name begins that stands for what is in the recipient variables. */
const NAME = '%recipient';

/**
 * Mailgun: `POST /v3/{domain}/messages` as a form of several parts, one person per request. Sources: mailgun/mailgun.js,
 * https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/. On request several people share one, each as
 * `to`, with what their messages differ in as recipient variables (.../batch-sending; in headers and variables of events as
 * anymail/django-anymail has them); such a request is accepted or refused as a whole. Not confirmed: that values come out
 * letter by letter in HTML, and that clicks on links of which a value is the end are counted as ever; so each goes alone unless
 * asked for, as does a message with copies or attachments. Events carry our ids as variables, and
 * the id of the answer. People who are suppressed are accepted, and dropped later. No idempotency key. Errors have words,
 * no codes, as public reports show them (mailgun/mailgun-js-boland); that a 5xx means "not sent" is documented nowhere.
 */
export class MailgunEmail extends HttpEmail {
	readonly kind = 'mailgun';

	readonly identity: string;

	readonly #config: MailgunConfig;

	readonly #url: string;

	readonly #authorization: string;

	readonly batch: Batching<EmailMessage, EmailMessage>;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: MailgunConfig) {
		super(config);
		const apiKey = required(config.apiKey, 'mailgun_account', 'The Mailgun credential has no API Key');
		const domain = required(config.domain, 'mailgun_domain', 'Mailgun needs a domain', 'Set Domain on the provider node.');
		if (!/^[\w.-]+$/.test(domain)) throw new CampaignError('mailgun_domain', `"${domain}" is no domain`, 'Write the domain as it is named at Mailgun, such as mg.example.com.');
		const baseUrl = baseUrlOf(config.baseUrl, MAILGUN_BASE_URL, 'Mailgun');
		this.identity = ['mailgun', baseUrl, domain].join(' ');
		this.#config = config;
		this.#url = `${baseUrl}/v3/${domain}/messages`;
		this.#authorization = basicAuth('api', apiKey);
		this.batch = {
			most: Math.min(config.messagesPerRequest ?? 1, MOST_PER_REQUEST),
			maxBytes: MAX_BATCH_BYTES,
			key: keyOf,
			recipient: ({ to }) => to.toLowerCase(),
			part: (message) => {
				assertSendable(message);
				return message;
			},
			request: (messages) => postForm(this.#url, together(messages, this.#config.tags ?? []), { Authorization: this.#authorization }),
			read: (response) => this.read(response),
		};
	}

	get secrets(): readonly string[] {
		return [this.#config.apiKey.trim(), this.#authorization.slice('Basic '.length)];
	}

	protected async build(message: EmailMessage, attachments: readonly ReadAttachment[]): Promise<HttpRequest> {
		const form = new Response(formOf(message, attachments, this.#config.tags ?? []));
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: this.#authorization, 'Content-Type': form.headers.get('content-type') ?? '', Accept: 'application/json' },
			bytes: Buffer.from(await form.arrayBuffer()),
		};
	}

	read(response: HttpResponse): ProviderOutcome {
		const body = parseJson(response.body);
		const providerId = textOf(readPath(body, 'id'))?.replace(/^<|>$/g, '');
		if (isSuccess(response.status) && providerId) return { outcome: 'sent', providerId };
		const said = textOf(readPath(body, 'message'));
		return judged(verdictOf(response.status, said), `http_${response.status}`, said || describe(response), response);
	}
}

function formOf(message: EmailMessage, attachments: readonly ReadAttachment[], tags: readonly string[]): FormData {
	const { to, from, replyTo, cc = [], bcc = [], subject, html, text, headers, messageId, campaignId } = message;
	const form = new FormData();
	form.set('from', mailbox(from));
	form.set('to', to);
	if (cc.length > 0) form.set('cc', cc.join(','));
	if (bcc.length > 0) form.set('bcc', bcc.join(','));
	form.set('subject', subject);
	form.set('text', text);
	if (html) form.set('html', html);
	if (replyTo) form.set('h:Reply-To', replyTo);
	for (const [name, value] of Object.entries(headers)) form.set(`h:${name}`, value);
	for (const tag of tags) form.append('o:tag', tag);
	form.set('v:message_id', messageId);
	form.set('v:campaign_id', campaignId);
	for (const { filename, contentType, content } of attachments) form.append('attachment', new Blob([new Uint8Array(content)], { type: contentType }), filename);
	return form;
}

/** Messages that can be written as one. */
function keyOf({ from, replyTo, cc = [], bcc = [], subject, text, html = '', headers, attachments }: EmailMessage): string | undefined {
	const written = [subject, text, html, ...Object.values(headers)];
	if (cc.length > 0 || bcc.length > 0 || attachments.length > 0 || written.some((one) => one.includes(NAME))) return undefined;
	return JSON.stringify([from, replyTo, html === '', Object.keys(headers), written.map(piecesIn)]);
}

function together(messages: readonly EmailMessage[], tags: readonly string[]): URLSearchParams {
	const [{ from, replyTo, html, headers }] = messages as [EmailMessage];
	const skeleton = new Skeleton(messages.length, (index) => `${NAME}.c${index}%`);
	const all = (field: (message: EmailMessage) => string) => skeleton.write(messages.map(field));
	const form = new URLSearchParams({ from: mailbox(from), subject: all(({ subject }) => subject), text: all(({ text }) => text) });
	for (const { to } of messages) form.append('to', to);
	if (html) form.set('html', all((message) => message.html ?? ''));
	if (replyTo) form.set('h:Reply-To', replyTo);
	for (const name of Object.keys(headers)) form.set(`h:${name}`, all((message) => message.headers[name] ?? ''));
	for (const tag of tags) form.append('o:tag', tag);
	form.set('v:message_id', `${NAME}.message_id%`);
	form.set('v:campaign_id', all(({ campaignId }) => campaignId));
	form.set('recipient-variables', JSON.stringify(Object.fromEntries(messages.map(({ to, messageId }, index) => [to, { message_id: messageId, ...variables(skeleton.values[index]) }]))));
	return form;
}

function variables(values: readonly string[] = []): Record<string, string> {
	return Object.fromEntries(values.map((value, index) => [`c${index}`, value]));
}

/** A 400 says by its words which parameter is wrong. */
function verdictOf(status: number, said = ''): Verdict | undefined {
	if (status === 400 && /\bto\b['"]? parameter is not a valid address/i.test(said)) return 'invalid_recipient';
	return refusalKind(status);
}
