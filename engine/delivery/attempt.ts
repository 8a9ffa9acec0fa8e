import { redact } from '../channels/http/redact';
import { HttpTransport, type Exchange } from '../channels/http/transport';
import { InvalidRecipient, NotReady, type DirectProvider, type HttpRequest, type HttpProvider, type Provider, type ProviderOutcome, type RecipientReason } from '../channels/provider';
import { CampaignError } from '../errors';
import { MAX_RETRY_AFTER_MS, processBreakers, type Block, type Breakers } from './breaker';
import { processPacers, type Pacers } from './pace';

/** One try of one provider, as an operator may read it. */
export interface Attempt {
	/** The provider's label. */
	provider: string;
	kind: string;
	outcome: ProviderOutcome['outcome'];
	/** Of a refusal. */
	refusal?: 'transient' | 'auth' | 'request';
	code?: string;
	/** Redacted and cut. */
	detail?: string;
	retryAfterMs?: number;
}

/**
 * What became of a message at a group of providers. `provider` and `kind` name who had the last word.
 * `failed.transient` says that holding the message and trying again may help: some provider refused it for a passing
 * reason or for its credentials. `failed.retryAfterMs` is when the first of them wants to be asked again, where all said so.
 */
export type GroupResult =
	| { outcome: 'sent'; provider: string; kind: string; providerId: string | null; attempts: Attempt[] }
	| { outcome: 'recipient'; provider: string; kind: string; reason: RecipientReason; code: string; detail: string; goneSince?: number; mayBeSettings?: true; attempts: Attempt[] }
	| { outcome: 'unknown'; provider: string; kind: string; code: string; detail: string; attempts: Attempt[] }
	| { outcome: 'failed'; reason: 'provider_rejected' | 'provider_auth' | 'provider_unavailable'; transient: boolean; attempts: Attempt[]; retryAfterMs?: number };

export interface AttemptOptions<Message> {
	/** Called just before each request, when nothing has left yet: the ledger writes `sending`. If it throws, no request is made and the error comes out. */
	beforeRequest(provider: Provider<Message>): Promise<void>;
	/** Called when the message was definitely refused and has to wait for its next request: until then nothing is under way. */
	afterRefusal?(): Promise<void>;
	/** Epoch milliseconds. */
	now(): number;
	sleep(ms: number): Promise<void>;
	/** 0 <= x < 1, for the jitter of retries. */
	random(): number;
	/** Longest wait for a retry or for a provider's Retry-After within this call, in milliseconds; beyond it the message fails over or is held. Default 5000. */
	maxWaitMs?: number;
	/** Default: those of the process. */
	transport?: Pick<HttpTransport, 'send'>;
	pacers?: Pacers;
	breakers?: Breakers;
}

const DEFAULT_MAX_WAIT_MS = 5_000;

const RETRY_BASE_MS = 500;

let processTransport: HttpTransport | undefined;

/** The connections of this process, opened at the first use. */
export function sharedTransport(): HttpTransport {
	return (processTransport ??= new HttpTransport());
}

/**
 * Sends one message through the first of an ordered list of providers that takes it. A definite refusal that is not about
 * the recipient moves on to the next provider, as does one that another provider may see otherwise; sent, any other refused
 * recipient and an unknown outcome end it. Retries, pacing and circuit breaking happen here; claiming and settling do not.
 */
export async function attemptGroup<Message>(providers: ReadonlyArray<Provider<Message>>, message: Message, options: AttemptOptions<Message>): Promise<GroupResult> {
	const attempts: Attempt[] = [];
	const finals: Attempt[] = [];
	let doubted: Extract<GroupResult, { outcome: 'recipient' }> | undefined;
	for (const [place, provider] of providers.entries()) {
		if (place > 0) await options.afterRefusal?.();
		const outcome = await attemptProvider(provider, message, options, attempts);
		const { label, kind } = provider;
		if (outcome.outcome === 'recipient' && outcome.mayBeSettings) {
			doubted ??= { ...outcome, provider: label, kind, attempts };
			continue;
		}
		if (outcome.outcome !== 'refused') return { ...outcome, provider: label, kind, attempts };
		const final = attempts.at(-1);
		if (final) finals.push(final);
	}
	// Whoever could not say anything yet may be the one that the recipient belongs to.
	return doubted && finals.every(({ refusal }) => refusal === 'request') ? doubted : failure(finals, attempts);
}

/** Every provider refused: the reason is the most hopeful of them, as that is what the message waits for. */
function failure(finals: Attempt[], attempts: Attempt[]): GroupResult {
	const waiting = finals.filter(({ refusal }) => refusal !== 'request');
	const transient = finals.length === 0 || waiting.length > 0;
	const unavailable = finals.length === 0 || waiting.some(({ refusal }) => refusal === 'transient');
	const reason = unavailable ? 'provider_unavailable' : transient ? 'provider_auth' : 'provider_rejected';
	const times = waiting.map(({ retryAfterMs }) => retryAfterMs);
	const known = times.filter((time): time is number => time !== undefined);
	const retryAfterMs = known.length > 0 && known.length === times.length ? Math.min(...known) : undefined;
	return { outcome: 'failed', reason, transient, attempts, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** One provider with its retries. An attempt that became unknown stays so unless a repetition is accepted. */
async function attemptProvider<Message>(provider: Provider<Message>, message: Message, options: AttemptOptions<Message>, attempts: Attempt[]): Promise<ProviderOutcome> {
	let unknown: ProviderOutcome | undefined;
	let repeated = false;
	for (let tried = 0; ; tried++) {
		const outcome = clean(await attemptOnce(provider, message, options), provider.secrets);
		attempts.push(record(provider, outcome));
		if (outcome.outcome === 'sent') return outcome;
		if (outcome.outcome === 'refused' && outcome.repeatNow && !repeated) {
			repeated = true;
			tried--;
			if (!unknown) await options.afterRefusal?.();
			continue;
		}
		if (outcome.outcome === 'unknown') unknown ??= outcome;
		const wait = backOff(tried, options.random(), outcome);
		const repeat = tried < (provider.retries ?? 0) && mayRepeat(provider, outcome) && wait <= (options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS);
		if (!repeat) return unknown ?? outcome;
		if (!unknown) await options.afterRefusal?.();
		await options.sleep(wait);
	}
}

function mayRepeat(provider: Provider<never>, outcome: ProviderOutcome): boolean {
	if (outcome.outcome === 'refused') return outcome.kind === 'transient';
	return outcome.outcome === 'unknown' && provider.idempotent;
}

/** Doubling from half a second, with jitter, never sooner than the provider asked for. */
function backOff(tried: number, random: number, outcome: ProviderOutcome): number {
	const wanted = RETRY_BASE_MS * 2 ** tried * (0.5 + random / 2);
	return Math.max(wanted, (outcome.outcome === 'refused' && outcome.retryAfterMs) || 0);
}

/** One request at most, when pace and circuit breaker allow it. */
async function attemptOnce<Message>(provider: Provider<Message>, message: Message, options: AttemptOptions<Message>): Promise<ProviderOutcome> {
	const breaker = (options.breakers ?? processBreakers).of(provider, message);
	let block = breaker.blocked(options.now());
	if (block?.code === 'throttled' && block.retryAfterMs <= (options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS)) {
		await options.sleep(block.retryAfterMs);
		block = breaker.blocked(options.now());
	}
	if (block) return blockedOutcome(block);
	return await (options.pacers ?? processPacers).run(provider, async () => {
		const admission = breaker.enter(options.now());
		if (!admission.admitted) return blockedOutcome(admission.block);
		let outcome: ProviderOutcome | undefined;
		try {
			const attempt = await prepare(provider, message, options);
			if ('outcome' in attempt) return attempt;
			await options.beforeRequest(provider);
			outcome = await attempt.make();
			return outcome;
		} finally {
			breaker.leave(admission.probe, options.now(), outcome);
		}
	});
}

function blockedOutcome({ kind, code, retryAfterMs }: Block): ProviderOutcome {
	const detail = code === 'throttled' ? 'Not asked: the provider wants to be left alone for a while (Retry-After)' : 'Not asked: the last requests to this provider failed';
	return { outcome: 'refused', kind, code, detail, retryAfterMs };
}

/** All that can fail before anything leaves is done now. Only our own errors are known to carry no secret. */
async function prepare<Message>(provider: Provider<Message>, message: Message, options: AttemptOptions<Message>): Promise<{ make(): Promise<ProviderOutcome> } | ProviderOutcome> {
	try {
		if ('deliver' in provider) {
			await provider.prepare?.(message);
			return { make: async () => await deliverDirectly(provider, message) };
		}
		const request = await provider.request(message);
		return { make: async () => await exchange(provider, message, request, options.transport ?? sharedTransport()) };
	} catch (error) {
		if (error instanceof NotReady) return error.refusal;
		if (error instanceof InvalidRecipient) return invalidRecipient(error.code, error.message);
		if (!(error instanceof CampaignError)) return { outcome: 'refused', kind: 'request', code: 'invalid_request', detail: 'The request could not be built' };
		// A provider that is not set up is the operator's to mend, like refused credentials: the message can wait for it.
		const kind = error.code === 'misconfigured' ? 'auth' : 'request';
		return { outcome: 'refused', kind, code: error.code, detail: [error.message, error.hint].filter(Boolean).join('. ') };
	}
}

async function deliverDirectly<Message>(provider: DirectProvider<Message>, message: Message): Promise<ProviderOutcome> {
	try {
		return await provider.deliver(message);
	} catch {
		return { outcome: 'unknown', code: 'unreadable', detail: 'What became of the message could not be read' };
	}
}

async function exchange<Message>(provider: HttpProvider<Message>, message: Message, request: HttpRequest, transport: Pick<HttpTransport, 'send'>): Promise<ProviderOutcome> {
	const { timeoutMs, allowPrivate = true } = provider;
	return readExchange(provider, message, await transport.send(request, { timeoutMs, allowPrivate }));
}

function readExchange<Message>(provider: HttpProvider<Message>, message: Message, exchange: Exchange): ProviderOutcome {
	if (exchange.kind === 'refused') {
		if (exchange.code === 'private_address' && provider.isUrlOfRecipient) return invalidRecipient(exchange.code, exchange.detail);
		return { outcome: 'refused', kind: exchange.transient ? 'transient' : 'request', code: exchange.code, detail: exchange.detail };
	}
	if (exchange.kind === 'unknown') return { outcome: 'unknown', code: exchange.code, detail: exchange.detail };
	try {
		return provider.read(exchange.response, message);
	} catch {
		return { outcome: 'unknown', code: 'unreadable', detail: `The answer (HTTP ${exchange.response.status}) could not be read` };
	}
}

function invalidRecipient(code: string, detail: string): ProviderOutcome {
	return { outcome: 'recipient', reason: 'invalid_recipient', code, detail };
}

/** Nothing that a server or a library says goes further with a secret in it. */
function clean(outcome: ProviderOutcome, secrets: readonly string[] = []): ProviderOutcome {
	if (outcome.outcome === 'sent') return outcome.providerId === null ? outcome : { ...outcome, providerId: redact(outcome.providerId, secrets) };
	const texts = { code: redact(outcome.code, secrets, 60), detail: redact(outcome.detail, secrets) };
	if (outcome.outcome !== 'refused' || outcome.retryAfterMs === undefined) return { ...outcome, ...texts };
	return { ...outcome, ...texts, retryAfterMs: Math.min(outcome.retryAfterMs, MAX_RETRY_AFTER_MS) };
}

function record(provider: Provider<never>, outcome: ProviderOutcome): Attempt {
	const who = { provider: provider.label, kind: provider.kind, outcome: outcome.outcome };
	if (outcome.outcome === 'sent') return who;
	const what = { ...who, code: outcome.code, detail: outcome.detail };
	if (outcome.outcome !== 'refused') return what;
	return { ...what, refusal: outcome.kind, ...(outcome.retryAfterMs !== undefined && { retryAfterMs: outcome.retryAfterMs }) };
}
