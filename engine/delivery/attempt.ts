import { redact } from '../channels/http/redact';
import type { Provider, ProviderOutcome, RecipientReason } from '../channels/provider';
import { askAlone, blockedOutcome, breakerOf, type AskOptions } from './ask';
import { processBatches, type Asked, type Batches } from './batches';
import { MAX_RETRY_AFTER_MS } from './breaker';

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
	| { outcome: 'unknown'; provider: string; kind: string; code: string; detail: string; providerId?: string; attempts: Attempt[] }
	| { outcome: 'failed'; reason: 'provider_rejected' | 'provider_auth' | 'provider_unavailable'; transient: boolean; attempts: Attempt[]; retryAfterMs?: number };

export interface AttemptOptions<Message> extends AskOptions<Message> {
	sleep(ms: number): Promise<void>;
	/** 0 <= x < 1, for the jitter of retries. */
	random(): number;
	/** Longest wait for a retry or for a provider's Retry-After within this call, in milliseconds; beyond it the message fails over or is held. Default 5000. */
	maxWaitMs?: number;
	/** Where messages gather that may share a request. Default: that of the process. */
	batches?: Batches;
}

const DEFAULT_MAX_WAIT_MS = 5_000;

const RETRY_BASE_MS = 500;

/** Characters of a provider's id of a message: a long text has one for each part. */
const LONGEST_ID = 1_000;

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
		// Once a message may have left, no later refusal takes that back.
		const asked = await attemptOnce(provider, message, unknown ? { ...options, afterRefusal: undefined } : options);
		const outcome = clean(asked.outcome, provider.secrets);
		attempts.push(record(provider, outcome));
		if (outcome.outcome === 'sent') return outcome;
		if (outcome.outcome === 'refused' && outcome.repeatNow && !repeated) {
			repeated = true;
			tried--;
			if (!unknown) await options.afterRefusal?.();
			continue;
		}
		if (outcome.outcome === 'unknown') unknown ??= outcome;
		const wait = backOff(tried, asked.random ?? options.random(), outcome);
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

/** One request at most, when pace and circuit breaker allow it; together with others where the provider takes several messages at once. */
async function attemptOnce<Message>(provider: Provider<Message>, message: Message, options: AttemptOptions<Message>): Promise<Asked> {
	const breaker = breakerOf(provider, message, options);
	let block = breaker.blocked(options.now());
	if (block?.code === 'throttled' && block.retryAfterMs <= (options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS)) {
		await options.sleep(block.retryAfterMs);
		block = breaker.blocked(options.now());
	}
	if (block) return { outcome: blockedOutcome(block) };
	const together = (options.batches ?? processBatches).join(provider, message, options);
	return await (together ?? askAlone(provider, message, options).then((outcome) => ({ outcome })));
}

/** Nothing that a server or a library says goes further with a secret in it. */
function clean(outcome: ProviderOutcome, secrets: readonly string[] = []): ProviderOutcome {
	if (outcome.outcome === 'sent') return outcome.providerId === null ? outcome : { ...outcome, providerId: redact(outcome.providerId, secrets, LONGEST_ID) };
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
