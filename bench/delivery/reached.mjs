import { setTimeout as sleep } from 'node:timers/promises';

const STALLED_MS = 60_000;

/**
 * Waits until the provider has been asked for everybody.
 * @param started epoch ms
 * @returns messages per second from the first request to the last, and seconds until the first
 */
export async function reached({ provider, people, started }) {
	let before = { count: 0, at: Date.now() };
	for (;;) {
		const { count, first, last } = await provider.seen();
		if (count > people) throw new Error(`${count} requests for ${people} people`);
		if (count === people) return { perSecond: (count / (last - first)) * 1_000, untilFirst: (first - started) / 1_000 };
		if (count > before.count) before = { count, at: Date.now() };
		if (Date.now() - before.at > STALLED_MS) throw new Error(`The provider was asked for ${count} of ${people} people, and then for nobody for ${STALLED_MS / 1_000} s`);
		await sleep(200);
	}
}
