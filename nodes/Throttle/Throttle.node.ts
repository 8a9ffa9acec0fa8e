import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { overruled } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import { withNodeErrors } from '../shared/errors';
import { failingClosed } from '../shared/failing-closed';
import { passThroughGate, type Candidate } from '../shared/gate';
import { refuseBadPlace } from '../shared/graph';
import { noLookingBack } from '../shared/hints';
import { releaseFrom } from '../shared/releases';
import { accountZone, getStore, storeCredentials, storeParameter } from '../shared/store';
import type { Store } from '../../engine/store/store';
import { readRate, type Rate } from './rate';

export class Throttle implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Throttle',
		name: 'throttle',
		icon: { light: 'file:throttle.svg', dark: 'file:throttle.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.people + " per " + ($parameter.interval === 1 ? "" : $parameter.interval + " ") + $parameter.unit }}',
		description: 'Let so many people of a run pass in each interval, and hold the others until it is their turn',
		defaults: { name: 'Throttle' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Pass', 'Dropped'],
		credentials: storeCredentials,
		hints: [noLookingBack],
		properties: [
			{
				displayName: 'People per Interval',
				name: 'people',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				noDataExpression: true,
				default: 1000,
				description: 'How many people of one run pass in each interval. Intervals are counted from the start of the run.',
			},
			{
				displayName: 'Interval',
				name: 'interval',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				noDataExpression: true,
				default: 5,
				description: 'Length of an interval',
			},
			{
				displayName: 'Unit',
				name: 'unit',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Seconds', value: 'seconds' },
					{ name: 'Minutes', value: 'minutes' },
					{ name: 'Hours', value: 'hours' },
					{ name: 'Days', value: 'days' },
				],
				default: 'minutes',
			},
			{
				displayName: 'Within an Interval',
				name: 'pass',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'All at Its Start', value: 'start' },
					{ name: 'Spread Evenly', value: 'evenly', description: 'One after the other, at even distances' },
				],
				default: 'start',
				description: 'When people pass within their interval',
			},
			storeParameter,
		],
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			readRate((name) => this.getNodeParameter(name, undefined));
			refuseBadPlace(this);
			const releaser = await releaseFrom(this, await getStore(this));
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const rate = readRate((name) => this.getNodeParameter(name, 0, undefined));
			refuseBadPlace(this);
			return await passThroughGate(this, {
				decide: async (candidates, { store, node, now, dry }) =>
					dry ? candidates.map(() => ({ kind: 'pass' })) : await takeTurns(candidates, rate, store, node, now),
			});
		});
	}
}

/** Windows belong to runs: the batch is asked for run by run. */
async function takeTurns(candidates: Candidate[], rate: Rate, store: Store, node: number, now: number): Promise<Decision[]> {
	const byRun = Map.groupBy(candidates, ({ run }) => run);
	const windowOf = new Map<Candidate, number>();
	for (const [run, members] of byRun) {
		const runStartedAt = (members[0] as Candidate).runStartedAt;
		const entries = members.map((member) => ({ entry: member.entry, placeIn: placeOf(member) }));
		const windows = await store.call('takePlaces', { node, run, runStartedAt, ...rate, entries });
		members.forEach((member, index) => windowOf.set(member, windows[index] as number));
	}
	return candidates.map((candidate): Decision => {
		const until = windowOf.get(candidate) as number;
		return until <= now ? { kind: 'pass' } : { kind: 'hold', until };
	});
}

/** When somebody was due here, which is where they hold a place; not when they were due because a cut-off kept everybody until then. */
function placeOf({ dueAt, profile, ...entry }: Candidate): number | undefined {
	if (dueAt === undefined) return undefined;
	const before = overruled({ ...entry, timezone: profile?.timezone }, { now: dueAt - 1, accountZone: accountZone() });
	return before?.kind === 'hold' && before.until === dueAt ? undefined : dueAt;
}
