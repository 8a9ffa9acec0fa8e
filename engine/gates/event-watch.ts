import type { Store } from '../store/store';
import type { AwaitedAt, HoldCursor } from './awaited';

/** Rest between two looks at everybody who waits. */
const EVERY_MS = 5_000;

/** Holds made due in one transaction. */
const SLICE = 2_000;

/**
 * Notices that an awaited event has happened to people who wait at a node, long before their time-out. Looks at
 * everybody who waits every five seconds; where they are more than one page, page by page, one each time it is called.
 * Nothing hangs on it but the moment: whoever is due is looked at again.
 */
export class EventWatch {
	private after: HoldCursor | undefined;

	private restUntil = 0;

	constructor(
		private readonly store: Store,
		private readonly node: number,
		private readonly awaited: AwaitedAt,
	) {}

	/** To be called about every second. Rejects as the store does. */
	async look(): Promise<void> {
		const now = this.store.clock.now();
		if (!this.after && now < this.restUntil) return;
		const { holds, next } = await this.store.ask('awaitedHolds', { node: this.node, ...this.awaited, after: this.after });
		for (let start = 0; start < holds.length; start += SLICE) {
			await this.store.call('bringForward', { node: this.node, holds: holds.slice(start, start + SLICE) });
		}
		this.after = next;
		this.restUntil = now + EVERY_MS;
	}
}
