import type { ColumnSource } from './columns';
import { LIMITS } from './limits';
import { readPeople } from './living';
import { propertyTest } from './people-tests';
import { REACH_CHANNELS } from './profile-fields';
import { listedRanges, setOf } from './ranges';

/** Estimated size of a segment: who qualifies, and how many of them have a live address and have not opted out. */
export interface Reach {
	qualified: number;
	reachable: Record<(typeof REACH_CHANNELS)[number], number>;
}

/** How many of these people (ascending) each channel reaches. */
export async function reachOf(source: ColumnSource, people: Uint32Array): Promise<Reach> {
	const reachable = Object.fromEntries(REACH_CHANNELS.map((channel) => [channel, 0])) as Reach['reachable'];
	const peopleProperties = REACH_CHANNELS.map((channel) => `reachable.${channel}`);
	const leaves = peopleProperties.map((path) => propertyTest(path, (cell) => cell === true));
	for (const { range, only } of listedRanges(people, LIMITS.people)) {
		const known = await readPeople({ leaves, peopleProperties, bucketKeys: false }, source, range);
		const asked = setOf(only as Uint32Array, range);
		REACH_CHANNELS.forEach((channel, leaf) => {
			reachable[channel] += asked.intersect(known.leaves[leaf] as typeof asked).count();
		});
	}
	return { qualified: people.length, reachable };
}
