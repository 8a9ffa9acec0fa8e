import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { profilePages } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { eachItem, textAt } from '../shared/each-item';
import { outputItem, userOf } from '../shared/items';
import { readLimit } from '../shared/limit';
import { nameOf } from '../shared/name-fields';

/** The list an item is about: its id or name. */
export function listAt(context: IExecuteFunctions, index: number): string {
	return nameOf(context.getNodeParameter('list', index));
}

export async function createLists(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => ({ ...(await store.call('createList', { name: textAt(context, 'name', index) })) }));
}

/** All of them, whatever items there are. */
export async function getLists(_context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return (await store.ask('customLists', undefined)).map(({ id, name, size, createdAt, updatedAt }) => {
		const json: IDataObject = { id, name, size, createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
		return outputItem(json, 0);
	});
}

export async function getMembers(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const limit = readLimit(context, 0);
	const { people } = await store.ask('membersOfList', { reference: listAt(context, 0) });
	const wanted = people.subarray(0, limit);
	const items: INodeExecutionData[] = [];
	for await (const page of profilePages(store, wanted)) items.push(...page.map((profile) => outputItem({ user: userOf(profile) }, 0)));
	return items;
}

export async function renameLists(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const name = textAt(context, 'newName', index);
		return { ...(await store.call('renameList', { reference: listAt(context, index), name })) };
	});
}

export async function clearLists(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const { list, removed } = await store.call('clearList', { reference: listAt(context, index) });
		return { ...list, removed };
	});
}

export async function deleteLists(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const removal = { reference: listAt(context, index), evenIfUsed: context.getNodeParameter('evenIfUsed', index, false) === true };
		return { ...(await store.call('deleteList', removal)), deleted: true };
	});
}
