import { CampaignError } from '../../errors';
import { signAws, type AwsSigner } from '../http/aws-signature';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { baseUrlOf, HttpEmail, judged, required, type EmailProviderConfig, type Verdict } from './http-email';
import { mailbox, type EmailMessage, type ReadAttachment } from './message';
import { toMime } from './mime';

export interface SesConfig extends EmailProviderConfig {
	accessKeyId: string;
	secretAccessKey: string;
	/** Of temporary credentials. */
	sessionToken?: string;
	/** Such as eu-west-1. */
	region: string;
	/** Default https://email.{region}.amazonaws.com; proxies and mocks go here. */
	baseUrl?: string;
	/** Where SES reports deliveries, bounces and complaints by. */
	configurationSet?: string;
}

/** Errors by their names (SES API v2, service model of botocore). The rest is told by its status. */
const ERRORS: Record<string, Verdict> = {
	TooManyRequestsException: 'transient',
	ThrottlingException: 'transient',
	Throttling: 'transient',
	AccountSuspendedException: 'auth',
	SendingPausedException: 'auth',
	MailFromDomainNotVerifiedException: 'auth',
	MessageRejected: 'request',
	LimitExceededException: 'request',
	NotFoundException: 'request',
};

/**
 * Amazon SES, API v2: `POST /v2/email/outbound-emails`, signed; one person per request, as its bulk call (SendBulkEmail) takes
 * nothing but templates that are kept at Amazon. Sources: the service model
 * sesv2/2019-09-27 in boto/botocore, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_EmailContent.html. The
 * message goes as it is written for any mail server, in `Raw`; SES puts a Message-ID of its own in the place of ours, so
 * events are matched by the id of the answer and by tags. People on the suppression list are accepted, and bounce later.
 * No idempotency key, no Retry-After. Public reports have SES say "Illegal address" without naming it; only an answer that
 * names the person's address is taken to be about them.
 */
export class SesEmail extends HttpEmail {
	readonly kind = 'ses';

	readonly identity: string;

	readonly #config: SesConfig;

	readonly #signer: AwsSigner;

	readonly #baseUrl: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: SesConfig) {
		super(config);
		this.#signer = signerOf(config);
		this.#baseUrl = sesBaseUrl(config);
		this.identity = ['ses', this.#baseUrl, this.#signer.accessKeyId].join(' ');
		this.#config = config;
	}

	get secrets(): readonly string[] {
		const { secretAccessKey, sessionToken } = this.#signer;
		return sessionToken ? [secretAccessKey, sessionToken] : [secretAccessKey];
	}

	protected async build(message: EmailMessage, attachments: readonly ReadAttachment[]): Promise<HttpRequest> {
		const { to, from, cc = [], bcc = [], messageId, campaignId } = message;
		const { configurationSet } = this.#config;
		const mime = await toMime(message, attachments);
		const request: HttpRequest = {
			method: 'POST',
			url: `${this.#baseUrl}/v2/email/outbound-emails`,
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			body: JSON.stringify({
				FromEmailAddress: mailbox({ address: from.address }),
				Destination: { ToAddresses: [to], ...(cc.length > 0 && { CcAddresses: cc }), ...(bcc.length > 0 && { BccAddresses: bcc }) },
				Content: { Raw: { Data: mime.toString('base64') } },
				EmailTags: [{ Name: 'message_id', Value: tag(messageId) }, { Name: 'campaign_id', Value: tag(campaignId) }],
				...(configurationSet && { ConfigurationSetName: configurationSet }),
			}),
		};
		return signAws(request, this.#signer, Date.now());
	}

	read(response: HttpResponse, { to }: EmailMessage): ProviderOutcome {
		const body = parseJson(response.body);
		const providerId = textOf(readPath(body, 'MessageId'));
		if (isSuccess(response.status) && providerId) return { outcome: 'sent', providerId };
		const name = errorName(response, body);
		const said = textOf(readPath(body, 'message')) ?? textOf(readPath(body, 'Message'));
		return judged(verdictOf(response.status, name, said, to), name ?? `http_${response.status}`, said || describe(response), response);
	}
}

/** A question that sends nothing, by which a credential is tested: what the account may do. Throws a CampaignError naming what is missing. */
export function sesAccountRequest(config: Omit<SesConfig, 'label'>, now: number): HttpRequest {
	return signAws({ method: 'GET', url: `${sesBaseUrl(config)}/v2/email/account`, headers: { Accept: 'application/json' } }, signerOf(config), now);
}

function signerOf(config: Omit<SesConfig, 'label'>): AwsSigner {
	return {
		accessKeyId: required(config.accessKeyId, 'ses_account', 'The Amazon SES credential has no Access Key ID'),
		secretAccessKey: required(config.secretAccessKey, 'ses_account', 'The Amazon SES credential has no Secret Access Key'),
		sessionToken: config.sessionToken?.trim() || undefined,
		region: required(config.region, 'ses_region', 'The Amazon SES credential has no Region'),
		service: 'ses',
	};
}

function sesBaseUrl({ region, baseUrl }: Pick<SesConfig, 'region' | 'baseUrl'>): string {
	if (!/^[a-z0-9-]+$/.test(region.trim())) throw new CampaignError('ses_region', 'The Region of the Amazon SES credential is none', 'Write it as AWS does, such as eu-west-1.');
	return baseUrlOf(baseUrl, `https://email.${region.trim()}.amazonaws.com`, 'Amazon SES');
}

/** Tags take letters, digits, `_` and `-`, 256 at most. */
function tag(value: string): string {
	return value.replace(/[^\w-]/g, '_').slice(0, 256) || '_';
}

/** `x-amzn-ErrorType: MessageRejected:http://...`, or the `__type` of the body with a namespace before it. */
function errorName(response: HttpResponse, body: unknown): string | undefined {
	const type = response.headers['x-amzn-errortype'] ?? textOf(readPath(body, '__type'));
	return type?.split(':')[0]?.split('#').at(-1) || undefined;
}

function verdictOf(status: number, name: string | undefined, said = '', to: string): Verdict | undefined {
	// A 5xx with a name says that something went wrong at AWS, not what became of the message.
	if (status >= 500) return undefined;
	if (status === 400 && name === 'BadRequestException' && /address/i.test(said) && said.includes(to)) return 'invalid_recipient';
	return name !== undefined && Object.hasOwn(ERRORS, name) && status >= 400 ? ERRORS[name] : refusalKind(status);
}
