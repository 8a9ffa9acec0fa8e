import type { DirectProvider, ProviderOutcome } from '../../../engine/channels/provider';
import { Breakers, CircuitBreaker } from '../../../engine/delivery/breaker';

const ok: ProviderOutcome = { outcome: 'sent', providerId: null };
const down: ProviderOutcome = { outcome: 'unknown', code: 'timeout', detail: '' };
const auth: ProviderOutcome = { outcome: 'refused', kind: 'auth', code: '401', detail: '' };
const rejected: ProviderOutcome = { outcome: 'refused', kind: 'request', code: '400', detail: '' };
const invalid: ProviderOutcome = { outcome: 'recipient', reason: 'invalid_recipient', code: '21211', detail: '' };

describe('CircuitBreaker', () => {
	let breaker: CircuitBreaker;
	const ask = (now: number, outcome?: ProviderOutcome) => {
		const admission = breaker.enter(now);
		if (admission.admitted) breaker.leave(admission.probe, now, outcome);
		return admission;
	};

	beforeEach(() => {
		breaker = new CircuitBreaker({ failures: 3, openMs: 1_000, maxOpenMs: 3_000 });
	});

	it('waits no longer where the clock is set back', () => {
		const HOUR = 3_600_000;
		ask(HOUR, { outcome: 'refused', kind: 'transient', code: '429', detail: '', retryAfterMs: 500 });
		expect(breaker.blocked(100)).toMatchObject({ code: 'throttled', retryAfterMs: 500 });
		expect(breaker.blocked(601)).toBeUndefined();
		for (const now of [HOUR, HOUR, HOUR]) ask(now, down);
		expect(breaker.blocked(HOUR + 100)).toMatchObject({ code: 'circuit_open', retryAfterMs: 900 });
		expect(breaker.blocked(200)).toMatchObject({ code: 'circuit_open', retryAfterMs: 900 });
		expect(breaker.enter(1_100)).toEqual({ admitted: true, probe: true });
	});

	it('opens after failures in a row, not before', () => {
		ask(0, down);
		ask(0, down);
		expect(breaker.blocked(0)).toBeUndefined();
		ask(0, down);
		expect(breaker.blocked(0)).toEqual({ kind: 'transient', code: 'circuit_open', retryAfterMs: 1_000 });
		expect(breaker.blocked(400)).toMatchObject({ retryAfterMs: 600 });
	});

	it.each([['sent', ok], ['a rejected message', rejected], ['an invalid recipient', invalid]])('%s shows that the provider works', (_name, outcome) => {
		for (let i = 0; i < 10; i++) {
			ask(0, down);
			ask(0, down);
			ask(0, outcome);
		}
		expect(breaker.blocked(0)).toBeUndefined();
	});

	it('what one recipient has to wait for neither opens nor pauses nor closes it', () => {
		const wait: ProviderOutcome = { outcome: 'refused', kind: 'transient', code: '429', detail: '', retryAfterMs: 5_000, aboutRecipient: true };
		const often: ProviderOutcome = { outcome: 'refused', kind: 'transient', code: '429', detail: '', aboutRecipient: true };
		for (let i = 0; i < 10; i++) for (const outcome of [wait, often]) ask(0, outcome);
		expect(breaker.blocked(0)).toBeUndefined();
		for (const outcome of [down, down, often, down]) ask(0, outcome);
		expect(breaker.blocked(0)).toMatchObject({ code: 'circuit_open' });
		ask(1_000, wait);
		expect(breaker.enter(1_000)).toEqual({ admitted: true, probe: true });
	});

	it('lets one probe through at a time, and closes when it works', () => {
		for (let i = 0; i < 3; i++) ask(0, down);
		const probe = breaker.enter(1_000);
		expect(probe).toEqual({ admitted: true, probe: true });
		expect(breaker.enter(1_000)).toMatchObject({ admitted: false, block: { code: 'circuit_open', retryAfterMs: 1_000 } });
		breaker.leave(true, 1_100, ok);
		expect(breaker.enter(1_100)).toEqual({ admitted: true, probe: false });
	});

	it('stays open twice as long each time the probe fails, up to a bound', () => {
		for (let i = 0; i < 3; i++) ask(0, down);
		let now = 0;
		const waits = [];
		for (let i = 0; i < 4; i++) {
			const wait = breaker.blocked(now)?.retryAfterMs ?? 0;
			waits.push(wait);
			now += wait;
			ask(now, down);
		}
		expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
	});

	it('a probe that made no request leaves the way free for another', () => {
		for (let i = 0; i < 3; i++) ask(0, down);
		ask(1_000);
		expect(breaker.enter(1_000)).toEqual({ admitted: true, probe: true });
	});

	it('requests that were under way when it opened neither close nor prolong it', () => {
		const early = [breaker.enter(0), breaker.enter(0)];
		for (let i = 0; i < 3; i++) ask(0, down);
		for (const outcome of [ok, down]) breaker.leave(false, 500, outcome);
		expect(early).toHaveLength(2);
		expect(breaker.blocked(500)).toMatchObject({ retryAfterMs: 500 });
	});

	it('remembers that credentials were the matter', () => {
		for (let i = 0; i < 3; i++) ask(0, auth);
		expect(breaker.blocked(0)).toMatchObject({ kind: 'auth' });
	});

	it('leaves a provider alone for as long as it asked, within reason', () => {
		ask(0, { outcome: 'refused', kind: 'transient', code: '429', detail: '', retryAfterMs: 5_000 });
		expect(breaker.blocked(1_000)).toEqual({ kind: 'transient', code: 'throttled', retryAfterMs: 4_000 });
		expect(breaker.blocked(5_000)).toBeUndefined();
		ask(5_000, { outcome: 'refused', kind: 'transient', code: '429', detail: '', retryAfterMs: 1e12 });
		expect(breaker.blocked(5_000)).toMatchObject({ retryAfterMs: 3_600_000 });
	});
});

describe('Breakers', () => {
	const provider = (more: Partial<DirectProvider<string>> = {}): DirectProvider<string> => ({ kind: 'k', label: 'l', idempotent: false, timeoutMs: 1, deliver: async () => ok, ...more });

	it('are one per identity, or per what the provider says of the message', () => {
		const breakers = new Breakers();
		expect(breakers.of(provider(), 'a')).toBe(breakers.of(provider(), 'b'));
		expect(breakers.of(provider({ identity: 'other' }), 'a')).not.toBe(breakers.of(provider(), 'a'));
		const byMessage = provider({ breakerKey: (message) => `k ${message}` });
		expect(breakers.of(byMessage, 'a')).toBe(breakers.of(byMessage, 'a'));
		expect(breakers.of(byMessage, 'a')).not.toBe(breakers.of(byMessage, 'b'));
	});

	it('that were not asked for longest are forgotten', () => {
		const breakers = new Breakers();
		const byMessage = provider({ breakerKey: (message) => message });
		const [used, unused] = [breakers.of(byMessage, 'used'), breakers.of(byMessage, 'unused')];
		for (let count = 0; count < 2_500; count++) {
			breakers.of(byMessage, String(count));
			breakers.of(byMessage, 'used');
		}
		expect(breakers.of(byMessage, 'used')).toBe(used);
		expect(breakers.of(byMessage, 'unused')).not.toBe(unused);
	});
});
