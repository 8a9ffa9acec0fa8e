import { CampaignError } from '../../errors';
import { required, type HttpProviderConfig } from '../http/one-by-one';
import type { DirectProvider, ProviderOutcome } from '../provider';
import { toEmailAddress } from './address';
import { assertSendable, messageIdHeader, readAttachments, type EmailMessage, type ReadAttachment } from './message';
import { toMail } from './mime';
import { codeOf, outcomeOf } from './smtp-outcome';
import { processSmtpPools, type Progress, type SmtpPools, type SmtpResult, type SmtpSettings } from './smtp-pool';

export interface SmtpConfig extends HttpProviderConfig {
	host: string;
	/** Default: 465 with TLS, else 587. */
	port?: number;
	security?: SmtpSettings['security'];
	user?: string;
	password?: string;
	/** Certificate authority accepted instead of the well-known ones (PEM). */
	ca?: string;
	/** Where mail that cannot be delivered comes back to, instead of the sender. */
	bounceAddress?: string;
}

const DEFAULT_CONNECTIONS = 5;

/** Host, port, account and so on of a credential. Throws a CampaignError naming what is missing. */
export function smtpSettings(config: SmtpConfig): SmtpSettings {
	const security = config.security ?? 'starttls';
	const host = required(config.host, 'smtp_host', 'The SMTP credential has no Host');
	const user = config.user?.trim() || undefined;
	if (user && !config.password) throw new CampaignError('smtp_password', 'The SMTP credential has a User, but no Password');
	return {
		host,
		port: config.port || (security === 'tls' ? 465 : 587),
		security,
		user,
		password: user && config.password,
		ca: config.ca?.trim() || undefined,
		connections: config.concurrency ?? DEFAULT_CONNECTIONS,
		timeoutMs: config.timeoutMs ?? 15_000,
	};
}

/**
 * Any mail server, over connections that are kept (RFC 5321). A server has nothing to deliver before it has the dot that
 * ends the message, so whatever fails before has refused; a connection lost after it, before the answer, is unknown. The
 * answer to the dot is definite, yes or no. The Message-ID is made of ours: returned mail (RFC 3464) quotes it.
 */
export class SmtpEmail implements DirectProvider<EmailMessage> {
	readonly kind = 'smtp';

	readonly label: string;

	readonly idempotent = false;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency: number;

	readonly identity: string;

	readonly #settings: SmtpSettings;

	readonly #bounceAddress?: string;

	readonly #pools: SmtpPools;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: SmtpConfig, pools = processSmtpPools) {
		const settings = smtpSettings(config);
		this.label = config.label;
		this.timeoutMs = settings.timeoutMs;
		this.retries = config.retries ?? 0;
		this.requestsPerSecond = config.requestsPerSecond;
		this.concurrency = settings.connections;
		this.identity = ['smtp', settings.host, settings.port, settings.user ?? ''].join(' ').trim();
		this.#settings = settings;
		this.#bounceAddress = bounceAddressOf(config.bounceAddress);
		this.#pools = pools;
	}

	get secrets(): readonly string[] {
		const { user = '', password } = this.#settings;
		return password ? [password, Buffer.from(`\u0000${user}\u0000${password}`).toString('base64')] : [];
	}

	prepare(message: EmailMessage): void {
		assertSendable(message);
	}

	async deliver(message: EmailMessage): Promise<ProviderOutcome> {
		let attachments: ReadAttachment[];
		try {
			attachments = await readAttachments(message);
		} catch (error) {
			const { code, message: detail } = error as CampaignError;
			return { outcome: 'refused', kind: 'request', code, detail };
		}
		const progress: Progress = { ended: false };
		try {
			return readResult(message, await this.#pools.send(this.#settings, toMail(message, attachments, this.#bounceAddress), progress));
		} catch (error) {
			const outcome = outcomeOf(error as Error, progress.ended);
			return outcome.outcome === 'unknown' ? { ...outcome, providerId: messageIdHeader(message) } : outcome;
		}
	}
}

function bounceAddressOf(typed: string | undefined): string | undefined {
	if (!typed?.trim()) return undefined;
	const checked = toEmailAddress(typed);
	if (!checked.ok) throw new CampaignError('smtp_bounce_address', `Bounce Address: ${checked.why}`);
	return checked.address;
}

/** Taken by the server, for the person or only for those who get a copy. */
function readResult({ to }: EmailMessage, { messageId, rejectedErrors }: SmtpResult): ProviderOutcome {
	const refused = rejectedErrors.find(({ recipient }) => recipient === to);
	if (!refused) return { outcome: 'sent', providerId: messageId.replace(/^<|>$/g, '') };
	// Whatever the reason, it ends here: a repetition, or another provider, would send the copies again.
	return { outcome: 'recipient', reason: 'invalid_recipient', code: codeOf(refused), detail: `Only copies were taken. ${refused.response ?? refused.message}` };
}
