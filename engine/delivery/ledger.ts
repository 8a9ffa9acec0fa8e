import type { Reason } from '../reasons';
import { isStorable, storable } from '../storable';
import type { Store } from '../store/store';
import { Coalescer } from './coalesce';
import type { MessageHold } from './hold-message';
import type { Settlement } from './settle';

/**
 * So long marks and outcomes gather, ms, where marks may go ahead of their requests: the store is asked half as often. Where
 * they may not they take up the requests' turns, and a tenth fewer messages would go out in all.
 */
const GATHER_AHEAD_MS = 5;

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;

/** Whether a message may leave. Not, for a `reason`; or because somebody else has taken it over. */
export interface Mark {
	go: boolean;
	reason?: Reason;
}

/** Writes the ledger of messages around their requests, gathered over everything this process sends at the moment. */
export class Ledger {
	private readonly sending: Coalescer<{ message: number; token: string; again: boolean }, Mark>;

	private readonly refused: Coalescer<{ message: number; token: string; wasAsked: boolean }, void>;

	private readonly settling: Coalescer<Settlement, void>;

	private readonly holding: Coalescer<{ node: number; hold: MessageHold }, void>;

	private static readonly ofStores = new WeakMap<Store, Ledger>();

	private constructor(store: Store) {
		const gatherMs = store.departures && GATHER_AHEAD_MS;
		this.sending = new Coalescer(async (messages) => {
			const { go, barred = [] } = await store.call('markSending', { messages });
			const allowed = new Set(go);
			const reasons = new Map(barred.map(({ message, reason }) => [message, reason]));
			return messages.map(({ message }) => ({ go: allowed.has(message), reason: reasons.get(message) }));
		}, gatherMs);
		this.refused = new Coalescer(async (messages) => {
			await untilWritten(async () => await store.call('unmarkSending', { messages }));
			return messages.map(() => undefined);
		});
		this.settling = new Coalescer(async (settlements) => {
			await untilWritten(async () => await store.call('settleMessages', { settlements: settlements.map(clean) }));
			return settlements.map(() => undefined);
		}, gatherMs);
		this.holding = new Coalescer(async (holds) => {
			for (const [node, ofNode] of Map.groupBy(holds, (one) => one.node)) {
				await untilWritten(async () => await store.call('holdMessages', { node, holds: ofNode.map(({ hold }) => clean(hold)) }));
			}
			return holds.map(() => undefined);
		});
	}

	static of(store: Store): Ledger {
		let ledger = Ledger.ofStores.get(store);
		if (!ledger) Ledger.ofStores.set(store, (ledger = new Ledger(store)));
		return ledger;
	}

	/** Before a request. `again`: it is marked for that request already, and has waited since. */
	async markSending(message: number, token: string, again: boolean): Promise<Mark> {
		return await this.sending.call({ message, token, again });
	}

	/** When nothing is under way any more: after a definite refusal, or when no request was made. */
	async unmarkSending(message: number, token: string, wasAsked: boolean): Promise<void> {
		await this.refused.call({ message, token, wasAsked });
	}

	/** Resolves when the outcome is written, however long the store is away: this process is the only one that knows it. */
	async settle(settlement: Settlement): Promise<void> {
		await this.settling.call(settlement);
	}

	/** Puts a message that nobody took back on hold at its sender; resolves when that is written. */
	async hold(node: number, hold: MessageHold): Promise<void> {
		await this.holding.call({ node, hold });
	}
}

/** What a provider answered must not block the ledger. */
function clean<Row extends object>(row: Row): Row {
	const values: unknown[] = Object.values(row);
	if (!values.some((value) => typeof value === 'string' && !isStorable(value))) return row;
	return Object.fromEntries(Object.entries(row).map(([name, value]: [string, unknown]) => [name, typeof value === 'string' ? storable(value) : value])) as Row;
}

async function untilWritten(write: () => Promise<unknown>): Promise<void> {
	for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
		try {
			await write();
			return;
		} catch (error) {
			if ((error as { code?: string }).code === 'store_closed') throw error;
			await new Promise((resolve) => setTimeout(resolve, wait));
		}
	}
}
