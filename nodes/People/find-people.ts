import { Readable } from 'node:stream';

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Profile } from '../../engine/people/records';
import { csvLines, toCsv } from '../../engine/reports/csv';
import type { Store } from '../../engine/store/store';
import { outputItem, userOf } from '../shared/items';
import { fieldOf, namesIn } from '../shared/item-fields';
import { profilesByNumber } from '../shared/releases';
import { readSegment } from '../shared/segment-parameters';

const PAGE = 1_000;

/** The people of a segment: one item each, or a CSV file. Profiles are read page by page. */
export async function findPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const { people } = await store.ask('find', { rule: readSegment(context).rule });
	const all = context.getNodeParameter('returnAll', 0) === true;
	const wanted = all ? people : people.subarray(0, context.getNodeParameter('limit', 0) as number);
	if (context.getNodeParameter('output', 0, 'items') === 'csv') return [await asFile(context, store, wanted)];
	const items: INodeExecutionData[] = [];
	const onlyIds = context.getNodeParameter('contents', 0, 'profiles') === 'ids';
	for await (const page of onlyIds ? pagesOfIds(store, wanted) : pagesOfUsers(store, wanted)) for (const user of page) items.push(outputItem({ user }, 0));
	return items;
}

/** The file is written as the pages come: it never lies in memory as a whole where n8n keeps files on disk. */
async function asFile(context: IExecuteFunctions, store: Store, people: Uint32Array): Promise<INodeExecutionData> {
	const columns = namesIn(context.getNodeParameter('columns', 0));
	const lines = async function* () {
		yield toCsv([], columns);
		for await (const page of pagesOfUsers(store, people)) {
			yield csvLines(
				page.map((user) => Object.fromEntries(columns.map((name) => [name, cellOf(user, name)]))),
				columns,
			);
		}
	};
	const data = await context.helpers.prepareBinaryData(Readable.from(lines(), { objectMode: false }), 'people.csv', 'text/csv');
	return { json: { people: people.length }, binary: { data }, pairedItem: { item: 0 } };
}

/** A field of the person, else one of their properties. */
function cellOf(user: IDataObject, name: string): unknown {
	return Object.hasOwn(user, name) && name !== 'properties' ? user[name] : fieldOf((user.properties ?? {}) as IDataObject, name);
}

async function* pagesOfUsers(store: Store, people: Uint32Array): AsyncGenerator<IDataObject[]> {
	for (let start = 0; start < people.length; start += PAGE) {
		const numbers = [...people.subarray(start, start + PAGE)];
		const profiles = await profilesByNumber(store, numbers);
		yield numbers.flatMap((number) => {
			const profile: Profile | undefined = profiles.get(number);
			return profile ? [userOf(profile)] : [];
		});
	}
}

async function* pagesOfIds(store: Store, people: Uint32Array): AsyncGenerator<IDataObject[]> {
	for (let start = 0; start < people.length; start += PAGE) {
		const ids = await store.ask('idsOf', { people: [...people.subarray(start, start + PAGE)] });
		yield ids.map((id) => ({ id }));
	}
}
