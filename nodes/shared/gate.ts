import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { PLAIN_DELIVERY } from '../../engine/campaigns/delivery-rules';
import { overruled, overruledOnRelease, type Moment } from '../../engine/gates/always';
import type { ArrivalDecision, Decision } from '../../engine/holds/gate';
import type { RunInfo } from '../../engine/holds/release';
import { HoldState } from '../../engine/holds/states';
import type { Profile } from '../../engine/people/records';
import { REASONS } from '../../engine/reasons';
import type { Store } from '../../engine/store/store';
import { arrivalKey, sortArrivals, type Arrived } from './arrivals';
import { withNodeErrors } from './errors';
import { campaignItem, foreignKeys, isProduction, outputItem } from './items';
import { mergesAfter } from './graph';
import { keepPayloads } from './payloads';
import { comingOut, NOWHERE, numberOfSelf, openRelease, releaseToken } from './releases';
import { accountZone, getStore } from './store';

/** Somebody a gate has to decide about. */
export interface Candidate extends RunInfo {
	entry: number;
	run: number;
	/** Absent in dry runs of items that are of no person. */
	profile: Profile | undefined;
	/** When they qualified for the run. */
	setOutAt: number;
	/** When they come out of a hold at this gate: the time it was due, and since when they are here. */
	dueAt?: number;
	heldAt?: number;
}

export interface Gate {
	/** Outputs by which people pass; default one. The last output of the node is Dropped. */
	passes?: number;
	/**
	 * Decides about a batch, in order; once on arrival and again on every release. `dry`: only say what would be
	 * decided, and take nothing.
	 */
	decide(candidates: Candidate[], at: { store: Store; node: number; now: number; dry: boolean }): Promise<Decision[]>;
}

/** Those by which people pass, then Dropped. */
type Outputs = INodeExecutionData[][];

/** What `execute` of every gate does: outputs Pass (or several of the gate's own) and Dropped; whoever is held comes out of this node later. */
export async function passThroughGate(context: IExecuteFunctions, gate: Gate): Promise<Outputs> {
	return await withNodeErrors(context, async () => {
		const store = await getStore(context);
		const byHand = context.getMode() === 'manual';
		if (byHand) warnOfMerges(context);
		const node = byHand ? NOWHERE : await numberOfSelf(context, store);
		const token = releaseToken(context);
		return token === undefined
			? await decideArrivals(context, gate, store, node)
			: await decideReleased(gate, store, node, token);
	});
}

function warnOfMerges(context: IExecuteFunctions): void {
	for (const merge of mergesAfter(context)) {
		const message = `"${merge}" comes after this gate. People who are held get there later than the others, on their own: it cannot bring them together.`;
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
}

async function decideReleased(gate: Gate, store: Store, node: number, token: string): Promise<Outputs> {
	const opened = await openRelease(store, node, token);
	const now = store.clock.now();
	const candidates = opened.map(({ released, profile }) => ({ ...released, profile }));
	const at: Moment = { now, accountZone: accountZone() };
	const overrulings = await overruledOnRelease(store, comingOut(opened), at);
	const isUndecided = candidates.map(({ output }) => output === null);
	const fresh = await decideAll(
		gate,
		candidates.filter((_candidate, index) => isUndecided[index]),
		overrulings.filter((_overruling, index) => isUndecided[index]),
		{ store, node, now, dry: false },
	);
	// Who passed in an execution that failed goes the same way, unless nobody may go on any more.
	const decisions = candidates.map((candidate, index): Decision =>
		candidate.output === null ? (fresh.shift() as Decision) : (barred(candidate, overrulings[index]) ?? { kind: 'pass', output: candidate.output }),
	);
	const released = opened.map(({ released: { hold } }, index) => ({ hold, decision: decisions[index] as Decision }));
	await store.call('recordDecisions', { node, arrivals: [], token, released });

	const outputs = emptyOutputs(gate);
	opened.forEach(({ released: entry, profile, event }, index) => {
		if (!profile) return;
		const foreign = JSON.parse(entry.payload ?? '{}') as IDataObject;
		const json = campaignItem(store, profile, entry, entry.visit + 1, foreign, event);
		route(outputs, json, 0, decisions[index] as Decision);
	});
	return outputs;
}

async function decideArrivals(context: IExecuteFunctions, gate: Gate, store: Store, node: number): Promise<Outputs> {
	const arrived = await sortArrivals(context, store, node);
	const outputs = emptyOutputs(gate);
	refuseForeign(context, arrived, outputs);
	const now = store.clock.now();
	await explain(context, gate, arrived, outputs, { store, node, now });
	const payloads = keepPayloads(context, arrived.filter((item) => item.kind === 'entry'), foreignKeys, droppedOf(outputs));

	const fresh = arrived.filter((item) => item.kind === 'entry' && item.arrival.recorded === null && payloads.has(item.index)) as Array<Extract<Arrived, { kind: 'entry' }>>;
	const candidates = fresh.map(({ arrival, profile }) => ({ ...arrival, profile }));
	const decisions = await decideAll(gate, candidates, overruleArrivals(candidates, now), { store, node, now, dry: false });
	const arrivals: ArrivalDecision[] = fresh.map(({ index, arrival }, order) => {
		const decision = decisions[order] as Decision;
		const kept = decision.kind === 'hold' ? { ...decision, payload: payloads.get(index) } : decision;
		return { entry: arrival.entry, visit: arrival.visit, run: arrival.run, decision: kept };
	});
	const { decided } = await store.call('recordDecisions', { node, arrivals });

	const ours = new Set(decided.map(arrivalKey));
	fresh.forEach(({ index, json, arrival }, order) => {
		if (ours.has(arrivalKey(arrival))) route(outputs, json, index, decisions[order] as Decision);
	});
	for (const item of arrived) {
		// Decided before, in an execution that was repeated: the same again.
		if (item.kind === 'entry' && item.arrival.recorded === HoldState.passedAtOnce) route(outputs, item.json, item.index, { kind: 'pass', output: item.arrival.output ?? undefined });
		if (item.kind === 'entry' && item.arrival.dropReason) {
			route(outputs, item.json, item.index, { kind: 'drop', reason: item.arrival.dropReason, detail: item.arrival.dropDetail ?? undefined });
		}
		if (item.kind === 'lost') route(outputs, item.json, item.index, { kind: 'drop', reason: 'entry_lost', detail: item.detail });
	}
	return outputs;
}

function overruleArrivals(candidates: Candidate[], now: number): Array<Decision | undefined> {
	return candidates.map((candidate) => overruled({ ...candidate, timezone: candidate.profile?.timezone }, { now, accountZone: accountZone() }));
}

async function decideAll(
	gate: Gate,
	candidates: Candidate[],
	overrulings: Array<Decision | undefined>,
	at: { store: Store; node: number; now: number; dry: boolean },
): Promise<Decision[]> {
	const decisions = candidates.map((candidate, index) => barred(candidate, overrulings[index], at.dry));
	const open = candidates.filter((_candidate, index) => !decisions[index]);
	const decided = open.length > 0 ? await gate.decide(open, at) : [];
	return decisions.map((decision) => decision ?? (decided.shift() as Decision));
}

/** Why somebody cannot go on, whatever the gate would decide; undefined: they can. */
function barred(candidate: Candidate, overruling: Decision | undefined, dry = false): Decision | undefined {
	return candidate.profile || dry ? overruling : { kind: 'drop', reason: 'erased' };
}

function emptyOutputs({ passes = 1 }: Gate): Outputs {
	return Array.from({ length: passes + 1 }, () => []);
}

function droppedOf(outputs: Outputs): INodeExecutionData[] {
	return outputs[outputs.length - 1] as INodeExecutionData[];
}

/** A gate holds people of campaigns. Whoever is in none must not slip through it, least of all at night. */
function refuseForeign(context: IExecuteFunctions, arrived: Arrived[], outputs: Outputs): void {
	if (!isProduction(context)) return;
	for (const item of arrived) {
		if (item.kind !== 'foreign') continue;
		const message = `Item ${item.index} is of no campaign, and this gate can hold only people of a campaign.`;
		if (!context.continueOnFail()) {
			throw new NodeOperationError(context.getNode(), message, { itemIndex: item.index, description: 'Begin the workflow with a Campaign Trigger.' });
		}
		droppedOf(outputs).push(outputItem({ ...item.json, error: message }, item.index));
	}
}

/** Items that are not live pass, and say what would have become of them. */
async function explain(
	context: IExecuteFunctions,
	gate: Gate,
	arrived: Arrived[],
	outputs: Outputs,
	at: { store: Store; node: number; now: number },
): Promise<void> {
	const dry = arrived.filter((item) => item.kind === 'dry' || item.kind === 'foreign').filter(({ kind }) => kind === 'dry' || !isProduction(context));
	const candidates = dry.map((item): Candidate => ({
		entry: 0, run: 0, campaignId: '', campaignName: '', labels: '[]', runState: 'running', runStartedAt: at.now,
		maxLatenessMs: Infinity, delivery: JSON.stringify(PLAIN_DELIVERY), setOutAt: at.now, profile: item.json.user as unknown as Profile | undefined,
	}));
	const decisions = await decideAll(gate, candidates, overruleArrivals(candidates, at.now), { ...at, dry: true });
	dry.forEach((item, order) => {
		const decision = decisions[order] as Decision;
		const preview = { ...(item.json.preview as IDataObject | undefined), [context.getNode().name]: inWords(decision) };
		const output = decision.kind === 'drop' ? droppedOf(outputs) : outputs[decision.kind === 'pass' ? (decision.output ?? 0) : 0];
		output?.push(outputItem({ ...item.json, preview }, item.index));
	});
}

function inWords(decision: Decision): string {
	if (decision.kind === 'pass') return 'would pass';
	if (decision.kind === 'hold') return `would be held until ${new Date(decision.until).toISOString()}`;
	return `would be dropped: ${REASONS[decision.reason]}`;
}

function route(outputs: Outputs, json: IDataObject, index: number, decision: Decision): void {
	if (decision.kind === 'pass') outputs[decision.output ?? 0]?.push(outputItem(json, index));
	if (decision.kind === 'drop') {
		const { reason, detail } = decision;
		droppedOf(outputs).push(outputItem({ ...json, reason, reasonText: REASONS[reason], ...(detail ? { detail } : {}) }, index));
	}
}
