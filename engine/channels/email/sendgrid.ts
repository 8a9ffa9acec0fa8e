import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, refusalKind, retryAfterMs } from '../http/status';
import type { Batching, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { accountOf, baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import { assertSendable, type EmailMessage, type ReadAttachment } from './message';
import { piecesIn, Skeleton } from './skeleton';

export interface SendGridConfig extends EmailProviderConfig {
	apiKey: string;
	/** Default https://api.sendgrid.com; https://api.eu.sendgrid.com for subusers in the EU. */
	baseUrl?: string;
	/** For SendGrid's own statistics; at most 10. */
	categories?: readonly string[];
	/** Who unsubscribed from this group of SendGrid's is not sent to. */
	unsubscribeGroup?: number;
}

export const SENDGRID_BASE_URL = 'https://api.sendgrid.com';

const MOST_PER_REQUEST = 1000;

/** SendGrid takes 30 MB. */
const MAX_BATCH_BYTES = 25 * 1024 * 1024;

/** Bytes of one person's substitutions: the definition says 10,000, the guide 50,000. */
const MAX_SUBSTITUTIONS = 10_000;

/** How the names in a text begin that stands for several. */
const NAME = '-n8nc';

/**
 * SendGrid: `POST /v3/mail/send` with JSON, one person per request. Sources: the OpenAPI definition in
 * sendgrid/sendgrid-oai, https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors. On request several people
 * share one: subject, headers and our ids of each stand in their personalization, and what their texts differ in goes as
 * substitutions (https://www.twilio.com/docs/sendgrid/for-developers/sending-email/personalizations, .../substitution-tags);
 * such a request is accepted or refused as a whole. Not confirmed: that values come out letter by letter in HTML, and that
 * clicks on links of which a value is the end are counted as ever; so each goes alone unless asked for. Accepted is 202 with an
 * empty body; its header X-Message-Id begins the `sg_message_id` of later events, which also carry our ids as custom
 * arguments. People who are suppressed are accepted, and dropped later. No idempotency key. That a 5xx means "not sent"
 * is documented nowhere. How X-RateLimit-Reset counts is not confirmed for this endpoint; it is read as Unix seconds.
 */
export class SendGridEmail extends HttpEmail {
	readonly kind = 'sendgrid';

	readonly identity: string;

	readonly #config: SendGridConfig;

	readonly #url: string;

	readonly batch: Batching<EmailMessage, EmailMessage>;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: SendGridConfig) {
		super(config);
		const apiKey = required(config.apiKey, 'sendgrid_account', 'The SendGrid credential has no API Key');
		const baseUrl = baseUrlOf(config.baseUrl, SENDGRID_BASE_URL, 'SendGrid');
		this.identity = ['sendgrid', baseUrl, accountOf(apiKey)].join(' ');
		this.#config = { ...config, apiKey };
		this.#url = `${baseUrl}/v3/mail/send`;
		this.batch = {
			most: Math.min(config.messagesPerRequest ?? 1, MOST_PER_REQUEST),
			maxBytes: MAX_BATCH_BYTES,
			key: keyOf,
			part: (message) => {
				assertSendable(message);
				return message;
			},
			request: (messages) => this.post(together(messages)),
			read: (response) => this.read(response),
		};
	}

	get secrets(): readonly string[] {
		return [this.#config.apiKey];
	}

	protected build(message: EmailMessage, attachments: readonly ReadAttachment[]): HttpRequest {
		const { subject, text, html, headers } = message;
		return this.post({
			personalizations: [personalization(message)],
			...fromOf(message),
			subject,
			content: contentOf(text, html),
			...(Object.keys(headers).length > 0 && { headers }),
			...(attachments.length > 0 && {
				attachments: attachments.map(({ filename, contentType, content }) => ({ filename, type: contentType, disposition: 'attachment', content: content.toString('base64') })),
			}),
		});
	}

	private post(mail: object): HttpRequest {
		const { apiKey, categories = [], unsubscribeGroup } = this.#config;
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({ ...mail, ...(categories.length > 0 && { categories }), ...(unsubscribeGroup && { asm: { group_id: unsubscribeGroup } }) }),
		};
	}

	read(response: HttpResponse): ProviderOutcome {
		const providerId = response.headers['x-message-id']?.trim();
		if (response.status === 202 && providerId) return { outcome: 'sent', providerId };
		const errors = readPath(parseJson(response.body), 'errors');
		const first = Array.isArray(errors) ? (errors[0] as unknown) : undefined;
		const detail = [textOf(readPath(first, 'field')), textOf(readPath(first, 'message'))].filter(Boolean).join(': ') || describe(response);
		return judged(verdictOf(response, first), `http_${response.status}`, detail, withReset(response));
	}
}

function personalization({ to, cc = [], bcc = [], messageId, campaignId }: EmailMessage) {
	const emails = (addresses: readonly string[]) => addresses.map((email) => ({ email }));
	return {
		to: emails([to]),
		...(cc.length > 0 && { cc: emails(cc) }),
		...(bcc.length > 0 && { bcc: emails(bcc) }),
		custom_args: { message_id: messageId, campaign_id: campaignId },
	};
}

function fromOf({ from, replyTo }: EmailMessage) {
	return { from: { email: from.address, ...(from.name && { name: from.name }) }, ...(replyTo && { reply_to: { email: replyTo } }) };
}

/** The API wants the text first, and takes no empty part. */
function contentOf(text: string, html: string | undefined) {
	return [
		...(text !== '' || !html ? [{ type: 'text/plain', value: text || ' ' }] : []),
		...(html ? [{ type: 'text/html', value: html }] : []),
	];
}

/** Messages whose texts can be written as one. */
function keyOf({ from, replyTo, subject, text, html = '', headers, attachments }: EmailMessage): string | undefined {
	const taken = [subject, text, html, ...Object.values(headers)].some((one) => one.includes(NAME));
	if (taken || attachments.length > 0) return undefined;
	return JSON.stringify([from, replyTo, text === '', piecesIn(text), html === '', piecesIn(html)]);
}

/** Throws when what the texts differ in is more than fits. */
function together(messages: readonly EmailMessage[]) {
	const [first] = messages as [EmailMessage];
	const skeleton = new Skeleton(messages.length, nameOf);
	const content = contentOf(skeleton.write(messages.map(({ text }) => text)), skeleton.write(messages.map(({ html = '' }) => html)));
	const personalizations = messages.map((message, index) => {
		const substitutions = Object.fromEntries((skeleton.values[index] ?? []).map((value, number) => [nameOf(number), value]));
		if (Buffer.byteLength(JSON.stringify(substitutions)) > MAX_SUBSTITUTIONS) throw new Error('The texts differ in more than SendGrid takes');
		const { subject, headers } = message;
		return { ...personalization(message), subject, ...(Object.keys(headers).length > 0 && { headers }), ...(Object.keys(substitutions).length > 0 && { substitutions }) };
	});
	return { personalizations, ...fromOf(first), subject: first.subject, content };
}

function nameOf(index: number): string {
	return `${NAME}${index}-`;
}

/** A 400 names the field it is about: the only person of the request is `personalizations.0.to.0`. */
function verdictOf({ status }: HttpResponse, error: unknown): Verdict | undefined {
	const field = textOf(readPath(error, 'field')) ?? '';
	if (status === 400 && /^personalizations\.0\.to\b/.test(field)) return 'invalid_recipient';
	return refusalKind(status);
}

/** SendGrid says when it may be asked again as a time; Retry-After is not promised. */
function withReset(response: HttpResponse): HttpResponse {
	const reset = Number(response.headers['x-ratelimit-reset']);
	if (response.status !== 429 || retryAfterMs(response.headers) !== undefined || !(reset > 0)) return response;
	return { ...response, headers: { ...response.headers, 'retry-after': new Date(reset * 1000).toUTCString() } };
}
