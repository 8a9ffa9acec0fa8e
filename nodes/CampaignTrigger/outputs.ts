import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { overruled } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Released } from '../../engine/holds/release';
import type { Profile } from '../../engine/people/records';
import { isRuleError } from '../../engine/segments/rule-errors';
import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
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

/** Output Alert: the campaign was paused, and why, or something else for the operator to know, if that is what this execution is about. */
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
	const passing = opened.flatMap(({ released, profile }, index) => (profile && decisions[index]?.kind === 'pass' ? [{ released, profile }] : []));
	const values = await valuesOfRuns(store, passing);
	const people = passing.map(({ released, profile }) =>
		outputItem(campaignItem(store, profile, { ...released, visit: released.visit + 1 }, { ...handedIn(released), ...values.get(released.hold) }), 0),
	);
	return [people, [], []];
}

/** What the item carried that handed somebody in. */
function handedIn({ payload }: Released): IDataObject {
	return payload === null ? {} : (JSON.parse(payload) as IDataObject);
}

/**
 * What each person was selected for, by hold: as of the moment the run began, so that a batch that is released again is
 * the same. One question per run, and a batch is of one run as a rule. A segment that names what was deleted since the
 * run began (a custom list) gives no values: nobody is kept from going on by that.
 */
async function valuesOfRuns(store: Store, passing: Array<{ released: Released; profile: Profile }>): Promise<Map<number, IDataObject>> {
	const byHold = new Map<number, IDataObject>();
	const byRun = Map.groupBy(passing, ({ released }) => released.run);
	if (byRun.size === 0) return byHold;
	for (const { run, segment } of await store.call('segmentsOfRuns', { runs: [...byRun.keys()] })) {
		const members = byRun.get(run) ?? [];
		const people = members.map(({ profile }) => profile.person);
		const byPerson = await constantValuesOf(store, segment, people, members[0]?.released.runStartedAt).catch((error: unknown) => {
			if (isRuleError(error)) return new Map<number, IDataObject>();
			throw error;
		});
		for (const { released, profile } of members) {
			const values = byPerson.get(profile.person);
			if (values) byHold.set(released.hold, values);
		}
	}
	return byHold;
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
	if (state === 'missed') return 'The run was missed: its time passed while n8n was down or the campaign was unpublished or paused.';
	if (qualified === 0) return 'Nobody was in the segment when the run started, so nothing was sent.';
	return undefined;
}
