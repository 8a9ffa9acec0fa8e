import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import type { Rule } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { constantValuesOf } from '../shared/constant-values';
import { failingClosed } from '../shared/failing-closed';
import { ownUserId } from '../shared/item-fields';
import { nameLists } from '../shared/load-options';
import { segmentParameters } from '../shared/segment-parameters';
import { getStore, storeCredentials, storeParameter } from '../shared/store';
import { useSegment } from '../shared/use-segment';
import { peopleOfItems } from './people';
import { previewSegment } from './preview';

export class SegmentFilter implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segment Filter',
		name: 'segmentFilter',
		icon: { light: 'file:segmentFilter.svg', dark: 'file:segmentFilter.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ ($parameter.operation === "preview" ? "Preview: " : "") + ($parameter.segmentMode === "json" ? "JSON rule" : (n => n === 1 ? "1 group" : n + " groups")(($parameter.segmentGroups.group ?? []).length)) }}`,
		description: 'Tell people who are in a segment now from those who are not, or preview a segment',
		defaults: { name: 'Segment Filter' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Match', 'No match'],
		credentials: storeCredentials,
		parameterPane: 'wide',
		hints: [
			{
				message: 'Each person is judged by what the store knows at this moment, not by what the item says.',
				type: 'info',
				location: 'ndv',
				whenToDisplay: 'beforeExecution',
				displayCondition: '={{ $parameter.operation === "filter" }}',
			},
			{
				message: 'A preview passes no items on. Set Operation back to Filter before you publish.',
				type: 'warning',
				location: 'ndv',
				whenToDisplay: 'always',
				displayCondition: '={{ $parameter.operation === "preview" }}',
			},
		],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Filter', value: 'filter', action: 'Filter people by a segment', description: 'Send each person out by Match or by No match' },
					{
						name: 'Preview',
						value: 'preview',
						action: 'Preview a segment',
						description: 'Show what the segment means, how many people it reaches and some of them, and its JSON rule',
					},
				],
				default: 'filter',
			},
			...segmentParameters,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				displayOptions: { show: { operation: ['filter'] } },
				options: [
					{
						displayName: 'User ID',
						name: 'userId',
						type: 'string',
						default: '',
						placeholder: 'e.g. {{ $json.customer_number }}',
						description: 'Whom an item is about that comes from no campaign. Without it, the ID of the user in the item.',
					},
				],
			},
			storeParameter,
		],
	};

	methods = { listSearch: nameLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const store = await getStore(this);
			const preview = this.getNodeParameter('operation', 0) === 'preview';
			return preview ? await previewSegment(this, store) : await filterItems(this, store);
		});
	}
}

async function filterItems(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	const { rule, warnings } = await useSegment(context, store);
	const items = context.getInputData();
	const people = await peopleOfItems(context, store, (index) => userIdOf(context, index));
	const known = people.filter((person) => person !== undefined);
	const matching = await store.ask('matching', { rule, people: [...new Set(known)] });
	const matches = new Set(matching.people);
	const values = await constantValuesOf(store, rule, [...matches]);

	const outputs: [match: INodeExecutionData[], noMatch: INodeExecutionData[]] = [[], []];
	items.forEach((item, index) => {
		const person = people[index];
		const isMatch = person !== undefined && matches.has(person);
		// Values that the item came with give way to those of this segment, if it has some for this person.
		const json = isMatch ? { ...item.json, ...values.get(person) } : item.json;
		outputs[isMatch ? 0 : 1].push({ ...item, json, pairedItem: { item: index } });
	});
	await explainToOperator(context, store, rule, warnings, items.length - known.length);
	return outputs;
}

function userIdOf(context: IExecuteFunctions, index: number): string | undefined {
	const given = context.getNodeParameter('options.userId', index, '') as string | number | null;
	const id = String(given ?? '').trim();
	return id === '' ? ownUserId(context.getInputData()[index]?.json ?? {}) : id;
}

async function explainToOperator(context: IExecuteFunctions, store: Store, rule: Rule, warnings: string[], unknown: number): Promise<void> {
	if (unknown > 0) {
		const message = `${unknown} of the items ${unknown === 1 ? 'is of a person' : 'are of people'} the store does not know. They leave by "No match".`;
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
	if (context.getMode() !== 'manual') return;
	const names = await store.ask('unknownNames', { rule });
	for (const message of [...warnings, ...names.map((name) => `${name.path}: ${name.message}`)]) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
}
