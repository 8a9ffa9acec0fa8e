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
import { clearLists, createLists, deleteLists, getLists, getMembers, renameLists } from './custom-lists';
import { addPeople, removePeople } from './list-people';
import { segmentsProperties } from './parameters';
import { deleteSegments, getSegment, getSegments, renameSegments, saveSegments } from './saved-segments';

type Operation = (context: IExecuteFunctions, store: Store) => Promise<INodeExecutionData[]>;

const OPERATIONS: Record<string, Record<string, Operation>> = {
	savedSegment: { save: saveSegments, get: getSegment, getAll: getSegments, rename: renameSegments, delete: deleteSegments },
	customList: {
		addPeople,
		removePeople,
		create: createLists,
		getAll: getLists,
		getMembers,
		rename: renameLists,
		clear: clearLists,
		delete: deleteLists,
	},
};

export class Segments implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segments',
		name: 'segments',
		icon: { light: 'file:segments.svg', dark: 'file:segments.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ save: "Save segment", get: "Get segment", addPeople: "Add people to list", removePeople: "Remove people from list", create: "Create list", getMembers: "Get members of list", clear: "Clear list" })[$parameter.operation] ?? ({ getAll: "Get many", rename: "Rename", delete: "Delete" })[$parameter.operation] + ($parameter.resource === "customList" ? " list" : " segment") + ($parameter.operation === "getAll" ? "s" : "") }}',
		description: 'Save segments to use them everywhere by name, and keep lists of people',
		defaults: { name: 'Segments' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		parameterPane: 'wide',
		properties: segmentsProperties,
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
