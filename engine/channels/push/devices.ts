import { attemptGroup, type AttemptOptions, type GroupResult } from '../../delivery/attempt';
import { identityOf } from '../../delivery/pace';
import type { Device } from '../../people/records';
import { BrokenProvider } from '../broken';
import type { Provider } from '../provider';
import { devicesToSend, type PushContent, type PushMessage } from './message';

/** One message of the ledger: a push for one person, to as many devices as they have. */
export interface PushToPerson {
	/** At least one, each of a kind that has a provider; they are sent to in this order. */
	devices: Device[];
	content: PushContent;
}

/** A device to which a provider says that nothing can be sent any more. */
export interface DeadDevice {
	device: Device;
	/** Epoch ms from which on it is dead: whoever was registered later is not. */
	since: number;
	/** What the provider's limits are shared by. */
	provider: string;
	/** A wrong setting would look alike. */
	mayBeSettings: boolean;
	/** Whether there is no other provider of its kind. */
	alone: boolean;
}

export interface PushResult {
	result: GroupResult;
	dead: DeadDevice[];
}

/** Providers of this process that have taken a message: their account is the one the devices belong to. */
const proven = new Set<string>();

/** Those who may send to a kind of device. One that is broken stands in where there is no other, so that its people wait for it to be mended. */
export function providersFor(kind: Device['kind'], providers: ReadonlyArray<Provider<PushMessage>>): Array<Provider<PushMessage>> {
	const own = providers.filter((provider) => provider.kind === kind);
	return own.length > 0 ? own : providers.filter((provider) => mayBeOf(kind, provider));
}

function mayBeOf(kind: Device['kind'], provider: Provider<PushMessage>): boolean {
	if (provider instanceof BrokenProvider) return provider.standsFor === undefined || provider.standsFor === kind;
	return provider.kind === kind;
}

/** The devices a person is to be sent to: those of a kind that has a provider, all or the last active one. */
export function reachable(devices: readonly Device[], which: 'all' | 'lastActive', providers: ReadonlyArray<Provider<PushMessage>>): Device[] {
	return devicesToSend(devices.filter(({ kind }) => providersFor(kind, providers).length > 0), which);
}

/**
 * Whether a dead device may be taken off its profile. With the credential of another app or environment every device
 * looks dead: such a refusal counts only from a provider that has taken a message for another one, and is the only one of
 * its kind. Of several, each may have devices of its own.
 */
export function isCertain({ mayBeSettings, provider, alone }: DeadDevice): boolean {
	return !mayBeSettings || (alone && proven.has(provider));
}

/**
 * Sends one message to the devices of one person, one after the other, each through the providers of its kind. To the
 * ledger it is one message: from the first device on that got it, or may have got it, it is never told that nothing is under
 * way, and a later device that may not be sent to any more (a cut-off has come) leaves it as it is.
 */
export async function sendToDevices(providers: ReadonlyArray<Provider<PushMessage>>, { devices, content }: PushToPerson, options: AttemptOptions<PushMessage>): Promise<PushResult> {
	const results: GroupResult[] = [];
	const dead: DeadDevice[] = [];
	let hasLeft = false;
	const guarded: AttemptOptions<PushMessage> = {
		...options,
		afterRefusal: async () => {
			if (!hasLeft) await options.afterRefusal?.();
		},
	};
	for (const device of devices) {
		const own = providersFor(device.kind, providers);
		try {
			if (results.length > 0) await guarded.afterRefusal?.();
			const result = await attemptGroup(own, { ...content, device }, guarded);
			results.push(result);
			hasLeft ||= result.outcome === 'sent' || result.outcome === 'unknown';
			note(result, device, providers.filter((provider) => mayBeOf(device.kind, provider)), dead, content.now);
		} catch (error) {
			if (!hasLeft) throw error;
			break;
		}
	}
	return { result: combine(results), dead };
}

function note(result: GroupResult, device: Device, providers: ReadonlyArray<Provider<PushMessage>>, dead: DeadDevice[], now: number): void {
	if (result.outcome === 'failed') return;
	const provider = providers.find(({ label }) => label === result.provider);
	if (!provider) return;
	if (result.outcome === 'sent') proven.add(identityOf(provider));
	if (result.outcome !== 'recipient' || result.reason !== 'user_not_reachable') return;
	dead.push({ device, since: result.goneSince ?? now, provider: identityOf(provider), mayBeSettings: result.mayBeSettings === true, alone: providers.length === 1 });
}

type Of<Outcome extends GroupResult['outcome']> = Extract<GroupResult, { outcome: Outcome }>;

/** What became of the message, of what became of it at each device: the best of them, but that unknown is never promised to be unsent. */
function combine(results: readonly GroupResult[]): GroupResult {
	const attempts = results.flatMap((one) => one.attempts);
	const of = <Outcome extends GroupResult['outcome']>(outcome: Outcome) => results.filter((one): one is Of<Outcome> => one.outcome === outcome);
	const got = of('sent')[0] ?? of('unknown')[0];
	if (got) return { ...got, attempts };
	const failed = of('failed');
	const waiting = failed.filter(({ transient }) => transient);
	if (waiting.length > 0) return { ...soonest(waiting), attempts };
	const refused = failed[0];
	if (refused) return { ...refused, attempts };
	const recipients = of('recipient');
	const first = recipients.find(({ reason }) => reason !== 'user_not_reachable') ?? recipients[0];
	if (!first) throw new Error('A push message without a device was sent.');
	const detail = recipients.length > 1 && first.reason === 'user_not_reachable' ? `${first.detail} (all ${recipients.length} devices are dead)` : first.detail;
	return { ...first, detail, attempts };
}

/** Of several that may be taken later: the reason is the most hopeful, the time the first, where all say one. */
function soonest(waiting: ReadonlyArray<Of<'failed'>>): Of<'failed'> {
	const { retryAfterMs: _own, ...best } = waiting.find(({ reason }) => reason === 'provider_unavailable') ?? (waiting[0] as Of<'failed'>);
	const times = waiting.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
	return { ...best, ...(times.length === waiting.length && { retryAfterMs: Math.min(...times) }) };
}
