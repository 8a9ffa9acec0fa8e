import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

/** Small stand-ins for nodes of n8n's own, under the names that workflows know them by. */

const common = {
	version: [1, 2, 3, 3.4],
	description: '',
	defaults: { name: '' },
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	properties: [],
} satisfies Partial<INodeTypeDescription>;

/** Hands on the items it was started with. */
export class ManualTrigger implements INodeType {
	description: INodeTypeDescription = { ...common, displayName: 'Manual Trigger', name: 'manualTrigger', group: ['trigger'], inputs: [] };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

export class NoOp implements INodeType {
	description: INodeTypeDescription = { ...common, usableAsTool: undefined, displayName: 'No Operation', name: 'noOp', group: ['organization'] };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

interface Assignment {
	name: string;
	value: unknown;
}

/** Edit Fields: the parameters `assignments` and `includeOtherFields`, with plain keys. */
export class Set implements INodeType {
	description: INodeTypeDescription = {
		...common,
		usableAsTool: undefined,
		displayName: 'Edit Fields',
		name: 'set',
		group: ['input'],
		properties: [
			{ displayName: 'Fields', name: 'assignments', type: 'assignmentCollection', default: {} },
			{ displayName: 'Include Other Input Fields', name: 'includeOtherFields', type: 'boolean', default: false },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [
			this.getInputData().map(({ json }, item) => {
				const { assignments = [] } = this.getNodeParameter('assignments', item, {}) as { assignments?: Assignment[] };
				const fields = Object.fromEntries(assignments.map(({ name, value }) => [name, value])) as IDataObject;
				const others = this.getNodeParameter('includeOtherFields', item) === true ? json : {};
				return { json: { ...others, ...fields }, pairedItem: { item } };
			}),
		];
	}
}
