import type { IDataObject } from 'n8n-workflow';

import type { Rule } from '../../engine/segments';
import type { Store } from '../../engine/store/store';

/** The key of an item under which the values of the segment's constant event property travel, newest first. */
const KEY = 'constantEventProperty';

/** By person, what their items carry beside the person: nothing where the segment holds no event property constant. */
export type ConstantKeys = Map<number, IDataObject>;

/** Of the segment of runs: the people of each. */
export async function constantKeysOfRuns(store: Store, people: ReadonlyArray<{ run: number; person: number }>): Promise<ConstantKeys> {
	const found: ConstantKeys = new Map();
	for (const [run, entries] of Map.groupBy(people, (entry) => entry.run)) {
		note(found, await store.ask('constantValuesOfRun', { run, people: entries.map(({ person }) => person) }));
	}
	return found;
}

/** Of a segment at hand. */
export async function constantKeysOf(store: Store, rule: Rule, people: number[]): Promise<ConstantKeys> {
	const found: ConstantKeys = new Map();
	note(found, await store.ask('constantValues', { rule, people }));
	return found;
}

/** What templates call ConstantEventProperty; undefined where an item carries none. */
export function constantValuesIn(item: IDataObject): unknown[] | undefined {
	const values = item[KEY];
	return Array.isArray(values) && values.length > 0 ? values : undefined;
}

function note(found: ConstantKeys, rows: Array<{ person: number; values: Array<string | number | boolean> }>): void {
	for (const { person, values } of rows) if (values.length > 0) found.set(person, { [KEY]: values });
}
