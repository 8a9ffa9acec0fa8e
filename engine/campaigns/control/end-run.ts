import type { Reason } from '../../reasons';
import type { Store } from '../../store/store';
import type { Ended } from './end-waiting';

/** Ends everybody who waits in a stopped run, slice by slice, so that nothing else has to wait for long. @returns how many */
export async function endRun(store: Store, run: number): Promise<number> {
	return await endAll(async () => await store.call('endStopped', { run }));
}

/** Ends everybody who waits at a node that is gone. @returns how many */
export async function endNode(store: Store, node: number, reason: Extract<Reason, 'left_workflow' | 'workflow_deleted'>): Promise<number> {
	return await endAll(async () => await store.call('endRemoved', { node, reason }));
}

async function endAll(slice: () => Promise<Ended>): Promise<number> {
	let total = 0;
	for (;;) {
		const { ended, more } = await slice();
		total += ended;
		if (!more) return total;
	}
}
