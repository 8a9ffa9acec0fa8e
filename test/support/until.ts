import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks until `look` gives something truthy and resolves with that. Rejects after the deadline, saying what was awaited.
 */
export async function until<T>(what: string, look: () => T | Promise<T>, deadlineMs = 30_000): Promise<Exclude<T, false | null | undefined>> {
	const deadline = Date.now() + deadlineMs;
	for (;;) {
		const found = await look();
		if (found) return found as Exclude<T, false | null | undefined>;
		if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}`);
		await sleep(50);
	}
}
