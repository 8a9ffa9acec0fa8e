import type { CampaignDefinition } from '../campaigns/definition';
import { mayComeIn, timesCameIn } from '../campaigns/live/reentry';
import { takesOneByOne } from '../campaigns/who-gets-it';
import type { Tx } from '../store/database';
import type { Side } from './collapse-entries';

/** When people may come in again into a run that takes them one by one. */
type Reentry = Parameters<typeof mayComeIn>[0];

/** Of these runs, those in which each entry of a person is a thing of its own, as they come in one by one; by number. */
export async function runsOneByOne(tx: Tx, runs: readonly number[]): Promise<Map<number, Reentry>> {
	const found = new Map<number, Reentry>();
	if (runs.length === 0) return found;
	const rows = await tx.all<{ run: number; run_key: string; definition: string }>(
		`SELECT run, run_key, definition FROM run WHERE run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS named)`,
		[JSON.stringify([...new Set(runs)].map((run) => [run]))],
	);
	for (const { run, run_key: runKey, definition } of rows) {
		const { schedule } = JSON.parse(definition) as Partial<CampaignDefinition>;
		// Items of no campaign have an open run of that key, and no schedule.
		if (schedule ? !takesOneByOne(schedule) : runKey !== 'items') continue;
		found.set(run, schedule?.kind === 'live' ? schedule.live.reentry : { kind: 'always' });
	}
	return found;
}

/** Which entries end, and which become somebody else's. */
export interface Separated {
	losers: number[];
	moved: Array<[entry: number, person: number]>;
}

/**
 * What waits on one side of a run that takes people one by one goes on, whatever the other sides came to before, if the
 * survivor may come in again; undefined where several sides wait. The survivor gets all entries that differ from their own.
 */
export async function separate(tx: Tx, run: number, reentry: Reentry, sides: readonly Side[], into: number): Promise<Separated | undefined> {
	const [waiting, ...more] = sides.filter((side) => side.waiting);
	if (more.length > 0) return undefined;
	const over = sides.filter((side) => side !== waiting);
	const cameIn = [...(await timesCameIn(tx, run, reentry, over.map(({ person }) => person))).values()].flat();
	const keys = new Set(over.flatMap(({ entries }) => entries.map(({ entry_key: key }) => key)));
	const mayGoOn = (entry: Side['entries'][number]) => !keys.has(entry.entry_key) && mayComeIn(reentry, entry.qualified_at, cameIn);
	const ends = new Set((waiting?.entries ?? []).filter((entry) => entry.waiting === 1 && !mayGoOn(entry)));
	const own = sides.find(({ person }) => person === into)?.entries ?? [];
	const taken = new Set(own.filter((entry) => !ends.has(entry)).map(({ entry_key: key }) => key));
	const moved: Separated['moved'] = [];
	for (const entry of sides.filter(({ person }) => person !== into).flatMap(({ entries }) => entries)) {
		if (ends.has(entry) || taken.has(entry.entry_key)) continue;
		taken.add(entry.entry_key);
		moved.push([entry.entry, into]);
	}
	// Who is out in an execution is known by it that they end: they are not the survivor's.
	for (const entry of own) if (ends.has(entry)) moved.push([entry.entry, (over[0] as Side).person]);
	return { losers: [...ends].map(({ entry }) => entry), moved };
}
