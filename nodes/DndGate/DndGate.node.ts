import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { checkWindows, disturbableAt } from '../../engine/gates/dnd';
import type { Decision } from '../../engine/holds/gate';
import { zoneOf } from '../../engine/time/local';
import { withNodeErrors } from '../shared/errors';
import { failingClosed } from '../shared/failing-closed';
import { passThroughGate } from '../shared/gate';
import { refuseBadPlace } from '../shared/graph';
import { noLookingBack } from '../shared/hints';
import { releaseFrom } from '../shared/releases';
import { accountZone, getStore, storeCredentials, storeParameter } from '../shared/store';
import { readWindows } from './windows';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export class DndGate implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DND Gate',
		name: 'dndGate',
		icon: { light: 'file:dndGate.svg', dark: 'file:dndGate.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ($parameter.inTheseHours === "hold" ? "Hold " : "Discard ") + ($parameter.windows.window ?? []).map((window) => window.from + " to " + window.to).join(", ") }}',
		description: 'Let people pass outside do-not-disturb hours, in their own time zone; hold or drop the others',
		defaults: { name: 'DND Gate' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Pass', 'Dropped'],
		credentials: storeCredentials,
		hints: [noLookingBack],
		parameterPane: 'wide',
		properties: [
			{
				displayName: 'In These Hours',
				name: 'inTheseHours',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Hold Until They End', value: 'hold', description: 'People go on from here when their do-not-disturb hours are over' },
					{ name: 'Discard', value: 'discard', description: 'People leave through Dropped, with the reason' },
				],
				default: 'hold',
			},
			{
				displayName: 'Do-Not-Disturb Hours',
				name: 'windows',
				type: 'fixedCollection',
				placeholder: 'Add Hours',
				typeOptions: { multipleValues: true, sortable: true },
				default: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '21:00', to: '09:00' }] },
				description: 'Hours in which nobody is to be disturbed, in local time',
				options: [
					{
						displayName: 'Hours',
						name: 'window',
						values: [
							{
								displayName: 'Beginning On',
								name: 'days',
								type: 'multiOptions',
								noDataExpression: true,
								options: WEEKDAYS.map((name, index) => ({ name, value: index + 1 })),
								default: [1, 2, 3, 4, 5, 6, 7],
							},
							{
								displayName: 'From',
								name: 'from',
								type: 'string',
								noDataExpression: true,
								placeholder: 'e.g. 21:00',
								default: '21:00',
							},
							{
								displayName: 'To',
								name: 'to',
								type: 'string',
								noDataExpression: true,
								placeholder: 'e.g. 09:00',
								default: '09:00',
								description: 'At or before "From" means on the next day',
							},
						],
					},
				],
			},
			{
				displayName: 'Time Zone',
				name: 'zone',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: "Person's, Else the Account's", value: 'person' },
					{ name: "Account's", value: 'account', description: 'N8N_CAMPAIGNS_TIMEZONE, else GENERIC_TIMEZONE of this n8n, else UTC' },
				],
				default: 'person',
				description: 'Whose clock these hours are read on',
			},
			storeParameter,
		],
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			checkWindows(readWindows(this.getNodeParameter('windows', {})));
			refuseBadPlace(this);
			const releaser = await releaseFrom(this, await getStore(this));
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const windows = readWindows(this.getNodeParameter('windows', 0, {}));
			checkWindows(windows);
			refuseBadPlace(this);
			const discard = this.getNodeParameter('inTheseHours', 0) === 'discard';
			const ofPerson = this.getNodeParameter('zone', 0) === 'person';
			return await passThroughGate(this, {
				decide: async (candidates, { now }) =>
					candidates.map(({ profile }): Decision => {
						const zone = zoneOf(ofPerson ? profile?.timezone : undefined, accountZone());
						const until = disturbableAt(now, zone, windows) ?? now;
						if (until <= now) return { kind: 'pass' };
						return discard ? { kind: 'drop', reason: 'dnd_discarded', detail: `Local time in ${zone}` } : { kind: 'hold', until };
					}),
			});
		});
	}
}
