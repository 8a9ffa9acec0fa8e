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
import { findPeople } from './find-people';
import { trackEvents, upsertPeople } from './import-items';
import { peopleProperties } from './parameters';
import { erasePeople, getPeople } from './read-people';
import { breakDown, estimateReach } from './size-segment';

type Operation = (context: IExecuteFunctions, store: Store) => Promise<INodeExecutionData[]>;

const OPERATIONS: Record<string, Operation> = {
	upsert: upsertPeople,
	track: trackEvents,
	get: getPeople,
	find: findPeople,
	reach: estimateReach,
	breakdown: breakDown,
	erase: erasePeople,
};

export class People implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'People',
		name: 'people',
		icon: { light: 'file:people.svg', dark: 'file:people.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ upsert: "Upsert people", track: "Track events", get: "Get a person", find: "Find by segment", reach: "Estimate reach", breakdown: "Break down a segment", erase: "Erase a person" })[$parameter.operation] }}',
		description: 'Put people and their events into the campaign store, look them up, find them by segment, erase them',
		defaults: { name: 'People' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		parameterPane: 'wide',
		properties: peopleProperties,
	};

	methods = { listSearch: nameLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const run = OPERATIONS[this.getNodeParameter('operation', 0) as string] as Operation;
			return [await run(this, await getStore(this))];
		});
	}
}
