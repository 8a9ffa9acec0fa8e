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
	/** Runs tasks of 10 ms and returns when they started and how many ran at once. */
	async function run(pacers: Pacers, providers: Array<Provider<string>>) {
		const starts: number[] = [];
		let running = 0;
		let most = 0;
		const begin = performance.now();
		await Promise.all(
			providers.map((one) =>
				pacers.run(one, async () => {
					starts.push(performance.now() - begin);
					most = Math.max(most, ++running);
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
		expect((await run(pacers, many)).most).toBe(3);
	});

	it('keeps the rate, also in its first second', async () => {
		const { starts } = await run(new Pacers(), Array<Provider<string>>(11).fill(provider({ requestsPerSecond: 50 })));
		expect(starts.at(-1)).toBeGreaterThanOrEqual(195);
		for (const start of starts) expect(starts.filter((other) => other >= start && other < start + 90).length).toBeLessThanOrEqual(6);
	});

	it('does not slow others down', async () => {
		const { most } = await run(new Pacers(), Array.from({ length: 8 }, (_, i) => provider({ identity: `account ${i}`, concurrency: 1 })));
		expect(most).toBe(8);
	});

	it('takes over changed settings', async () => {
		const pacers = new Pacers();
		await run(pacers, [provider({ concurrency: 1 })]);
		expect((await run(pacers, Array<Provider<string>>(6).fill(provider({ concurrency: 4 })))).most).toBe(4);
	});

	it('hands errors on and goes on', async () => {
		const pacers = new Pacers();
		const one = provider({ concurrency: 1 });
		await expect(pacers.run(one, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		await expect(pacers.run(one, async () => 'yes')).resolves.toBe('yes');
	});
});
