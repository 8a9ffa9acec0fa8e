import { BrokenProvider } from '../../../engine/channels/broken';
import type { Exchange } from '../../../engine/channels/http/transport';
import { InvalidRecipient, NotReady, type DirectProvider, type HttpProvider, type ProviderOutcome } from '../../../engine/channels/provider';
import { attemptGroup } from '../../../engine/delivery/attempt';
import { CampaignError } from '../../../engine/errors';
import { attemptOptions } from '../../support/exchange';
import { closedPort, startLoopback, type Loopback } from '../../support/loopback';

const SECRET = 'very-secret-key';

type Script = ProviderOutcome | 'silent';
const sent: Script = { outcome: 'sent', providerId: 'id' };
const refused = (kind: 'transient' | 'auth' | 'request', retryAfterMs?: number): Script => ({ outcome: 'refused', kind, code: kind, detail: `said ${SECRET}`, ...(retryAfterMs !== undefined && { retryAfterMs }) });
const again: Script = { outcome: 'refused', kind: 'request', code: 'expired', detail: 'token', repeatNow: true };
const recipient: Script = { outcome: 'recipient', reason: 'unsubscribed', code: '21610', detail: 'STOP' };
const elsewhere: Script = { outcome: 'recipient', reason: 'invalid_recipient', code: 'mismatch', detail: 'not mine', mayBeSettings: true };
const unknown: Script = { outcome: 'unknown', code: 'http_500', detail: 'who knows' };

/** A provider whose server answers what the script says, one after the other; the last one stays. */
class ScriptedProvider implements HttpProvider<string> {
	readonly kind = 'scripted';
	readonly timeoutMs = 150;
	readonly secrets = [SECRET];
	requests = 0;

	constructor(
		readonly label: string,
		private readonly url: string,
		private readonly script: Script[],
		readonly retries = 0,
		readonly idempotent = false,
	) {}

	request(message: string) {
		const step = this.step(this.requests++);
		return { method: 'POST' as const, url: `${this.url}/${this.label}?${step === 'silent' ? 'silent' : this.requests - 1}`, headers: {}, body: message };
	}

	read(): ProviderOutcome {
		const step = this.step(this.requests - 1);
		if (step === 'silent') throw new Error('unreachable');
		return step;
	}

	private step(index: number): Script {
		return this.script[Math.min(index, this.script.length - 1)] ?? sent;
	}
}

describe('attemptGroup', () => {
	let server: Loopback;
	let context: ReturnType<typeof attemptOptions<string>>;
	const paths = () => server.seen.map(({ url }) => url.split('?')[0]);

	beforeEach(async () => {
		server = await startLoopback((seen, answer) => void (seen.url.endsWith('silent') || answer({ status: 200 })));
		context = attemptOptions<string>();
	});

	afterEach(async () => {
		context.close();
		await server.close();
	});

	const provider = (label: string, script: Script[], retries = 0, idempotent = false) => new ScriptedProvider(label, server.url, script, retries, idempotent);

	const A = '/a';
	const B = '/b';
	it.each<[string, Array<[string, Script[], number?, boolean?]>, object, string[]]>([
		['the first one takes it', [['a', [sent]], ['b', [sent]]], { outcome: 'sent', provider: 'a', kind: 'scripted', providerId: 'id' }, [A]],
		['transient: the next', [['a', [refused('transient')]], ['b', [sent]]], { outcome: 'sent', provider: 'b', attempts: [{ provider: 'a', refusal: 'transient' }, { provider: 'b', outcome: 'sent' }] }, [A, B]],
		['auth: the next', [['a', [refused('auth')]], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, B]],
		['request: the next', [['a', [refused('request')]], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, B]],
		['recipient ends it', [['a', [recipient]], ['b', [sent]]], { outcome: 'recipient', reason: 'unsubscribed', provider: 'a', code: '21610' }, [A]],
		['unknown ends it', [['a', [unknown]], ['b', [sent]]], { outcome: 'unknown', provider: 'a', code: 'http_500' }, [A]],
		['silence ends it', [['a', ['silent']], ['b', [sent]]], { outcome: 'unknown', provider: 'a', code: 'timeout' }, [A]],
		['unknown after a fail-over ends it', [['a', [refused('transient')]], ['b', [unknown]], ['c', [sent]]], { outcome: 'unknown', provider: 'b' }, [A, B]],
		['perhaps another\'s recipient: the next', [['a', [elsewhere]], ['b', [sent]]], { outcome: 'sent', provider: 'b', attempts: [{ outcome: 'recipient' }, {}] }, [A, B]],
		['nobody\'s recipient', [['a', [elsewhere]], ['b', [elsewhere]]], { outcome: 'recipient', reason: 'invalid_recipient', provider: 'a', code: 'mismatch', attempts: [{}, {}] }, [A, B]],
		['the last one\'s recipient, who is gone', [['a', [elsewhere]], ['b', [recipient]]], { outcome: 'recipient', reason: 'unsubscribed', provider: 'b' }, [A, B]],
		['perhaps another\'s recipient, and that one rejects', [['a', [elsewhere]], ['b', [refused('request')]]], { outcome: 'recipient', provider: 'a' }, [A, B]],
		['perhaps another\'s recipient, and that one is busy', [['a', [elsewhere]], ['b', [refused('transient')]]], { outcome: 'failed', reason: 'provider_unavailable', transient: true }, [A, B]],
		['perhaps that of the one whose credentials are refused', [['a', [refused('auth')]], ['b', [elsewhere]]], { outcome: 'failed', reason: 'provider_auth', transient: true }, [A, B]],
		['retries after transient', [['a', [refused('transient'), refused('transient'), sent], 2]], { outcome: 'sent', provider: 'a' }, [A, A, A]],
		['retries are counted', [['a', [refused('transient')], 2], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, A, A, B]],
		['no retry after auth', [['a', [refused('auth')], 2], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, B]],
		['no retry after request', [['a', [refused('request')], 2], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, B]],
		['no retry after unknown', [['a', [unknown, sent], 2], ['b', [sent]]], { outcome: 'unknown', provider: 'a' }, [A]],
		['idempotent: retry after unknown', [['a', [unknown, 'silent', sent], 2, true]], { outcome: 'sent', provider: 'a' }, [A, A, A]],
		['idempotent: unknown stays unknown after a refusal', [['a', [unknown, refused('request')], 2, true], ['b', [sent]]], { outcome: 'unknown', provider: 'a', code: 'http_500' }, [A, A]],
		['idempotent: unknown stays unknown after a recipient refusal', [['a', [unknown, recipient], 2, true], ['b', [sent]]], { outcome: 'unknown', provider: 'a' }, [A, A]],
		['idempotent: never fails over after unknown', [['a', [unknown], 1, true], ['b', [sent]]], { outcome: 'unknown', provider: 'a' }, [A, A]],
		['mended: asked once more', [['a', [again, sent]], ['b', [sent]]], { outcome: 'sent', provider: 'a', attempts: [{ code: 'expired' }, { outcome: 'sent' }] }, [A, A]],
		['mended: not twice', [['a', [again, again, sent]], ['b', [sent]]], { outcome: 'sent', provider: 'b' }, [A, A, B]],
		['mended: is no retry', [['a', [again, refused('transient'), sent], 1]], { outcome: 'sent', provider: 'a' }, [A, A, A]],
		['all transient', [['a', [refused('transient')]], ['b', [refused('transient')]]], { outcome: 'failed', reason: 'provider_unavailable', transient: true }, [A, B]],
		['all auth', [['a', [refused('auth')]], ['b', [refused('auth')]]], { outcome: 'failed', reason: 'provider_auth', transient: true }, [A, B]],
		['auth and request', [['a', [refused('auth')]], ['b', [refused('request')]]], { outcome: 'failed', reason: 'provider_auth', transient: true }, [A, B]],
		['auth and transient', [['a', [refused('auth')]], ['b', [refused('transient')]]], { outcome: 'failed', reason: 'provider_unavailable', transient: true }, [A, B]],
		['request and transient', [['a', [refused('request')]], ['b', [refused('transient')]]], { outcome: 'failed', reason: 'provider_unavailable', transient: true }, [A, B]],
		['all request', [['a', [refused('request')]], ['b', [refused('request')]]], { outcome: 'failed', reason: 'provider_rejected', transient: false }, [A, B]],
		['nobody there', [], { outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [] }, []],
		['one asks for a pause, the other does not', [['a', [refused('transient', 60_000)]], ['b', [refused('transient')]]], { outcome: 'failed', retryAfterMs: undefined }, [A, B]],
		['both ask for a pause: the shorter', [['a', [refused('transient', 60_000)]], ['b', [refused('transient', 40_000)]]], { outcome: 'failed', retryAfterMs: 40_000 }, [A, B]],
		['a pause of days is not believed', [['a', [refused('transient', 9e9)]]], { outcome: 'failed', retryAfterMs: 3_600_000 }, [A]],
	])('%s', async (_name, scripts, expected, requests) => {
		const providers = scripts.map(([label, script, retries, idempotent]) => provider(label, script, retries, idempotent));
		const result = await attemptGroup(providers, 'hello', context.options);
		expect({ retryAfterMs: undefined, ...result }).toMatchObject(expected);
		expect(paths()).toEqual(requests);
		expect(JSON.stringify(result)).not.toContain(SECRET);
	});

	it('calls beforeRequest before every request, when nothing has arrived yet', async () => {
		const arrived: number[] = [];
		context.options.beforeRequest = async (asked) => {
			await new Promise((resolve) => setTimeout(resolve, 20));
			context.asked.push(asked.label);
			arrived.push(server.seen.length);
		};
		await attemptGroup([provider('a', [refused('transient')], 1), provider('b', [sent])], 'hello', context.options);
		expect(context.asked).toEqual(['a', 'a', 'b']);
		expect(arrived).toEqual([0, 1, 2]);
	});

	it.each<[string, Array<[string, Script[], number?, boolean?]>, string[]]>([
		['a retry and a fail-over', [['a', [refused('transient')], 1], ['b', [sent]]], ['a', '-', 'a', '-', 'b']],
		['nothing after the last refusal', [['a', [refused('request')]]], ['a']],
		['nothing after a request that nobody knows about', [['a', [unknown, refused('transient')], 1, true], ['b', [sent]]], ['a', 'a']],
	])('says when a refused message waits for its next request: %s', async (_name, scripts, told) => {
		context.options.afterRefusal = async () => void context.asked.push('-');
		await attemptGroup(scripts.map(([label, script, retries, idempotent]) => provider(label, script, retries, idempotent)), 'hello', context.options);
		expect(context.asked).toEqual(told);
	});

	it('makes no request when beforeRequest throws, and hands the error on', async () => {
		context.options.beforeRequest = async () => {
			throw new CampaignError('lease_lost', 'Somebody else has it');
		};
		await expect(attemptGroup([provider('a', [sent]), provider('b', [sent])], 'hello', context.options)).rejects.toThrow('Somebody else has it');
		expect(server.seen).toEqual([]);
	});

	it('does not call beforeRequest where no request is made', async () => {
		const broken = new BrokenProvider<string>('broken', 'The credential is missing');
		const result = await attemptGroup([broken], 'hello', context.options);
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_auth', transient: true, attempts: [{ provider: 'broken', code: 'misconfigured', detail: 'The credential is missing' }] });
		expect(context.asked).toEqual([]);
	});

	describe('a provider with connections of its own', () => {
		const direct = (deliver: DirectProvider<string>['deliver'], prepare?: DirectProvider<string>['prepare']): DirectProvider<string> => ({
			kind: 'direct', label: 'direct', idempotent: false, timeoutMs: 100, secrets: [SECRET], deliver, prepare,
		});

		it('delivers after the ledger has been told', async () => {
			const steps: string[] = [];
			const provider = direct(
				async () => {
					steps.push(`deliver after ${context.asked.length}`);
					return { outcome: 'sent', providerId: 'x' };
				},
				() => void steps.push(`prepare after ${context.asked.length}`),
			);
			expect(await attemptGroup([provider], 'hello', context.options)).toMatchObject({ outcome: 'sent', providerId: 'x', provider: 'direct' });
			expect(steps).toEqual(['prepare after 0', 'deliver after 1']);
		});

		it('fails over where it has refused, its secrets masked', async () => {
			const result = await attemptGroup([direct(async () => refused('transient') as ProviderOutcome), provider('b', [sent])], 'hello', context.options);
			expect(result).toMatchObject({ outcome: 'sent', provider: 'b', attempts: [{ refusal: 'transient', detail: 'said ***' }, { outcome: 'sent' }] });
		});

		it('is unknown where it throws, and nobody else is asked', async () => {
			const broken = direct(async () => {
				throw new Error(SECRET);
			});
			const result = await attemptGroup([broken, provider('b', [sent])], 'hello', context.options);
			expect(result).toMatchObject({ outcome: 'unknown', code: 'unreadable' });
			expect(JSON.stringify(result)).not.toContain(SECRET);
			expect(server.seen).toEqual([]);
		});

		it('refuses what it cannot prepare before anything is told', async () => {
			const careful = direct(
				async () => ({ outcome: 'sent', providerId: null }),
				() => {
					throw new CampaignError('no_topic', 'No topic');
				},
			);
			expect(await attemptGroup([careful], 'hello', context.options)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'no_topic', detail: 'No topic' }] });
			expect(context.asked).toEqual([]);
		});
	});

	it('a request that cannot be built fails over; its error stays inside unless it is ours', async () => {
		const bad = provider('a', [sent]);
		bad.request = () => {
			throw new TypeError(`cannot read ${SECRET}`);
		};
		const ours = provider('b', [sent]);
		ours.request = () => {
			throw new CampaignError('missing_value', 'No value for $$x', 'Add one');
		};
		const result = await attemptGroup([bad, ours, provider('c', [sent])], 'hello', context.options);
		expect(result).toMatchObject({ outcome: 'sent', provider: 'c', attempts: [{ code: 'invalid_request', detail: 'The request could not be built' }, { code: 'missing_value', detail: 'No value for $$x. Add one' }, {}] });
	});

	it('a provider that says itself why it is not ready has refused, without a request', async () => {
		const one = provider('a', [sent]);
		one.request = () => {
			throw new NotReady({ outcome: 'refused', kind: 'auth', code: 'no_token', detail: `no token for ${SECRET}` });
		};
		const result = await attemptGroup([one], 'hello', context.options);
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_auth', transient: true, attempts: [{ code: 'no_token', detail: 'no token for ***' }] });
		expect(context.asked).toEqual([]);
		expect(server.seen).toEqual([]);
	});

	it('a recipient for whom nothing can be made ends it, without a request', async () => {
		const one = provider('a', [sent]);
		one.request = () => {
			throw new InvalidRecipient('bad_keys', 'No such keys');
		};
		const result = await attemptGroup([one, provider('b', [sent])], 'hello', context.options);
		expect(result).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient', code: 'bad_keys', detail: 'No such keys', provider: 'a' });
		expect(context.asked).toEqual([]);
		expect(server.seen).toEqual([]);
	});

	it.each([[true, { outcome: 'recipient', reason: 'invalid_recipient', code: 'private_address' }], [false, { outcome: 'failed', reason: 'provider_rejected' }]])('a private address is the recipient\'s where the URL is: %s', async (isUrlOfRecipient, expected) => {
		const one = Object.assign(provider('a', [sent]), { allowPrivate: false, isUrlOfRecipient });
		expect(await attemptGroup([one], 'hello', context.options)).toMatchObject(expected);
		expect(server.seen).toEqual([]);
	});

	it('an answer that breaks the reader is unknown', async () => {
		const fragile = provider('a', [sent]);
		fragile.read = () => {
			throw new Error(`oops ${SECRET}`);
		};
		expect(await attemptGroup([fragile, provider('b', [sent])], 'hello', context.options)).toMatchObject({ outcome: 'unknown', code: 'unreadable' });
	});

	it('a server that is not there is a transient refusal, retried and failed over', async () => {
		const gone = new ScriptedProvider('gone', `http://127.0.0.1:${await closedPort()}`, [sent], 1);
		const result = await attemptGroup([gone, provider('b', [sent])], 'hello', context.options);
		expect(result).toMatchObject({ outcome: 'sent', provider: 'b', attempts: [{ code: 'connect', refusal: 'transient' }, { code: 'connect' }, { outcome: 'sent' }] });
	});

	it('backs off between retries with jitter, never sooner than Retry-After, never longer than its bound', async () => {
		context.options.random = () => 0.5;
		await attemptGroup([provider('a', [refused('transient')], 3)], 'hello', context.options);
		expect(context.slept).toEqual([375, 750, 1500]);
		context.slept.length = 0;
		const result = await attemptGroup([provider('b', [refused('transient', 2_000), refused('transient', 6_000), sent], 3)], 'hello', context.options);
		expect(context.slept).toEqual([2_000]);
		expect(result).toMatchObject({ outcome: 'failed', retryAfterMs: 6_000 });
	});

	it('an open circuit refuses without a request, and one probe closes it', async () => {
		const shaky = provider('a', [...Array<Script>(5).fill(unknown), sent]);
		for (let i = 0; i < 5; i++) await attemptGroup([shaky], 'hello', context.options);
		expect(await attemptGroup([shaky], 'hello', context.options)).toMatchObject({ outcome: 'failed', transient: true, retryAfterMs: 10_000, attempts: [{ code: 'circuit_open', refusal: 'transient' }] });
		expect(server.seen).toHaveLength(5);
		context.advance(10_000);
		expect(await attemptGroup([shaky], 'hello', context.options)).toMatchObject({ outcome: 'sent' });
		expect(server.seen).toHaveLength(6);
	});

	it('an open circuit keeps refused credentials visible', async () => {
		const wrong = provider('a', [refused('auth')]);
		for (let i = 0; i < 6; i++) {
			expect(await attemptGroup([wrong], 'hello', context.options)).toMatchObject({ outcome: 'failed', reason: 'provider_auth' });
		}
		expect(server.seen).toHaveLength(5);
	});

	it('waits out a short Retry-After of an earlier message, and moves on for a long one', async () => {
		const busy = provider('a', [refused('transient', 3_000), sent, refused('transient', 60_000), sent]);
		await attemptGroup([busy], 'one', context.options);
		expect(await attemptGroup([busy], 'two', context.options)).toMatchObject({ outcome: 'sent' });
		expect(context.slept).toEqual([3_000]);
		await attemptGroup([busy], 'three', context.options);
		expect(await attemptGroup([busy, provider('b', [sent])], 'four', context.options)).toMatchObject({ outcome: 'sent', provider: 'b', attempts: [{ code: 'throttled' }, {}] });
		expect(context.slept).toEqual([3_000]);
	});

	it('reaches the transport with the deadline and address rule of the provider', async () => {
		const calls: unknown[] = [];
		const send = async (_request: unknown, options: unknown): Promise<Exchange> => {
			calls.push(options);
			return { kind: 'response', response: { status: 200, headers: {}, body: '' } };
		};
		const guarded = Object.assign(provider('b', [sent]), { allowPrivate: false });
		await attemptGroup([provider('a', [sent])], 'x', { ...context.options, transport: { send } });
		await attemptGroup([guarded], 'x', { ...context.options, transport: { send } });
		expect(calls).toEqual([{ timeoutMs: 150, allowPrivate: true }, { timeoutMs: 150, allowPrivate: false }]);
	});
});
