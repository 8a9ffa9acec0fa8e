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
	version: [1, 1.1, 2, 3, 3.2, 3.4],
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

/** Puts out the items of its parameter `items`, whatever came in, and says of none where it is from. */
export class Code implements INodeType {
	description: INodeTypeDescription = {
		...common,
		usableAsTool: undefined,
		displayName: 'Code',
		name: 'code',
		group: ['transform'],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: '[]' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = JSON.parse(this.getNodeParameter('items', 0) as string) as IDataObject[];
		return [items.map((json) => ({ json }))];
	}
}

/** Merge, mode Append: what came in by each input, one after the other, when all have run that will. */
export class Merge implements INodeType {
	description: INodeTypeDescription = {
		...common,
		usableAsTool: undefined,
		displayName: 'Merge',
		name: 'merge',
		group: ['transform'],
		inputs: '={{ Array.from({ length: $parameter["numberInputs"] }, () => "main") }}',
		requiredInputs: 1,
		properties: [{ displayName: 'Number of Inputs', name: 'numberInputs', type: 'number', default: 2 }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const inputs = this.getNodeParameter('numberInputs', 0) as number;
		return [Array.from({ length: inputs }, (_, input) => this.getInputData(input) ?? []).flat()];
	}
}

/** Switch: an item leaves by the output of the first rule whose text it has. */
export class Switch implements INodeType {
	description: INodeTypeDescription = {
		...common,
		usableAsTool: undefined,
		displayName: 'Switch',
		name: 'switch',
		group: ['transform'],
		outputs: '={{ $parameter["rules"].values.map(() => "main") }}',
		properties: [{ displayName: 'Rules', name: 'rules', type: 'json', default: {} }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		interface Rules {
			values: Array<{ conditions: { conditions: Array<{ leftValue: unknown; rightValue: unknown }> } }>;
		}
		const outputs = (this.getNodeParameter('rules', 0) as Rules).values.map((): INodeExecutionData[] => []);
		this.getInputData().forEach((item, index) => {
			const { values } = this.getNodeParameter('rules', index) as Rules;
			const output = values.findIndex(({ conditions }) => conditions.conditions.every(({ leftValue, rightValue }) => leftValue === rightValue));
			outputs[output]?.push({ ...item, pairedItem: { item: index } });
		});
		return outputs;
	}
}

/** Execute Workflow, mode Once: one call with all items. */
export class ExecuteWorkflow implements INodeType {
	description: INodeTypeDescription = {
		...common,
		version: [1, 1.2],
		usableAsTool: undefined,
		displayName: 'Execute Workflow',
		name: 'executeWorkflow',
		group: ['transform'],
		properties: [{ displayName: 'Workflow', name: 'workflowId', type: 'json', default: {} }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { value } = this.getNodeParameter('workflowId', 0) as { value: string };
		const { data } = await this.executeWorkflow({ id: value }, this.getInputData());
		return data.map((items) => items ?? []);
	}
}

/** Loop Over Items, as far as a graph shows it: everything goes round once. */
export class SplitInBatches implements INodeType {
	description: INodeTypeDescription = {
		...common, usableAsTool: undefined, displayName: 'Loop Over Items', name: 'splitInBatches', group: ['organization'], outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [[], this.getInputData()];
	}
}

/** When Executed by Another Workflow: hands on what it was called with. */
export class ExecuteWorkflowTrigger extends ManualTrigger {
	override description: INodeTypeDescription = { ...common, displayName: 'When Executed by Another Workflow', name: 'executeWorkflowTrigger', group: ['trigger'], inputs: [] };
}
