import type { ColumnSource, PeopleBatch } from './columns';
import { LIMITS } from './limits';
import { listedRanges, setOf } from './ranges';
import { visitAll } from './scan';
import { takeRows } from './take-rows';

/** Tells what each of these people (ascending) has as a property, in no particular order; undefined where they have none. */
export async function eachPersonCell(
	source: ColumnSource,
	people: Uint32Array,
	property: string,
	see: (person: number, cell: unknown) => void,
): Promise<void> {
	for (const { range, only = people } of listedRanges(people, LIMITS.people)) {
		const batches: PeopleBatch[] = [];
		await visitAll(source.people({ range, properties: [property], bucketKeys: false }), (batch) => batches.push(batch) > 0);
		const left = setOf(only, range);
		// What later batches say of somebody overrides earlier ones.
		for (const batch of batches.reverse()) {
			const column = batch.property(property);
			takeRows(batch, left, range.from, (row) => see(batch.first === undefined ? (batch.people[row] as number) : batch.first + row, column.get(row)));
		}
	}
}
