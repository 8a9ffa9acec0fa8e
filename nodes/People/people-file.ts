import { Readable } from 'node:stream';

import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { Profile } from '../../engine/people/records';
import { csvLines, toCsv } from '../../engine/reports/csv';
import { profilePages } from '../../engine/segments';
import { profileField } from '../../engine/segments/profile-fields';
import type { Store } from '../../engine/store/store';
import { fieldOf, namesIn } from '../shared/item-fields';

/**
 * One item with a CSV file of these people (numbers, ascending), of the columns chosen in the node. Pages are written as
 * they are read: where n8n keeps files on disk, the file never lies in memory as a whole.
 */
export async function peopleFile(context: IExecuteFunctions, store: Store, people: Uint32Array): Promise<INodeExecutionData> {
	const columns = namesIn(context.getNodeParameter('columns', 0));
	if (columns.length === 0) {
		throw new NodeOperationError(context.getNode(), 'The file would have no columns', {
			description: 'Name at least one field or property of people in Columns, for example: id, email.',
		});
	}
	const written = { people: 0 };
	const lines = async function* () {
		yield toCsv([], columns);
		for await (const page of profilePages(store, people)) {
			written.people += page.length;
			yield csvLines(page.map((profile) => rowOf(profile, columns)), columns);
		}
	};
	const data = await context.helpers.prepareBinaryData(Readable.from(lines(), { objectMode: false }), 'people.csv', 'text/csv');
	return { json: written, binary: { data }, pairedItem: { item: 0 } };
}

function rowOf(profile: Profile, columns: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(columns.map((name) => [name, cellOf(profile, name)]));
}

/** A field that rules know, too, else what the person has opted out of, else one of their properties. */
function cellOf(profile: Profile, name: string): unknown {
	const field = profileField(name);
	if (field) return field(profile);
	return name === 'optedOut' ? profile.optedOut : fieldOf(profile.properties as IDataObject, name);
}
