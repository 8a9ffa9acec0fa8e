import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { withNodeErrors } from '../shared/errors';
import { nameLists } from '../shared/load-options';
import { getStore, storeCredentials } from '../shared/store';
import { goalProperties } from './parameters';
import { readGoal } from './read-goal';

/** A declaration: it counts wherever it stands in the workflow, connected or not, and changes nothing on the way. */
export class Goal implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Goal',
		name: 'goal',
		icon: { light: 'file:goal.svg', dark: 'file:goal.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ($parameter.event?.value ?? $parameter.event) + " within " + $parameter.windowAmount + " " + $parameter.windowUnit }}',
		description: 'Say which event the campaign wants. Its report counts the people who do it in time after a message.',
		defaults: { name: 'Goal' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		parameterPane: 'wide',
		properties: goalProperties,
	};

	methods = { listSearch: nameLists };

	/** Registers the goal while the workflow is published. Never emits. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			const definition = readGoal(this);
			const store = await getStore(this);
			const name = { workflowId: String(this.getWorkflow().id), nodeId: this.getNode().id };
			const { registration } = await store.call('registerGoal', { ...name, definition });
			return { closeFunction: async () => await store.call('withdrawGoal', { ...name, registration }) };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData().map((item, index) => ({ ...item, pairedItem: { item: index } }))];
	}
}
