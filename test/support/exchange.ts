import { HttpTransport } from '../../engine/channels/http/transport';
import type { HttpProvider, Provider, ProviderOutcome } from '../../engine/channels/provider';
import { attemptGroup, type AttemptOptions, type GroupResult } from '../../engine/delivery/attempt';
import { Breakers } from '../../engine/delivery/breaker';
import { Pacers } from '../../engine/delivery/pace';

/** An HTTP answer handed to a provider without a network. */
export function readAnswer<M>(provider: HttpProvider<M>, message: M, status: number, body: unknown = '', headers: Record<string, string> = {}): ProviderOutcome {
	return provider.read({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, message);
}

/** Options of an attempt that share nothing with other tests; sleeping takes no time and is recorded. */
export function attemptOptions<M>(overrides: Partial<AttemptOptions<M>> = {}) {
	const transport = new HttpTransport();
	const slept: number[] = [];
	const asked: string[] = [];
	let now = 1_700_000_000_000;
	const options: AttemptOptions<M> = {
		beforeRequest: async (provider) => void asked.push(provider.label),
		now: () => now,
		sleep: async (ms) => {
			slept.push(ms);
			now += ms;
		},
		random: () => 0,
		transport,
		pacers: new Pacers(),
		breakers: new Breakers(),
		...overrides,
	};
	return { options, slept, asked, advance: (ms: number) => void (now += ms), close: () => transport.close() };
}

/** Sends one message through one provider over the real transport. */
export async function sendOnce<M>(provider: Provider<M>, message: M): Promise<GroupResult> {
	const { options, close } = attemptOptions<M>();
	try {
		return await attemptGroup([provider], message, options);
	} finally {
		close();
	}
}
