import type { IDataObject } from 'n8n-workflow';

import { mayHoldSame, type Rule } from '../../engine/segments';
import type { Store } from '../../engine/store/store';

/**
 * What a constant event property stands for, as items carry it, by person number: `{ constantEventProperty: [newest, ...] }`.
 * It is a key like those of other nodes, so that holds keep it. People without values are absent; a rule without `same`
 * asks the store nothing.
 * @param now the moment the rule is asked about, epoch ms; default the store's clock
 */
export async function constantValuesOf(store: Store, rule: Rule, people: number[], now?: number): Promise<Map<number, IDataObject>> {
	if (people.length === 0 || !mayHoldSame(rule)) return new Map();
	const found = await store.ask('sameValues', { rule, people, now });
	return new Map(found.map(({ person, values }) => [person, { constantEventProperty: values }]));
}
