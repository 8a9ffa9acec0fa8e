import { unknownAmong, type NameUse, type UnknownName } from '../segments/unknown-names';
import type { Tx } from '../store/database';

/** What templates see of a person beside their own properties. */
const FIELDS = ['id', 'email', 'phone', 'timezone'];

/**
 * Properties and events that templates ask for and the store has never seen: they may be yet to come, or mistyped.
 * @param input.values as a ValueUse has them
 * @param input.events names of the events that `Event` may be; where empty, nothing is said of it
 * @returns the place of each in `values`, and why; an event that is unknown is named once
 */
export async function unknownValues(
	tx: Tx,
	{ values, events }: { values: ReadonlyArray<{ of: string; property: string }>; events: readonly string[] },
): Promise<Array<{ index: number; message: string; nearest?: string }>> {
	const uses = values.flatMap(({ of, property }, index): NameUse[] => {
		const path = String(index);
		if (of === 'Profile') return [{ path, events: [], property }];
		if (of !== 'Event') return [{ path, events: [of] }, { path, events: [of], property }];
		// Its name is always there.
		return events.length === 0 || property === 'name' ? [] : [{ path, events: [...events], property }];
	});
	const found = await unknownAmong(tx, uses, FIELDS);
	return found.map(({ path, message, nearest }: UnknownName) => ({ index: Number(path), message, ...(nearest !== undefined && { nearest }) }));
}
