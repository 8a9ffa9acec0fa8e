import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { overruled } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Store } from '../../engine/store/store';
import { campaignItem, outputItem } from '../shared/items';
import { openRelease } from '../shared/releases';

export interface RunOver {
	run: number;
	state: string;
}

/** The run that `trigger` announces as over, if that is what this execution is about. */
export function announcedRun(context: IExecuteFunctions): RunOver | undefined {
	const [first] = context.getInputData();
	const over = first?.json.campaignRunOver as Partial<RunOver> | undefined;
	return Number.isSafeInteger(over?.run) ? (over as RunOver) : undefined;
}

/** Output Alert: the campaign was paused, and why, if that is what this execution is about. */
export function announcedPause(context: IExecuteFunctions): INodeExecutionData[][] | undefined {
	const [first] = context.getInputData();
	const alert = first?.json.campaignAlert;
	if (typeof alert !== 'string') return undefined;
	const { id, name } = context.getWorkflow();
	return [[], [], [outputItem({ alert, workflow: { id, name } }, 0)]];
}

/** Output People: everybody behind a lease token. Who comes too late, or was erased, is accounted for and does not go on. */
export async function releasePeople(store: Store, node: number, token: string): Promise<INodeExecutionData[][]> {
	const opened = await openRelease(store, node, token);
	const now = store.clock.now();
	const decisions = opened.map(({ released, profile }): Decision =>
		profile ? (overruled(released, released.dueAt, now) ?? { kind: 'pass' }) : { kind: 'drop', reason: 'erased' },
	);
	const dropped = opened.flatMap(({ released: { hold } }, index) => {
		const decision = decisions[index] as Decision;
		return decision.kind === 'drop' ? [{ hold, decision }] : [];
	});
	if (dropped.length > 0) await store.call('recordDecisions', { node, arrivals: [], token, released: dropped });
	const people = opened.flatMap(({ released, profile }, index) => {
		if (!profile || decisions[index]?.kind !== 'pass') return [];
		return [outputItem(campaignItem(store, profile, { ...released, visit: released.visit + 1 }), 0)];
	});
	return [people, [], []];
}

/** Output Run finished: the run's report. Output Alert: a run that reached nobody, and why. */
export async function runIsOver(store: Store, { run }: RunOver): Promise<INodeExecutionData[][]> {
	const report = await store.ask('runReport', { run });
	if (!report) return [[], [], []];
	const { campaignId: id, campaignName: name, ...figures } = report;
	const json = { campaign: { id, name }, run: figures } as unknown as IDataObject;
	const alert = alertOf(figures.state, figures.qualified);
	return [[], [outputItem(json, 0)], alert ? [outputItem({ ...json, alert }, 0)] : []];
}

function alertOf(state: string, qualified: number): string | undefined {
	if (state === 'missed') return 'The run was missed: its time passed while n8n was down or the campaign was unpublished.';
	if (qualified === 0) return 'Nobody was in the segment when the run started, so nothing was sent.';
	return undefined;
}
