import { decodePeople } from '../../holds/enter-block';
import type { QuestionContext } from '../../questions';
import { breakdownOf } from '../../segments/breakdown';
import { eachPersonCell } from '../../segments/person-cells';
import { find } from '../../segments/questions';
import type { Rule } from '../../segments/rule';
import type { Tx } from '../../store/database';
import { zoneOf } from '../../time/local';
import type { BestTime } from '../delivery-rules';
import { bestTimes } from './best-times';
import { countSelections, zonesOf } from './plan-zones';
import type { FoundZone } from './start-zones';

/** Every zone that somebody in the store counts in; people without a valid one count in the account's. */
export async function zonesOfPeople(tx: Tx, _input: undefined, context: QuestionContext): Promise<{ zones: string[]; accountZone: string }> {
	const { people } = await find(tx, { rule: { all: [] } }, context);
	const { rows } = await breakdownOf(await context.columns.source(tx), people, 'timezone', { most: Infinity, zone: context.zone });
	const zones = new Set(rows.map(({ label }) => zoneOf(label, context.zone)));
	return { zones: [...zones], accountZone: context.zone };
}

export interface FindInZonesInput {
	run: number;
	rule: Rule;
	zones: string[];
	/** With best time: the event, and what everybody's clocks show when the run starts (as if it were UTC). */
	bestTime?: BestTime & { wall: number };
}

export interface FoundInZones {
	zones: FoundZone[];
	/** Selections of the run in this picture: see startZones. */
	selections: number;
	/** People of the segment now, whatever their zones. */
	total: number;
}

/**
 * The people of a segment whose clocks are those of the zones, without those who are in the run already: somebody who
 * has changed their zone since. Rejects as `find` does.
 */
export async function findInZones(tx: Tx, { run, rule, zones, bestTime }: FindInZonesInput, context: QuestionContext): Promise<FoundInZones> {
	const selections = countSelections(await zonesOf(tx, run));
	const { people } = await find(tx, { rule }, context);
	const byZone = new Map(zones.map((zone) => [zone, [] as number[]]));
	const listOf = memoized((cell) => byZone.get(zoneOf(typeof cell === 'string' ? cell : null, context.zone)));
	await eachPersonCell(await context.columns.source(tx), people, 'timezone', (person, cell) => listOf(cell)?.push(person));
	const found: FoundZone[] = [];
	for (const [zone, list] of byZone) {
		const inZone = Uint32Array.from(list).sort();
		found.push({ zone, people: selections > 0 ? await withoutThoseIn(tx, run, inZone) : inZone });
	}
	if (bestTime) await addBuckets(tx, found, bestTime, context);
	return { zones: found, selections, total: people.length };
}

/** One look at the events for all zones: there may be many of either. */
async function addBuckets(tx: Tx, found: FoundZone[], bestTime: BestTime & { wall: number }, context: QuestionContext): Promise<void> {
	const total = found.reduce((sum, { people }) => sum + people.length, 0);
	// A number of both, so that they are sorted together.
	const both = new Float64Array(total);
	let length = 0;
	found.forEach(({ people }, place) => people.forEach((person) => (both[length++] = person * 65_536 + place)));
	both.sort();
	const zoneOf = Uint16Array.from(both, (value) => value % 65_536);
	const people = Uint32Array.from(both, (value) => Math.floor(value / 65_536));
	const best = await bestTimes(tx, { people, zoneOf, zones: found.map(({ zone }) => zone), bestTime, wall: bestTime.wall }, context);
	const next = found.map((zone) => {
		zone.buckets = new Uint8Array(zone.people.length);
		return 0;
	});
	best.forEach((bucket, index) => {
		const place = zoneOf[index] as number;
		(found[place]?.buckets as Uint8Array)[next[place] as number] = bucket;
		next[place] = (next[place] as number) + 1;
	});
}

function memoized<Value>(of: (cell: unknown) => Value): (cell: unknown) => Value {
	const known = new Map<unknown, Value>();
	return (cell) => {
		if (!known.has(cell)) known.set(cell, of(cell));
		return known.get(cell) as Value;
	};
}

const PAGE = 10_000;

async function withoutThoseIn(tx: Tx, run: number, people: Uint32Array): Promise<Uint32Array> {
	const blocks = await tx.all<{ people: Uint8Array }>('SELECT people FROM block WHERE run = $1', [run]);
	const taken = new Set(blocks.flatMap((block) => decodePeople(block.people)));
	for (let start = 0; start < people.length; start += PAGE) {
		const page = Array.from(people.subarray(start, start + PAGE), (person) => [person]);
		const entries = await tx.all<{ person: number }>(
			`SELECT e.person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN entry e ON e.run = $2 AND e.person = r.person`,
			[JSON.stringify(page), run],
		);
		for (const { person } of entries) taken.add(person);
	}
	return people.filter((person) => !taken.has(person));
}
