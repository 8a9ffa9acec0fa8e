import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { AddResult, ListedPerson, RemoveResult } from '../../engine/people/lists/change';
import type { Store } from '../../engine/store/store';
import { alikeForAll, eachItem } from '../shared/each-item';
import { toNodeError } from '../shared/errors';
import { fieldOf, isBlank, ownUserId } from '../shared/item-fields';
import { outputItem } from '../shared/items';
import { readCsv } from './csv';
import { listAt } from './custom-lists';

/** People of one call to the store. */
const SLICE = 2_000;

/** Unknown people, and refused ones, named in a result. */
const MOST_NAMED = 100;

/** Somebody, and the item or line that names them. */
interface Placed {
	place: number;
	person: ListedPerson;
}

type Change = (people: ListedPerson[]) => Promise<AddResult | RemoveResult>;

export async function addPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const createUnknown = context.getNodeParameter('createUnknown', 0, false) === true;
	return await changeList(context, (reference) => async (people) => await store.call('addToList', { reference, people, createUnknown }));
}

export async function removePeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await changeList(context, (reference) => async (people) => await store.call('removeFromList', { reference, people }));
}

async function changeList(context: IExecuteFunctions, changeOf: (reference: string) => Change): Promise<INodeExecutionData[]> {
	if (context.getNodeParameter('peopleFrom', 0) === 'items') return await fromItems(context, changeOf(alikeForAll(context, 'List', (index) => listAt(context, index))));
	return await eachItem(context, async (index) => await fromCsv(context, index, changeOf(listAt(context, index))));
}

/** One result per file; lines that name nobody are told in it. */
async function fromCsv(context: IExecuteFunctions, index: number, change: Change): Promise<IDataObject> {
	const [binaryField, column, delimiter] = ['binaryField', 'column', 'delimiter'].map((name) => context.getNodeParameter(name, index) as string) as [string, string, string];
	const total = new Total('line');
	let slice: Placed[] = [];
	for await (const { line, person } of readCsv(context, index, { binaryField, column, delimiter })) {
		if ('wrong' in person) total.refuse(line, person.wrong);
		else slice.push({ place: line, person });
		if (slice.length < SLICE) continue;
		await total.take(change, slice);
		slice = [];
	}
	// Also when nobody is left: the list is looked for, and the result names it.
	await total.take(change, slice);
	return total.shown();
}

/** One result for all items; those that name nobody are errors of their own. */
async function fromItems(context: IExecuteFunctions, change: Change): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const field = context.getNodeParameter('idField', 0) as string;
	const named = items.flatMap(({ json }, index): Placed[] => {
		const value = fieldOf(json, field) ?? ownUserId(json);
		return isBlank(value) ? [] : [{ place: index, person: { id: value as string } }];
	});
	const total = new Total('item');
	// Once at least: the list is looked for, and the result names it.
	for (let start = 0; start === 0 || start < named.length; start += SLICE) await total.take(change, named.slice(start, start + SLICE));
	const withId = new Set(named.map(({ place }) => place));
	const errors = new Map<number, string>(items.flatMap((_, index) => (withId.has(index) ? [] : [[index, `it has no user ID in "${field}"`]])));
	for (const { place, reason } of total.refused) errors.set(place, reason);
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

	/** Refused, and not among those kept. */
	private unnamed = 0;

	constructor(private readonly placesAre: 'item' | 'line') {}

	async take(change: Change, people: readonly Placed[]): Promise<void> {
		const { list, unknown, refused, ...counts } = await change(people.map(({ person }) => person));
		this.list = { ...list };
		for (const [name, count] of Object.entries(counts)) this.counts[name] = (this.counts[name] ?? 0) + count;
		this.counts.unknown = (this.counts.unknown ?? 0) + unknown.length;
		for (const { id } of unknown) if (this.unknown.length < MOST_NAMED) this.unknown.push(id);
		for (const { index, reason } of refused) this.refuse(people[index]?.place as number, reason);
	}

	refuse(place: number, reason: string): void {
		// Every item has an error of its own; of a file's lines the first ones tell enough.
		if (this.placesAre === 'item' || this.refused.length < MOST_NAMED) this.refused.push({ place, reason });
		else this.unnamed++;
	}

	shown(): IDataObject {
		const named = this.refused.slice(0, MOST_NAMED).map(({ place, reason }) => `${this.placesAre} ${place}: ${reason}`);
		const more = this.refused.length + this.unnamed - named.length;
		return { list: this.list, ...this.counts, unknownIds: this.unknown, refused: more > 0 ? [...named, `and ${more} more`] : named };
	}
}
