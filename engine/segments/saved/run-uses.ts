import type { Store } from '../../store/store';
import { referencesIn } from '../references';
import type { RunUse } from './uses';

/** So long a use that was written down is not written down again. A name may lead to another segment meanwhile. */
const AGAIN_AFTER_MS = 60 * 60_000;

/** Uses remembered; beyond that all are written down anew. */
const MOST = 10_000;

/** Writes down what executions use, now and then: most of them ask the store nothing. */
export class RunUses {
	/** Workflow, node and references, and when that was written down, epoch ms. */
	private readonly written = new Map<string, number>();

	private static readonly ofStores = new WeakMap<Store, RunUses>();

	private constructor(private readonly store: Store) {}

	static of(store: Store): RunUses {
		let uses = RunUses.ofStores.get(store);
		if (!uses) RunUses.ofStores.set(store, (uses = new RunUses(store)));
		return uses;
	}

	/** An execution of a published workflow is about to use this segment. Rejects as the store does; then it is tried again the next time. */
	async note(use: RunUse): Promise<void> {
		const references = referencesIn(use.rule).map(({ kind, to }) => [kind, to]);
		if (references.length === 0) return;
		const key = JSON.stringify([use.workflowId, use.nodeId, references]);
		const now = this.store.clock.now();
		const last = this.written.get(key);
		if (last !== undefined && now - last < AGAIN_AFTER_MS) return;
		if (this.written.size >= MOST) this.written.clear();
		// At once: executions of the same moment need not all write it.
		this.written.set(key, now);
		try {
			await this.store.call('recordRunUse', use);
		} catch (error) {
			this.written.delete(key);
			throw error;
		}
	}
}
