import { isCertain, reachable, sendToDevices, type DeadDevice } from '../../../../engine/channels/push/devices';
import type { PushMessage } from '../../../../engine/channels/push/message';
import { BrokenProvider } from '../../../../engine/channels/broken';
import type { DirectProvider, Provider, ProviderOutcome } from '../../../../engine/channels/provider';
import { CampaignError } from '../../../../engine/errors';
import type { Device } from '../../../../engine/people/records';
import { attemptOptions } from '../../../support/exchange';
import { content, NOW } from '../../../support/push';

const sent: ProviderOutcome = { outcome: 'sent', providerId: 'id' };
const dead: ProviderOutcome = { outcome: 'recipient', reason: 'user_not_reachable', code: 'UNREGISTERED', detail: 'gone' };
const invalid: ProviderOutcome = { outcome: 'recipient', reason: 'invalid_recipient', code: 'INVALID', detail: 'no token' };
const unknown: ProviderOutcome = { outcome: 'unknown', code: 'timeout', detail: 'no answer' };
const busy: ProviderOutcome = { outcome: 'refused', kind: 'transient', code: '503', detail: 'busy' };
const later: ProviderOutcome = { ...busy, retryAfterMs: 40_000 };
const sooner: ProviderOutcome = { ...busy, retryAfterMs: 20_000 };
const auth: ProviderOutcome = { outcome: 'refused', kind: 'auth', code: '401', detail: 'key' };
const rejected: ProviderOutcome = { outcome: 'refused', kind: 'request', code: '400', detail: 'bad' };
const WORDS = { sent, dead, invalid, unknown, busy, later, sooner, auth, rejected };
type Word = keyof typeof WORDS;

const device = (token: string, kind: Device['kind'] = 'fcm', seenAt = 1): Device => ({ token, kind, seenAt, ...(kind === 'webpush' && { keys: { p256dh: 'p', auth: 'a' } }) });

/** A provider that does with a device what its token says: `sent 1`. Every request is noted. */
class Scripted implements DirectProvider<PushMessage> {
	readonly idempotent = false;

	readonly timeoutMs = 1_000;

	readonly requests: string[] = [];

	constructor(
		readonly kind: Device['kind'],
		readonly label: string,
		private readonly says: (token: string) => ProviderOutcome = (token) => WORDS[token.split(' ')[0] as Word],
		readonly identity = `${kind} ${label} ${Math.random()}`,
	) {}

	async deliver({ device: { token } }: PushMessage): Promise<ProviderOutcome> {
		this.requests.push(token);
		return this.says(token);
	}
}

/** The ledger's calls, in their order; `stopAt`: the request before which it says that the message may not leave any more. */
function ledger(stopAt = Infinity) {
	const calls: string[] = [];
	return {
		calls,
		beforeRequest: async () => {
			if (calls.filter((call) => call === 'before').length + 1 >= stopAt) throw new CampaignError('too_late', 'The cut-off has come');
			calls.push('before');
		},
		afterRefusal: async () => void calls.push('refused'),
	};
}

async function send(words: string[], providers: ReadonlyArray<Provider<PushMessage>> = [new Scripted('fcm', 'FCM')], stopAt?: number) {
	const { calls, ...told } = ledger(stopAt);
	const { options, close } = attemptOptions<PushMessage>(told);
	try {
		const devices = words.map((word, index) => device(`${word} ${index}`));
		return { ...(await sendToDevices(providers, { devices, content: content() }, options)), calls };
	} finally {
		close();
	}
}

describe('one message to several devices', () => {
	const B = 'before';
	const R = 'refused';
	it.each<[Word[], object, string[]]>([
		[['sent'], { outcome: 'sent', providerId: 'id', provider: 'FCM' }, [B]],
		[['sent', 'sent'], { outcome: 'sent' }, [B, B]],
		[['sent', 'dead', 'busy'], { outcome: 'sent' }, [B, B, B]],
		[['dead', 'sent'], { outcome: 'sent' }, [B, R, B]],
		[['unknown', 'sent'], { outcome: 'sent' }, [B, B]],
		[['sent', 'unknown'], { outcome: 'sent' }, [B, B]],
		[['unknown', 'busy', 'dead'], { outcome: 'unknown', code: 'timeout' }, [B, B, B]],
		[['busy', 'unknown', 'rejected'], { outcome: 'unknown' }, [B, R, B, B]],
		[['dead', 'later'], { outcome: 'failed', reason: 'provider_unavailable', transient: true, retryAfterMs: 40_000 }, [B, R, B]],
		[['auth', 'rejected'], { outcome: 'failed', reason: 'provider_auth', transient: true }, [B, R, B]],
		[['auth', 'dead'], { outcome: 'failed', reason: 'provider_auth', transient: true }, [B, R, B]],
		[['rejected', 'dead'], { outcome: 'failed', reason: 'provider_rejected', transient: false }, [B, R, B]],
		[['dead'], { outcome: 'recipient', reason: 'user_not_reachable', code: 'UNREGISTERED', detail: 'gone' }, [B]],
		[['dead', 'dead'], { outcome: 'recipient', reason: 'user_not_reachable', detail: 'gone (all 2 devices are dead)' }, [B, R, B]],
		[['dead', 'invalid'], { outcome: 'recipient', reason: 'invalid_recipient' }, [B, R, B]],
	])('%j', async (words, outcome, calls) => {
		const { result, calls: told } = await send(words);
		expect(result).toMatchObject(outcome);
		expect(told).toEqual(calls);
		expect(result.attempts).toHaveLength(words.length);
	});

	it('waits for the first of those who may take it later, where all say when', async () => {
		const providers = [new Scripted('fcm', 'FCM'), new Scripted('apns', 'APNs')];
		const run = async (...devices: Device[]) => {
			const { options, close } = attemptOptions<PushMessage>();
			const { result } = await sendToDevices(providers, { devices, content: content() }, options);
			close();
			return result;
		};
		expect(await run(device('later'), device('sooner', 'apns'))).toMatchObject({ outcome: 'failed', transient: true, retryAfterMs: 20_000 });
		const some = await run(device('auth'), device('sooner', 'apns'));
		expect(some).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', transient: true });
		expect(some).not.toHaveProperty('retryAfterMs');
	});

	it('fails over between the providers of a kind, and tells the ledger so only while nothing has left', async () => {
		const first = new Scripted('fcm', 'First', (token) => (token.endsWith('0') ? sent : rejected));
		const second = new Scripted('fcm', 'Second', () => sent);
		const { result, calls } = await send(['a', 'b'], [first, second]);
		expect(result).toMatchObject({ outcome: 'sent', provider: 'First' });
		expect(second.requests).toEqual(['b 1']);
		expect(calls).toEqual(['before', 'before', 'before']);
	});

	it('each device goes to the providers of its kind', async () => {
		const providers = [new Scripted('webpush', 'Web', () => sent), new Scripted('apns', 'APNs', () => sent)];
		const { options, close } = attemptOptions<PushMessage>();
		await sendToDevices(providers, { devices: [device('a', 'apns'), device('w', 'webpush')], content: content() }, options);
		close();
		expect(providers.map(({ requests }) => requests)).toEqual([['w'], ['a']]);
	});

	it('that may not leave any more, once a device got it, stays sent, and unknown stays unknown', async () => {
		const provider = new Scripted('fcm', 'FCM');
		expect((await send(['sent', 'sent'], [provider], 2)).result).toMatchObject({ outcome: 'sent' });
		expect(provider.requests).toEqual(['sent 0']);
		expect((await send(['unknown', 'sent'], undefined, 2)).result).toMatchObject({ outcome: 'unknown' });
	});

	it('that may not leave before any device got it is not sent, and says why', async () => {
		await expect(send(['dead', 'sent'], undefined, 2)).rejects.toMatchObject({ code: 'too_late' });
		await expect(send(['sent'], undefined, 1)).rejects.toMatchObject({ code: 'too_late' });
	});

	it('an error of the store before any device got it comes out', async () => {
		const { options, close } = attemptOptions<PushMessage>({ afterRefusal: async () => Promise.reject(new Error('store away')) });
		await expect(sendToDevices([new Scripted('fcm', 'FCM')], { devices: [device('dead'), device('sent')], content: content() }, options)).rejects.toThrow('store away');
		close();
	});
});

describe('dead devices', () => {
	it('are told, with the time of their death or of the message', async () => {
		const provider = new Scripted('fcm', 'FCM', (token) => (token.startsWith('old') ? { ...dead, goneSince: 77 } : WORDS[token.split(' ')[0] as Word]));
		const result = await send(['dead', 'sent', 'old', 'invalid'], [provider]);
		expect(result.dead).toEqual([
			{ device: device('dead 0'), since: NOW, provider: provider.identity, mayBeSettings: false, alone: true },
			{ device: device('old 2'), since: 77, provider: provider.identity, mayBeSettings: false, alone: true },
		]);
	});

	it('what a wrong setting looks like is certain once the provider has taken a message', async () => {
		const says = (token: string): ProviderOutcome => (token.startsWith('sent') ? sent : { ...dead, mayBeSettings: true });
		const provider = new Scripted('apns', 'APNs', says);
		const run = async (token: string) => {
			const { options, close } = attemptOptions<PushMessage>();
			const result = await sendToDevices([provider], { devices: [device(token, 'apns')], content: content() }, options);
			close();
			return result.dead;
		};
		const [found] = (await run('x')) as [DeadDevice];
		expect(isCertain(found)).toBe(false);
		await run('sent');
		expect(isCertain(found)).toBe(true);
		expect(isCertain({ ...found, provider: 'another' })).toBe(false);
		expect(isCertain({ ...found, provider: 'another', mayBeSettings: false })).toBe(true);
	});

	it('what a wrong setting looks like is never certain where there are several providers of the kind', async () => {
		const says = (token: string): ProviderOutcome => (token.startsWith('sent') ? sent : { ...dead, mayBeSettings: true });
		const providers = [new Scripted('fcm', 'One', says), new Scripted('fcm', 'Two', says)];
		const { result, dead: found } = await send(['sent', 'x'], providers);
		expect(result).toMatchObject({ outcome: 'sent' });
		expect(providers.map(({ requests }) => requests)).toEqual([['sent 0', 'x 1'], ['x 1']]);
		expect(found.map(isCertain)).toEqual([false]);
	});

	it('one that the last of several providers says is dead is dead', async () => {
		const providers = [new Scripted('fcm', 'One', () => ({ ...dead, mayBeSettings: true })), new Scripted('fcm', 'Two', () => dead)];
		expect((await send(['x'], providers)).dead.map(isCertain)).toEqual([true]);
	});
});

describe('reachable', () => {
	const fcm = new Scripted('fcm', 'FCM');
	const devices = [device('old', 'fcm', 5), device('new', 'fcm', 9), device('newest', 'apns', 12)];

	it.each<[string, 'all' | 'lastActive', ReadonlyArray<Provider<PushMessage>>, string[]]>([
		['all of a kind that has a provider, the newest first', 'all', [fcm], ['new', 'old']],
		['the last active of them', 'lastActive', [fcm], ['new']],
		['the last active of all', 'lastActive', [fcm, new Scripted('apns', 'APNs')], ['newest']],
		['none', 'all', [new Scripted('webpush', 'Web')], []],
		['those that a broken provider may be for: they wait', 'all', [fcm, new BrokenProvider<PushMessage>('Broken', 'no key')], ['newest', 'new', 'old']],
	])('%s', (_name, which, providers, tokens) => expect(reachable(devices, which, providers).map(({ token }) => token)).toEqual(tokens));

	it('a broken provider stands in for its own kind alone, where that is known', () => {
		const broken = new BrokenProvider<PushMessage>('Broken', 'no key', 'apns');
		expect(reachable([...devices, device('web', 'webpush')], 'all', [broken]).map(({ token }) => token)).toEqual(['newest']);
	});

	it('one that may be of the kind leaves nothing certain that a wrong setting looks like', async () => {
		const provider = new Scripted('fcm', 'FCM', (token) => (token.startsWith('sent') ? sent : { ...dead, mayBeSettings: true }));
		const certain = async (standsFor?: string) => (await send(['sent', 'x'], [provider, new BrokenProvider<PushMessage>('Broken', 'no key', standsFor)])).dead.map(isCertain);
		expect(await certain('apns')).toEqual([true]);
		expect(await certain('fcm')).toEqual([false]);
		expect(await certain()).toEqual([false]);
	});

	it('a broken provider is not asked for devices that have another', async () => {
		const { result } = await send(['rejected'], [fcm, new BrokenProvider<PushMessage>('Broken', 'no key')]);
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', transient: false });
	});
});
