import type { QuestionContext } from '../questions';
import { instants } from '../segments/columns';
import { setOf } from '../segments/ranges';
import type { Tx } from '../store/database';
import type { NamedProperty } from './at-form';

/** Properties of the latest event of one name that somebody did, by their paths; those it lacks are absent. */
export interface LatestEvent {
	person: number;
	/** As `eventMatchKey` writes it. */
	event: string;
	properties: Record<string, unknown>;
}

/**
 * What `@Add to Cart - eventName` means where the event is not the entry's own: the latest event of that name each of
 * these people did up to now. Of two at one instant the one that arrived later. One pass over the columns of each event,
 * whatever the number of people; whoever never did it is left out.
 */
export async function latestEvents(
	tx: Tx,
	{ people, named }: { people: readonly number[]; named: readonly NamedProperty[] },
	context: QuestionContext,
): Promise<LatestEvent[]> {
	if (people.length === 0) return [];
	const only = Uint32Array.from(new Set(people)).sort();
	const first = only[0] as number;
	const range = { from: first - (first % 32), to: (only.at(-1) as number) + 1 };
	const wanted = setOf(only, range);
	const source = await context.columns.source(tx, { people: only });
	const found: LatestEvent[] = [];
	for (const [event, list] of Map.groupBy(named, (one) => one.event)) {
		const paths = [...new Set(list.map(({ property }) => property))];
		const latest = new Map<number, { at: number; values: unknown[] }>();
		for await (const batch of source.events({ name: event, from: -Infinity, to: context.now, range, properties: paths, times: true })) {
			const at = instants(batch);
			const columns = paths.map((path) => batch.property(path));
			for (let row = 0; row < batch.person.length; row++) {
				const place = (batch.person[row] as number) - range.from;
				if (place < 0 || place >= wanted.size || !wanted.has(place)) continue;
				const time = at(row);
				const before = latest.get(batch.person[row] as number);
				if (time > context.now || (before && before.at > time)) continue;
				latest.set(batch.person[row] as number, { at: time, values: columns.map((column) => column.get(row)) });
			}
		}
		for (const [person, { values }] of latest) {
			const properties = paths.flatMap((path, index) => (values[index] === undefined ? [] : [[path, values[index]] as const]));
			found.push({ person, event, properties: Object.fromEntries(properties) });
		}
	}
	return found;
}
