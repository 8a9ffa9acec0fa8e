import type { Change } from '../columns/upkeep/change';
import { Keeper } from '../columns/upkeep/keeper';
import type { ThreadOptions } from './protocol';
import type { Store } from './store';
import { ThreadClient } from './thread-client';

type WithoutRole<Options> = Options extends unknown ? Omit<Options, 'role'> : never;

/** Written records of an operation's input: what may be new to the columns. */
export function recordsIn(name: string, input: unknown): number {
	const lists = name === 'ingest' ? ['profiles', 'events', 'aliases'] : name === 'settleMessages' ? ['settlements'] : name === 'forgetDevices' ? ['devices'] : [];
	return lists.reduce((sum, list) => sum + ((input as Record<string, unknown[] | undefined>)[list]?.length ?? 0), 0);
}

/** Keeps the columns of an open store up to date, in a thread of its own that starts when there is something to do. */
export function keepColumns(store: Pick<Store, 'call' | 'clock'>, options: WithoutRole<ThreadOptions>) {
	const thread = new ThreadClient('upkeep-thread', { role: 'upkeep', ...options });
	const keeper = new Keeper({
		next: async (request) => (await thread.call('next', request, store.clock.now())) as Change | undefined,
		apply: async (change) => await store.call('applyUpkeep', change),
		claim: async () => (await store.call('claimUpkeep', undefined)).claimed,
	});
	return {
		keeper,
		close: async () => {
			await keeper.close();
			await thread.close();
		},
	};
}
