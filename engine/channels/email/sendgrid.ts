import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, refusalKind, retryAfterMs } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { accountOf, baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import type { EmailMessage, ReadAttachment } from './message';

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

/**
 * SendGrid: `POST /v3/mail/send` with JSON, one person per request. Sources: the OpenAPI definition in
 * sendgrid/sendgrid-oai, https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors. Accepted is 202 with an
 * empty body; its header X-Message-Id begins the `sg_message_id` of later events, which also carry our ids as custom
 * arguments. People who are suppressed are accepted, and dropped later. No idempotency key. That a 5xx means "not sent"
 * is documented nowhere. How X-RateLimit-Reset counts is not confirmed for this endpoint; it is read as Unix seconds.
 */
export class SendGridEmail extends HttpEmail {
	readonly kind = 'sendgrid';

	readonly identity: string;

	readonly #config: SendGridConfig;

	readonly #url: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: SendGridConfig) {
		super(config);
		const apiKey = required(config.apiKey, 'sendgrid_account', 'The SendGrid credential has no API Key');
		const baseUrl = baseUrlOf(config.baseUrl, SENDGRID_BASE_URL, 'SendGrid');
		this.identity = ['sendgrid', baseUrl, accountOf(apiKey)].join(' ');
		this.#config = { ...config, apiKey };
		this.#url = `${baseUrl}/v3/mail/send`;
	}

	get secrets(): readonly string[] {
		return [this.#config.apiKey];
	}

	protected build(message: EmailMessage, attachments: readonly ReadAttachment[]): HttpRequest {
		const { apiKey, categories = [], unsubscribeGroup } = this.#config;
		const { to, from, replyTo, cc = [], bcc = [], subject, html, text, headers, messageId, campaignId } = message;
		const emails = (addresses: readonly string[]) => addresses.map((email) => ({ email }));
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({
				personalizations: [{
					to: emails([to]),
					...(cc.length > 0 && { cc: emails(cc) }),
					...(bcc.length > 0 && { bcc: emails(bcc) }),
					custom_args: { message_id: messageId, campaign_id: campaignId },
				}],
				from: { email: from.address, ...(from.name && { name: from.name }) },
				...(replyTo && { reply_to: { email: replyTo } }),
				subject,
				// The API wants the text first, and takes no empty part.
				content: [
					...(text !== '' || !html ? [{ type: 'text/plain', value: text || ' ' }] : []),
					...(html ? [{ type: 'text/html', value: html }] : []),
				],
				...(Object.keys(headers).length > 0 && { headers }),
				...(attachments.length > 0 && {
					attachments: attachments.map(({ filename, contentType, content }) => ({ filename, type: contentType, disposition: 'attachment', content: content.toString('base64') })),
				}),
				...(categories.length > 0 && { categories }),
				...(unsubscribeGroup && { asm: { group_id: unsubscribeGroup } }),
			}),
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
