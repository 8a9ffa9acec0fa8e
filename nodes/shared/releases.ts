import type { IDataObject, IExecuteFunctions, IRun, ITriggerFunctions } from 'n8n-workflow';

import type { ComingOut } from '../../engine/gates/always';
import type { Profile, StoredEvent } from '../../engine/people/records';
import type { Released } from '../../engine/holds/release';
import { startReleaser, type Releaser } from '../../engine/holds/releaser';
import type { ReleaseEnd } from '../../engine/holds/settle';
import type { Store } from '../../engine/store/store';

/** Releases of one node that run at once. n8n starts every one as an execution. */
const IN_FLIGHT = 4;

/** The one item that a node emits for a release; its own `execute` turns it into the people behind the token. */
interface ReleaseItem {
	campaignRelease: { token: string };
}

/** Whether somebody published the workflow; otherwise n8n only starts its triggers again. */
export function isPublishing(context: ITriggerFunctions): boolean {
	return ['activate', 'update', 'create'].includes(context.getActivationMode());
}

/** Number of no node: in a run by hand, which leaves the store as it is. */
export const NOWHERE = 0;

/** Numbers of nodes that this process has registered, each with what it was registered as last. */
const registered = new WeakMap<Store, Map<string, { as: string; node: number }>>();

/** Number of the node a trigger belongs to, in the store, which is told what the node is called now. */
export async function registerSelf(context: ITriggerFunctions | IExecuteFunctions, store: Store): Promise<number> {
	const { id: nodeId, name, type } = context.getNode();
	const workflowId = String(context.getWorkflow().id);
	const { node } = await store.call('registerNode', { workflowId, nodeId, name, type });
	const known = registered.get(store) ?? new Map<string, { as: string; node: number }>();
	registered.set(store, known);
	known.set(keyOf(workflowId, nodeId), { as: keyOf(name, type), node });
	return node;
}

/** Number of the node an execution is at. A published node is registered by its trigger: most executions need not write that again. */
export async function numberOfSelf(context: IExecuteFunctions, store: Store): Promise<number> {
	const { id, name, type } = context.getNode();
	const known = registered.get(store)?.get(keyOf(String(context.getWorkflow().id), id));
	return known?.as === keyOf(name, type) ? known.node : await registerSelf(context, store);
}

function keyOf(...parts: string[]): string {
	return parts.join('\0');
}

/** Starts releasing the people who wait at this node; what `trigger` of every node that holds does. */
export async function releaseFrom(
	context: ITriggerFunctions,
	store: Store,
	options: { limit?: number; beat?: (node: number) => Promise<void>; onPaused?: (reason: string) => void } = {},
): Promise<Releaser> {
	const node = await registerSelf(context, store);
	if (isPublishing(context)) await store.call('resumeWorkflow', { workflowId: String(context.getWorkflow().id) });
	const { beat } = options;
	return startReleaser({
		store,
		node,
		limit: options.limit ?? 500,
		inFlight: IN_FLIGHT,
		emit: async (token) => await emitAndWait(context, [[{ json: { campaignRelease: { token } } }]], `campaigns:${token}`),
		beat: beat && (async () => await beat(node)),
		onPaused: (reason) => {
			context.logger.warn(`Campaign node "${context.getNode().name}" releases nobody: ${reason}`);
			options.onPaused?.(reason);
		},
		onTrouble: (error) => {
			if (error) context.logger.error(`Campaign node "${context.getNode().name}" cannot reach its store: ${error.message}`);
			else context.logger.info(`Campaign node "${context.getNode().name}" reaches its store again`);
		},
	});
}

/** Starts one execution at this node and waits for its end. */
export async function emitAndWait(
	context: ITriggerFunctions,
	data: Array<Array<{ json: IDataObject }>>,
	deduplicationKey: string,
): Promise<ReleaseEnd> {
	const done = context.helpers.createDeferredPromise<IRun>();
	context.emit(data, undefined, done, deduplicationKey);
	try {
		const run = (await done.promise) as IRun | undefined;
		// Undefined: n8n has an execution with this key already, and tells nothing about it.
		if (!run) return 'not_started';
		if (run.status === 'waiting') return 'parked';
		return run.status === 'success' ? 'success' : 'failed';
	} catch (error) {
		// n8n rejects with its own error classes, of another copy of its packages than ours: told apart by their reason.
		const { reason } = error as { reason?: string };
		if (reason === 'manual') return 'canceled';
		// Everything but a time-out means that n8n could not start it, or was shutting down: nothing of ours has failed.
		return reason === 'timeout' ? 'failed' : 'not_started';
	}
}

/** Opens nothing. */
const NO_TOKEN = '';

/** The lease token, when this execution was started by this node's own release. In a run by hand (pinned data) it is none that opens anything. */
export function releaseToken(context: IExecuteFunctions): string | undefined {
	const [first] = context.getInputData();
	const release = (first?.json as Partial<ReleaseItem> | undefined)?.campaignRelease;
	if (typeof release?.token !== 'string') return undefined;
	return context.getMode() === 'manual' ? NO_TOKEN : release.token;
}

export interface Opened {
	released: Released;
	/** Absent: they were erased. */
	profile: Profile | undefined;
	/** What brought them in. */
	event: StoredEvent | undefined;
}

/** Everybody behind a lease token with their profile as it is now. Empty when the token is stale or forged. */
export async function openRelease(
	store: Store,
	node: number,
	token: string,
): Promise<Opened[]> {
	const released = await store.call('openRelease', { token, node });
	const profiles = await profilesByNumber(store, released.map(({ person }) => person));
	const events = await eventsOf(store, released);
	return released.map((one) => ({ released: one, profile: profiles.get(one.person), event: events.get(one.event) }));
}

/** What decides whether those who come out of holds may go on. (To copy all that is known of each takes longer than to decide.) */
export function comingOut(opened: readonly Opened[]): ComingOut[] {
	return opened.map(({ released: { run, person, runState, maxLatenessMs, delivery, setOutAt, dueAt }, profile }) => {
		return { run, person: profile?.person ?? person, runState, maxLatenessMs, delivery, setOutAt, dueAt, timezone: profile?.timezone };
	});
}

/** The events that brought people in, by number. */
async function eventsOf(store: Store, released: readonly Released[]): Promise<Map<number | null, StoredEvent>> {
	const ids = [...new Set(released.flatMap(({ event }) => event ?? []))];
	const events = ids.length > 0 ? await store.call('eventsById', { ids }) : [];
	return new Map(events.map((event) => [event.id, event]));
}

/** Profiles by the number they were asked for; people who were erased are absent. */
export async function profilesByNumber(store: Store, people: number[]): Promise<Map<number, Profile>> {
	const found = await store.call('profilesOf', { people: [...new Set(people)] });
	return new Map(found.map(({ requested, profile }) => [requested, profile]));
}
