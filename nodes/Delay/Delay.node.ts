import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { EventWatch } from '../../engine/gates/event-watch';
import { withNodeErrors } from '../shared/errors';
import { failingClosed } from '../shared/failing-closed';
import { passThroughGate } from '../shared/gate';
import { refuseBadPlace } from '../shared/graph';
import { noLookingBack } from '../shared/hints';
import { nameLists } from '../shared/load-options';
import { releaseFrom } from '../shared/releases';
import { getStore, storeCredentials } from '../shared/store';
import { decideWaits } from './decide';
import { delayProperties } from './parameters';
import { readWait } from './wait';

/** Outputs by what is waited for. n8n evaluates it in the editor and in every execution. */
const OUTPUTS = `={{ ($parameter.waitFor === 'event' ? ['Happened', 'Timed Out', 'Dropped'] : ['Pass', 'Dropped']).map((displayName) => ({ type: '${NodeConnectionTypes.Main}', displayName })) }}` as const;

/** "1 day", "3 days", as an expression of the editor. */
const lengthOf = (amount: string, unit: string) =>
	`$parameter.${amount} + " " + ($parameter.${amount} === 1 ? $parameter.${unit}.slice(0, -1) : $parameter.${unit})`;

export class Delay implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Delay',
		name: 'delay',
		icon: { light: 'file:delay.svg', dark: 'file:delay.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			`={{ $parameter.waitFor === "event" ? "Until " + ($parameter.event?.value || "an event") + ", at most " + ${lengthOf('timeoutAmount', 'timeoutUnit')} : $parameter.waitFor === "timeOfDay" ? "Until " + $parameter.timeOfDay : "For " + ${lengthOf('amount', 'unit')} }}`,
		description: 'Hold each person for a time, until a time of day, or until they did something',
		defaults: { name: 'Delay' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: OUTPUTS,
		credentials: storeCredentials,
		hints: [noLookingBack],
		parameterPane: 'wide',
		properties: delayProperties,
	};

	methods = { listSearch: nameLists };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			const wait = readWait((name) => this.getNodeParameter(name, null as unknown as string));
			refuseBadPlace(this);
			const store = await getStore(this);
			let watch: EventWatch | undefined;
			const look = async (node: number) => await (watch ??= new EventWatch(store, node, wait as Extract<typeof wait, { kind: 'event' }>)).look();
			const releaser = await releaseFrom(this, store, wait.kind === 'event' ? { beat: look } : {});
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, this.getNodeParameter('waitFor', 0) === 'event' ? 2 : 1, async () => {
			const wait = readWait((name) => this.getNodeParameter(name, 0, null));
			refuseBadPlace(this);
			const { takeOutConverted, takeOutLeft } = this.getNodeParameter('options', 0, {}) as { takeOutConverted?: boolean; takeOutLeft?: boolean };
			const takeOut = { converted: takeOutConverted === true, left: takeOutLeft === true };
			return await passThroughGate(this, {
				passes: wait.kind === 'event' ? 2 : 1,
				decide: async (candidates, at) => await decideWaits(candidates, wait, takeOut, at),
			});
		});
	}
}
