import { CampaignError } from '../errors';
import type { ColumnSource } from './columns';

/** The members of a custom list: person numbers, ascending. */
export async function listMembers(source: ColumnSource, id: string): Promise<Uint32Array> {
	if (source.list) return await source.list(id);
	throw listUnknown(id);
}

export function listUnknown(id: string): CampaignError {
	return new CampaignError(
		'list_unknown',
		`The rule asks who is in the custom list "${id}", which is not known here.`,
		'Ask the store, which knows custom lists, or give every profile its "lists": the ids of the lists it is in.',
	);
}
