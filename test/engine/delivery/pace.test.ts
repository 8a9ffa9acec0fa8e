import type { Provider } from '../../../engine/channels/provider';
import { Pacers } from '../../../engine/delivery/pace';

const provider = (extra: Partial<Provider<string>>): Provider<string> => ({
	kind: 'k',
	label: 'l',
	idempotent: false,
	timeoutMs: 1,
	request: () => ({ method: 'GET', url: 'http://x', headers: {} }),
	read: () => ({ outcome: 'sent', providerId: null }),
	...extra,
});

describe('Pacers', () => {
	/**
	 * Runs a task for each provider and returns when they started and how many ran at once. Tasks wait for each other until
	 * `together` of them run (or for two seconds, when they may not), so that a slow machine changes nothing.
	 */
	async function run(pacers: Pacers, providers: Array<Provider<string>>, together = 1) {
		const starts: number[] = [];
		let running = 0;
		let most = 0;
		const begin = performance.now();
		await Promise.all(
			providers.map((one) =>
				pacers.run(one, async () => {
					starts.push(performance.now() - begin);
					most = Math.max(most, ++running);
					const patience = performance.now() + 2_000;
					while (most < together && performance.now() < patience) await new Promise((resolve) => setTimeout(resolve, 5));
					await new Promise((resolve) => setTimeout(resolve, 10));
					running--;
				}),
			),
		);
		return { starts, most };
	}

	it('bounds requests at once, over all objects of one identity', async () => {
		const pacers = new Pacers();
		const many = Array.from({ length: 20 }, (_, i) => provider({ label: `node ${i}`, identity: 'account', concurrency: 3 }));
		expect((await run(pacers, many, 3)).most).toBe(3);
	});

	it('keeps the rate, also in its first second', async () => {
		const { starts } = await run(new Pacers(), Array<Provider<string>>(11).fill(provider({ requestsPerSecond: 50 })));
		// A slow machine may start late, but never before its turn.
		starts.forEach((start, turn) => expect(start).toBeGreaterThanOrEqual(turn * 20 - 5));
	});

	it('does not slow others down', async () => {
		const { most } = await run(new Pacers(), Array.from({ length: 8 }, (_, i) => provider({ identity: `account ${i}`, concurrency: 1 })), 8);
		expect(most).toBe(8);
	});

	it('takes over changed settings', async () => {
		const pacers = new Pacers();
		await run(pacers, [provider({ concurrency: 1 })]);
		expect((await run(pacers, Array<Provider<string>>(6).fill(provider({ concurrency: 4 })), 4)).most).toBe(4);
	});

	it('hands errors on and goes on', async () => {
		const pacers = new Pacers();
		const one = provider({ concurrency: 1 });
		await expect(pacers.run(one, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		await expect(pacers.run(one, async () => 'yes')).resolves.toBe('yes');
	});
});
