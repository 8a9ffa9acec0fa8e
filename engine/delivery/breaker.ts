import type { Provider, ProviderOutcome } from '../channels/provider';
import { identityOf } from './pace';

export interface BreakerSettings {
	/** Failures in a row that open the circuit. */
	failures: number;
	/** Milliseconds it stays open the first time; doubled each time the probe fails. */
	openMs: number;
	maxOpenMs: number;
}

const DEFAULTS: BreakerSettings = { failures: 5, openMs: 10_000, maxOpenMs: 300_000 };

/** Longest Retry-After that is believed. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Why a provider is not asked now: its circuit is open, or it said Retry-After (`throttled`). `kind` is that of the
 * failure behind it, so that refused credentials stay visible as such.
 */
export interface Block {
	kind: 'transient' | 'auth';
	code: 'circuit_open' | 'throttled';
	retryAfterMs: number;
}

export type Admission = { admitted: true; probe: boolean } | { admitted: false; block: Block };

/**
 * Keeps a provider that does not work from being asked by every message of a batch. Refusals of the transient and auth
 * kind and unanswered requests are failures; sent, and refusals about the message or the recipient, show that the
 * provider works, but that one recipient has to wait shows nothing. When the time of an open circuit is over, one request
 * at a time probes.
 */
export class CircuitBreaker {
	private readonly settings: BreakerSettings;

	private failures = 0;

	/** How often it opened since it last worked; doubles the time. */
	private openings = 0;

	private openUntil?: number;

	private pausedUntil = 0;

	private probing = false;

	private lastKind: Block['kind'] = 'transient';

	/** The last time it was told. */
	private seen = -Infinity;

	constructor(settings: Partial<BreakerSettings> = {}) {
		this.settings = { ...DEFAULTS, ...settings };
	}

	/** Why the provider cannot be asked at this time, or undefined. Reserves nothing. */
	blocked(now: number): Block | undefined {
		this.noticeTime(now);
		if (now < this.pausedUntil) return { kind: 'transient', code: 'throttled', retryAfterMs: this.pausedUntil - now };
		if (this.openUntil === undefined) return undefined;
		if (now < this.openUntil) return { kind: this.lastKind, code: 'circuit_open', retryAfterMs: this.openUntil - now };
		// Half-open: whoever comes while the probe is out waits about as long as a probe takes.
		return this.probing ? { kind: this.lastKind, code: 'circuit_open', retryAfterMs: this.settings.openMs } : undefined;
	}

	/** Asks to make a request. An admitted one must be reported by `leave`. */
	enter(now: number): Admission {
		const block = this.blocked(now);
		if (block) return { admitted: false, block };
		const probe = this.openUntil !== undefined;
		if (probe) this.probing = true;
		return { admitted: true, probe };
	}

	/** Reports an admitted request; without an outcome when none was made. */
	leave(probe: boolean, now: number, outcome?: ProviderOutcome): void {
		this.noticeTime(now);
		if (probe) this.probing = false;
		// What one recipient has to wait for says neither that the provider works nor that it does not.
		if (!outcome || (outcome.outcome === 'refused' && outcome.aboutRecipient)) return;
		if (outcome.outcome === 'refused' && outcome.kind === 'transient' && outcome.retryAfterMs !== undefined) {
			this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(outcome.retryAfterMs, MAX_RETRY_AFTER_MS));
			return;
		}
		if (isFailure(outcome)) this.fail(probe, now, outcome);
		else if (probe || this.openUntil === undefined) this.close();
	}

	/** Where the clock was set back, what is left of a wait stays what it was. */
	private noticeTime(now: number): void {
		const back = this.seen - now;
		if (back > 0 && Number.isFinite(back)) {
			this.pausedUntil -= back;
			if (this.openUntil !== undefined) this.openUntil -= back;
		}
		this.seen = now;
	}

	private fail(probe: boolean, now: number, outcome: ProviderOutcome): void {
		// Requests that were under way when the circuit opened say nothing new.
		if (this.openUntil !== undefined && !probe) return;
		this.lastKind = outcome.outcome === 'refused' && outcome.kind === 'auth' ? 'auth' : 'transient';
		this.failures++;
		if (!probe && this.failures < this.settings.failures) return;
		this.openUntil = now + Math.min(this.settings.openMs * 2 ** this.openings, this.settings.maxOpenMs);
		this.openings++;
	}

	private close(): void {
		this.failures = 0;
		this.openings = 0;
		this.openUntil = undefined;
	}
}

function isFailure(outcome: ProviderOutcome): boolean {
	return outcome.outcome === 'unknown' || (outcome.outcome === 'refused' && outcome.kind !== 'request');
}

/** More are not kept, but the last ones asked: where strangers name the servers, they could fill the memory. */
const MOST_KEPT = 2_000;

/** Circuit breakers by provider identity, or by what a provider says of a message. */
export class Breakers {
	private readonly breakers = new Map<string, CircuitBreaker>();

	constructor(private readonly settings: Partial<BreakerSettings> = {}) {}

	of<Message>(provider: Provider<Message>, message: Message): CircuitBreaker {
		const key = provider.breakerKey?.(message) ?? identityOf(provider);
		const breaker = this.breakers.get(key) ?? new CircuitBreaker(this.settings);
		// The last one asked is the last one of the map.
		this.breakers.delete(key);
		this.breakers.set(key, breaker);
		const [oldest] = this.breakers.keys();
		if (this.breakers.size > MOST_KEPT && oldest !== undefined) this.breakers.delete(oldest);
		return breaker;
	}
}

/** The circuit breakers of this process. */
export const processBreakers = new Breakers();
