import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import { inOrder, notEach } from '../http/together';
import type { Batching, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { accountOf, baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import { assertSendable, mailbox, type EmailMessage, type ReadAttachment } from './message';

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

/** Postmark takes 50 MB in one request. */
const MAX_BATCH_BYTES = 45 * 1024 * 1024;

const MOST_PER_REQUEST = 500;

/**
 * Postmark: `POST /email` with JSON for one person, `POST /email/batch` with a list of the same for several; the answer to that
 * is 200 with a list in the same order, in which each has a code of its own. Sources: the OpenAPI definition collected by
 * api-evangelist/postmark, https://postmarkapp.com/developer/user-guide/send-email-with-api/batch-emails, the wiki of
 * ActiveCampaign/postmark-php (order), the list of error codes above. Messages with attachments go alone, to save memory. Events carry our ids as metadata. Only a code of the list
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

	readonly batch: Batching<EmailMessage, string>;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: PostmarkConfig) {
		super(config);
		const serverToken = required(config.serverToken, 'postmark_account', 'The Postmark credential has no Server API Token');
		const messageStream = required(config.messageStream, 'postmark_stream', 'Postmark needs a message stream', 'Set Message Stream on the provider node.');
		const baseUrl = baseUrlOf(config.baseUrl, POSTMARK_BASE_URL, 'Postmark');
		this.identity = ['postmark', baseUrl, accountOf(serverToken)].join(' ');
		this.#config = { ...config, serverToken, messageStream };
		this.#url = `${baseUrl}/email`;
		this.batch = {
			most: Math.min(config.messagesPerRequest ?? MOST_PER_REQUEST, MOST_PER_REQUEST),
			maxBytes: MAX_BATCH_BYTES,
			key: ({ attachments }) => (attachments.length === 0 ? '' : undefined),
			part: (message) => {
				assertSendable(message);
				return this.json(message, []);
			},
			request: (parts) => this.post(`${this.#url}/batch`, `[${parts.join(',')}]`),
			read: (response, messages) => this.readEach(response, messages.length),
		};
	}

	get secrets(): readonly string[] {
		return [this.#config.serverToken];
	}

	protected build(message: EmailMessage, attachments: readonly ReadAttachment[]): HttpRequest {
		return this.post(this.#url, this.json(message, attachments));
	}

	private post(url: string, body: string): HttpRequest {
		const headers = { 'X-Postmark-Server-Token': this.#config.serverToken, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' };
		return { method: 'POST', url, headers, body };
	}

	private json(message: EmailMessage, attachments: readonly ReadAttachment[]): string {
		const { messageStream, tag } = this.#config;
		const { to, from, replyTo, cc = [], bcc = [], subject, html, text, headers, messageId, campaignId } = message;
		return JSON.stringify({
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
		});
	}

	read(response: HttpResponse): ProviderOutcome {
		return readOne(response, parseJson(response.body));
	}

	private readEach(response: HttpResponse, count: number): ProviderOutcome | ProviderOutcome[] {
		const entries = parseJson(response.body);
		if (isSuccess(response.status) && Array.isArray(entries)) return inOrder(entries, count, (entry) => readOne(response, entry));
		return notEach(readOne(response, entries), response);
	}
}

function readOne(response: HttpResponse, body: unknown): ProviderOutcome {
	const code = textOf(readPath(body, 'ErrorCode'));
	const said = textOf(readPath(body, 'Message'));
	const providerId = textOf(readPath(body, 'MessageID'));
	if (isSuccess(response.status) && code === '0' && providerId) return { outcome: 'sent', providerId };
	return judged(verdictOf(response.status, code, said), code && code !== '0' ? code : `http_${response.status}`, said || describe(response), response);
}

function verdictOf(status: number, code: string | undefined, said = ''): Verdict | undefined {
	if (status === STATUS_OF_RATE_LIMIT) return 'transient';
	if (code === '300' && /^(Invalid|Error parsing) 'To'/.test(said)) return 'invalid_recipient';
	if (code !== undefined && Object.hasOwn(CODES, code)) return CODES[code];
	return refusalKind(status);
}
