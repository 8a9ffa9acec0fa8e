import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import type { Store } from '../../engine/store/store';
import { withNodeErrors } from '../shared/errors';
import { nameLists } from '../shared/load-options';
import { getStore, storeCredentials } from '../shared/store';
import { addPeople } from './add-people';
import { newRun, pause, resume, status, stop } from './campaign';
import { campaignControlProperties } from './parameters';
import { dropRemoved, getRemoved, releaseRemoved } from './removed-nodes';
import { getUnknown, leaveUnknown, sendAgain } from './unknown-messages';

type Operation = (context: IExecuteFunctions, store: Store) => Promise<INodeExecutionData[]>;

const OPERATIONS: Record<string, Record<string, Operation>> = {
	campaign: { addPeople, status, pause, resume, newRun, stop },
	unknownMessage: { getAll: getUnknown, leave: leaveUnknown, sendAgain },
	removedNode: { getAll: getRemoved, release: releaseRemoved, drop: dropRemoved },
};

/** For whoever runs campaigns: what it does, it also does in a run by hand. Only people are added by none, unless told to. */
export class CampaignControl implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Campaign Control',
		name: 'campaignControl',
		icon: { light: 'file:campaignControl.svg', dark: 'file:campaignControl.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ addPeople: "Add people", status: "Get status", pause: "Pause", resume: "Resume", newRun: "Start new run", stop: "Stop", leave: "Leave unknown messages", sendAgain: "Send unknown messages again", release: "Release people at removed node", drop: "Drop people at removed node" })[$parameter.operation] ?? ($parameter.resource === "removedNode" ? "Get removed nodes" : "Get unknown messages") }}',
		description: 'Pause, resume, stop or start campaigns, add people to them, and decide what only an operator can',
		defaults: { name: 'Campaign Control' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		properties: campaignControlProperties,
	};

	methods = { listSearch: nameLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const [resource, operation] = ['resource', 'operation'].map((name) => this.getNodeParameter(name, 0) as string);
			const run = OPERATIONS[resource as string]?.[operation as string] as Operation;
			return [await run(this, await getStore(this))];
		});
	}
}
