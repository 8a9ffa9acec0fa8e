import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { idPages, profilePages } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { outputItem, userOf } from '../shared/items';
import { readLimit } from '../shared/limit';
import { useSegment } from '../shared/use-segment';
import { peopleFile } from './people-file';

/** The people of a segment: one item each, or a CSV file. They are read page by page. */
export async function findPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const limit = readLimit(context, 0);
	const { rule } = await useSegment(context, store);
	const { people } = await store.ask('find', { rule });
	const wanted = people.subarray(0, limit);
	if (context.getNodeParameter('output', 0, 'items') === 'csv') return [await peopleFile(context, store, wanted)];
	const onlyIds = context.getNodeParameter('contents', 0, 'profiles') === 'ids';
	const items: INodeExecutionData[] = [];
	for await (const page of onlyIds ? usersOfIds(store, wanted) : users(store, wanted)) items.push(...page.map((user) => outputItem({ user }, 0)));
	return items;
}

async function* users(store: Store, people: Uint32Array): AsyncGenerator<IDataObject[]> {
	for await (const page of profilePages(store, people)) yield page.map(userOf);
}

async function* usersOfIds(store: Store, people: Uint32Array): AsyncGenerator<IDataObject[]> {
	for await (const page of idPages(store, people)) yield page.map((id) => ({ id }));
}
