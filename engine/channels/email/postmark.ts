import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { accountOf, baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import { mailbox, type EmailMessage, type ReadAttachment } from './message';

export interface PostmarkConfig extends EmailProviderConfig {
	serverToken: string;
	/** Default https://api.postmarkapp.com; proxies and mocks go here. */
	baseUrl?: string;
	/** `broadcast` for campaigns, `outbound` for what people have asked for. */
	messageStream: string;
	/** For Postmark's own statistics. */
	tag?: string;
}

export const POSTMARK_BASE_URL = 'https://api.postmarkapp.com';

const STATUS_OF_RATE_LIMIT = 429;

/** Error codes (https://postmarkapp.com/developer/api/overview#error-codes) that say more than the status, which is mostly 422. */
const CODES: Record<string, Verdict> = {
	10: 'auth', // token missing or wrong
	100: 'transient', // maintenance
	300: 'request', // invalid email request; told apart by its words
	400: 'auth', // sender signature not found
	401: 'auth', // sender signature not confirmed
	402: 'request', // invalid JSON
	403: 'request', // fields that do not fit
	405: 'auth', // no credits
	406: 'unsubscribed', // inactive: bounced, complained or suppressed
	409: 'request', // JSON required
	411: 'request', // attachment of a forbidden type
	412: 'auth', // account pending
	413: 'auth', // account may not send
	1235: 'request', // no such message stream
};

const LONGEST_METADATA = 80;

/** Messages of 10 MB at most, attachments in base64 and all. */
const MAX_ATTACHMENT_BYTES = 7 * 1024 * 1024;

/**
 * Postmark: `POST /email` with JSON, one person per request. Sources: the OpenAPI definition collected by
 * api-evangelist/postmark, the list of error codes above. Events carry our ids as metadata. Only a code of the list
 * makes a 5xx "not sent". No idempotency key, no Retry-After documented. Code 300 is many things; the two wordings that
 * name the recipient are those of public reports (ActiveCampaign/postmark-gem, anymail/django-anymail). Code 1235 is not
 * confirmed.
 */
export class PostmarkEmail extends HttpEmail {
	readonly kind = 'postmark';

	readonly identity: string;

	protected override readonly maxAttachmentBytes = MAX_ATTACHMENT_BYTES;

	readonly #config: PostmarkConfig;

	readonly #url: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: PostmarkConfig) {
		super(config);
		const serverToken = required(config.serverToken, 'postmark_account', 'The Postmark credential has no Server API Token');
		const messageStream = required(config.messageStream, 'postmark_stream', 'Postmark needs a message stream', 'Set Message Stream on the provider node.');
		const baseUrl = baseUrlOf(config.baseUrl, POSTMARK_BASE_URL, 'Postmark');
		this.identity = ['postmark', baseUrl, accountOf(serverToken)].join(' ');
		this.#config = { ...config, serverToken, messageStream };
		this.#url = `${baseUrl}/email`;
	}

	get secrets(): readonly string[] {
		return [this.#config.serverToken];
	}

	protected build(message: EmailMessage, attachments: readonly ReadAttachment[]): HttpRequest {
		const { serverToken, messageStream, tag } = this.#config;
		const { to, from, replyTo, cc = [], bcc = [], subject, html, text, headers, messageId, campaignId } = message;
		return {
			method: 'POST',
			url: this.#url,
			headers: { 'X-Postmark-Server-Token': serverToken, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({
				From: mailbox(from),
				To: to,
				...(cc.length > 0 && { Cc: cc.join(',') }),
				...(bcc.length > 0 && { Bcc: bcc.join(',') }),
				...(replyTo && { ReplyTo: replyTo }),
				Subject: subject,
				...(html && { HtmlBody: html }),
				TextBody: text,
				Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
				...(attachments.length > 0 && {
					Attachments: attachments.map(({ filename, contentType, content }) => ({ Name: filename, ContentType: contentType, Content: content.toString('base64') })),
				}),
				MessageStream: messageStream,
				...(tag && { Tag: tag }),
				Metadata: { message_id: messageId.slice(0, LONGEST_METADATA), campaign_id: campaignId.slice(0, LONGEST_METADATA) },
			}),
		};
	}

	read(response: HttpResponse): ProviderOutcome {
		const body = parseJson(response.body);
		const code = textOf(readPath(body, 'ErrorCode'));
		const said = textOf(readPath(body, 'Message'));
		const providerId = textOf(readPath(body, 'MessageID'));
		if (isSuccess(response.status) && code === '0' && providerId) return { outcome: 'sent', providerId };
		return judged(verdictOf(response.status, code, said), code && code !== '0' ? code : `http_${response.status}`, said || describe(response), response);
	}
}

function verdictOf(status: number, code: string | undefined, said = ''): Verdict | undefined {
	if (status === STATUS_OF_RATE_LIMIT) return 'transient';
	if (code === '300' && /^(Invalid|Error parsing) 'To'/.test(said)) return 'invalid_recipient';
	if (code !== undefined && Object.hasOwn(CODES, code)) return CODES[code];
	return refusalKind(status);
}
