import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { AddResult, ListedPerson, RemoveResult } from '../../engine/people/lists/change';
import type { Store } from '../../engine/store/store';
import { eachItem } from '../shared/each-item';
import { toNodeError } from '../shared/errors';
import { fieldOf, ownUserId } from '../shared/item-fields';
import { outputItem } from '../shared/items';
import { readCsv } from './csv';
import { listAt } from './custom-lists';

/** People of one call to the store. */
const SLICE = 2_000;

/** Unknown people named in an item. */
const MOST_NAMED = 100;

type Change = (people: ListedPerson[]) => Promise<AddResult | RemoveResult>;

export async function addPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const createUnknown = context.getNodeParameter('createUnknown', 0, false) === true;
	return await changeList(context, (reference) => async (people) => await store.call('addToList', { reference, people, createUnknown }));
}

export async function removePeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await changeList(context, (reference) => async (people) => await store.call('removeFromList', { reference, people }));
}

async function changeList(context: IExecuteFunctions, changeOf: (reference: string) => Change): Promise<INodeExecutionData[]> {
	if (context.getNodeParameter('peopleFrom', 0) === 'items') return await fromItems(context, changeOf(listAt(context, 0)));
	return await eachItem(context, async (index) => {
		const file = await context.helpers.getBinaryDataBuffer(index, context.getNodeParameter('binaryField', index) as string);
		const rows = readCsv(file, context.getNodeParameter('column', index) as string);
		const total = new Total((place) => `line ${rows[place]?.line}`);
		for (let start = 0; start < rows.length; start += SLICE) {
			total.add(await changeOf(listAt(context, index))(rows.slice(start, start + SLICE).map(({ person }) => person)), start);
		}
		return total.shown();
	});
}

/** One result for all items; those that name nobody are errors of their own. */
async function fromItems(context: IExecuteFunctions, change: Change): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const field = context.getNodeParameter('idField', 0) as string;
	const named = items.flatMap(({ json }, index) => {
		const value = fieldOf(json, field) ?? ownUserId(json);
		return value === undefined || value === null || value === '' ? [] : [{ index, person: { id: value as string } }];
	});
	const total = new Total((place) => `item ${named[place]?.index}`);
	for (let start = 0; start < named.length; start += SLICE) total.add(await change(named.slice(start, start + SLICE).map(({ person }) => person)), start);
	const withId = new Set(named.map(({ index }) => index));
	const errors = new Map<number, string>(items.flatMap((_, index) => (withId.has(index) ? [] : [[index, `it has no user ID in "${field}"`]])));
	for (const { place, reason } of total.refused) errors.set(named[place]?.index as number, reason);
	const [first] = errors;
	if (first && !context.continueOnFail()) {
		throw new NodeOperationError(context.getNode(), `${errors.size} of ${items.length} items were left out, the first because ${first[1]}`, {
			itemIndex: first[0],
			description: 'The other people have been taken. To go on with them, set "On Error" in the settings of this node to continue.',
			level: 'warning',
		});
	}
	return [outputItem(total.shown(), 0), ...[...errors].map(([index, reason]) => errorItem(context, index, reason))];
}

function errorItem(context: IExecuteFunctions, index: number, reason: string): INodeExecutionData {
	const error = toNodeError(context.getNode(), new NodeOperationError(context.getNode(), `The item was left out because ${reason}`, { itemIndex: index, level: 'warning' }));
	return { json: { ...context.getInputData()[index]?.json, error: error.message }, error, pairedItem: { item: index } };
}

/** What several calls did together. */
class Total {
	readonly refused: Array<{ place: number; reason: string }> = [];

	private readonly counts: Record<string, number> = {};

	private readonly unknown: string[] = [];

	private list: IDataObject = {};

	constructor(private readonly placeWords: (place: number) => string) {}

	add(result: AddResult | RemoveResult, start: number): void {
		const { list, unknown, refused, ...counts } = result;
		this.list = { ...list };
		for (const [name, count] of Object.entries(counts)) this.counts[name] = (this.counts[name] ?? 0) + count;
		this.counts.unknown = (this.counts.unknown ?? 0) + unknown.length;
		for (const { id } of unknown) if (this.unknown.length < MOST_NAMED) this.unknown.push(id);
		for (const { index, reason } of refused) this.refused.push({ place: start + index, reason });
	}

	shown(): IDataObject {
		return {
			list: this.list,
			...this.counts,
			unknownIds: this.unknown,
			refused: this.refused.slice(0, MOST_NAMED).map(({ place, reason }) => `${this.placeWords(place)}: ${reason}`),
		};
	}
}
