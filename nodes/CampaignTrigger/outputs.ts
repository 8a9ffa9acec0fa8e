import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Schedule } from '../../engine/campaigns/definition';
import { isItemsRun } from '../../engine/campaigns/items/open-run';
import { checkReleased } from '../../engine/campaigns/live/check-released';
import { isLiveRun } from '../../engine/campaigns/live/trigger';
import type { KnownRun } from '../../engine/campaigns/run-rows';
import { overruledOnRelease } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Released } from '../../engine/holds/release';
import type { Profile } from '../../engine/people/records';
import type { RunReport } from '../../engine/reports/run-report';
import { timeWords } from '../../engine/reports/words';
import { isRuleError } from '../../engine/segments/rule-errors';
import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
import { campaignItem, outputItem } from '../shared/items';
import { comingOut, openRelease } from '../shared/releases';
import { accountZone } from '../shared/store';

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

/** Output Alert: that the campaign was paused, and why, or else what `trigger` has to say, if that is what this execution is about. */
export function announcedAlert(context: IExecuteFunctions): INodeExecutionData[][] | undefined {
	const [first] = context.getInputData();
	const alert = first?.json.campaignAlert;
	if (typeof alert !== 'string') return undefined;
	const { id, name } = context.getWorkflow();
	return [[], [], [outputItem({ alert, workflow: { id, name } }, 0)]];
}

/** What an operator hears who changed a campaign shortly before it starts. */
export function startsTooSoon(runs: KnownRun[], zone: string): string {
	const times = runs.map(({ scheduledAt }) => timeWords(scheduledAt, zone)).join(', ');
	return (
		`The run of ${times} starts in less than five minutes and keeps the segment and settings of the Campaign Trigger that it was scheduled with. ` +
		'To stop it, unpublish the workflow.'
	);
}

/** What an operator hears who published runs again that were stopped: nothing will happen, however well it looks. */
export function staysStopped(runs: KnownRun[], { kind }: Schedule, zone: string): string {
	const times = runs.map(({ scheduledAt }) => timeWords(scheduledAt, zone)).join(', ');
	const what = `The run of ${times} was stopped and will not go out`;
	if (kind === 'now') return `${what}. For another one give it another "Run Name" and publish again, or use "Start New Run" of Campaign Control.`;
	return `${what}: a run that was stopped never starts again. Choose another time for it (a minute later will do) and publish again.`;
}

/** Output People: everybody behind a lease token. Who may not go on any more is accounted for, or waits on. */
export async function releasePeople(store: Store, node: number, token: string): Promise<INodeExecutionData[][]> {
	const opened = await openRelease(store, node, token);
	const now = store.clock.now();
	const live = await checkReleased(store, { node, token });
	const overrulings = await overruledOnRelease(store, comingOut(opened), { now, accountZone: accountZone() });
	const decisions = opened.map(({ profile }, index): Decision => (profile ? (overrulings[index] ?? live.get(opened[index]?.released.hold ?? 0)?.decision ?? { kind: 'pass' }) : { kind: 'drop', reason: 'erased' }));
	const stopped = opened.flatMap(({ released: { hold } }, index) => {
		const decision = decisions[index] as Decision;
		return decision.kind === 'pass' ? [] : [{ hold, decision }];
	});
	if (stopped.length > 0) await store.call('recordDecisions', { node, arrivals: [], token, released: stopped });
	const passing = opened.flatMap(({ released, profile, event }, index) => (profile && decisions[index]?.kind === 'pass' ? [{ released, profile, event }] : []));
	const values = await valuesOfRuns(store, passing);
	const people = passing.map(({ released, profile, event }) => {
		const value = live.get(released.hold)?.value;
		const held = value === undefined ? values.get(released.hold) : { constantEventProperty: [value] };
		return outputItem(campaignItem(store, profile, released, released.visit + 1, { ...handedIn(released), ...held }, event), 0);
	});
	return [people, [], []];
}

/** What the item carried that handed somebody in. */
function handedIn({ payload }: Released): IDataObject {
	return payload === null ? {} : (JSON.parse(payload) as IDataObject);
}

/**
 * What each person was selected for, by hold: as of the moment they qualified, so that a batch that is released again is
 * the same. One question per run and moment, and a batch is of one as a rule. A segment that names what was deleted since
 * the run began (a custom list) gives no values: nobody is kept from going on by that.
 */
async function valuesOfRuns(store: Store, passing: Array<{ released: Released; profile: Profile }>): Promise<Map<number, IDataObject>> {
	const byHold = new Map<number, IDataObject>();
	const byRun = Map.groupBy(passing, ({ released }) => released.run);
	if (byRun.size === 0) return byHold;
	for (const { run, segment } of await store.call('segmentsOfRuns', { runs: [...byRun.keys()] })) {
		for (const [moment, members] of Map.groupBy(byRun.get(run) ?? [], ({ released }) => released.qualifiedAt)) {
			const people = members.map(({ profile }) => profile.person);
			const byPerson = await constantValuesOf(store, segment, people, moment).catch((error: unknown) => {
				if (isRuleError(error)) return new Map<number, IDataObject>();
				throw error;
			});
			for (const { released, profile } of members) {
				const values = byPerson.get(profile.person);
				if (values) byHold.set(released.hold, values);
			}
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
	const alert = alertOf(figures);
	return [[], [outputItem(json, 0)], alert ? [outputItem({ ...json, alert }, 0)] : []];
}

function alertOf({ state, qualified, safetyCheck, runKey }: Pick<RunReport, 'state' | 'qualified' | 'safetyCheck' | 'runKey'>): string | undefined {
	if (state === 'missed') return 'The run was missed: its time passed while n8n was down or the campaign was unpublished or paused.';
	if (state === 'refused') {
		return `The run did not start: ${qualified} people qualified, more than the ${safetyCheck} that its safety check allows. Narrow the segment or raise the safety check, and publish a new run.`;
	}
	if (qualified > 0 || state !== 'finished') return undefined;
	const who = isLiveRun(runKey) || isItemsRun(runKey) ? 'Nobody came in before the run was over' : 'Nobody was in the segment when the run started';
	return `${who}, so nothing was sent.`;
}
