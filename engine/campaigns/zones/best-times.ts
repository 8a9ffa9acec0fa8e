import type { QuestionContext } from '../../questions';
import { instants } from '../../segments/columns';
import { eventKey } from '../../segments/event-key';
import { LIMITS } from '../../segments/limits';
import { listedRanges } from '../../segments/ranges';
import { scanEvents } from '../../segments/scan';
import type { Tx } from '../../store/database';
import { localInstant } from '../../time/local';
import { offsetAt } from '../../time/zone-offsets';
import type { BestTime } from '../delivery-rules';
import { DAY_MS, type ZoneMoment } from './moments';

/** Of two hours each, from the run's start on a person's clocks. */
export const BUCKETS = 12;
export const BUCKET_MS = DAY_MS / BUCKETS;

/** Events of so long count. */
const PERIOD_MS = 180 * DAY_MS;

/** More events than this in one bucket are not told apart. */
const MOST_EVENTS = 65_535;

export interface BestTimesInput {
	/** Person numbers, ascending. */
	people: Uint32Array;
	/** The zone of each, as its place in `zones`. */
	zoneOf: Uint16Array;
	zones: string[];
	bestTime: BestTime;
	/** What everybody's clocks show when the run starts, as if it were UTC. */
	wall: number;
}

/**
 * The bucket, 0..11, in which each person did the event most often in the last 180 days, by their own clocks; of several
 * the earliest. 12, the time right after the last bucket, for those who did not do it.
 */
export async function bestTimes(tx: Tx, input: BestTimesInput, context: Pick<QuestionContext, 'now' | 'columns'>): Promise<Uint8Array> {
	const { people, bestTime } = input;
	const source = await context.columns.source(tx, { people });
	const best = new Uint8Array(people.length).fill(BUCKETS);
	let first = 0;
	for (const { range, only = people } of listedRanges(people, LIMITS.people)) {
		const zoneOf = input.zoneOf.subarray(first, first + only.length);
		const tally = new BucketTally(only, range.from, { ...input, zoneOf });
		const scan = { range, names: [eventKey(bestTime.event)], from: context.now - PERIOD_MS, to: context.now, properties: () => [], times: true };
		await scanEvents(source, scan, (batch) => {
			const instantOf = instants(batch);
			for (let row = 0; row < batch.person.length; row++) {
				const instant = instantOf(row);
				if (instant >= scan.from && instant <= scan.to) tally.add(batch.person[row] as number, instant);
			}
			return true;
		});
		best.set(tally.best(), first);
		first += only.length;
	}
	return best;
}

/** When people of a bucket are due whose zone is, for a run whose clocks show `wall`. A zone that has passed may be due some days later than the run says. */
export function dueInBucket({ zone, dueAt }: Pick<ZoneMoment, 'zone' | 'dueAt'>, wall: number, bucket: number): number {
	if (bucket === 0) return dueAt;
	const start = wall + Math.round((dueAt - localInstant(wall, zone)) / DAY_MS) * DAY_MS;
	return localInstant(start + bucket * BUCKET_MS, zone);
}

/** Counts the events of some people by bucket: 24 bytes per person. */
class BucketTally {
	/** By number of the person from `from` on: their place among the people, plus one. */
	private readonly places: Uint32Array;

	private readonly counts: Uint16Array;

	constructor(
		private readonly people: Uint32Array,
		private readonly from: number,
		private readonly of: Pick<BestTimesInput, 'zoneOf' | 'zones' | 'wall'>,
	) {
		this.places = new Uint32Array((people[people.length - 1] as number) - from + 1);
		people.forEach((person, index) => (this.places[person - from] = index + 1));
		this.counts = new Uint16Array(people.length * BUCKETS);
	}

	add(person: number, instant: number): void {
		const place = this.places[person - this.from] ?? 0;
		if (place === 0) return;
		const { zones, zoneOf, wall } = this.of;
		const sinceStart = instant + offsetAt(zones[zoneOf[place - 1] as number] as string, instant) - wall;
		const ofDay = sinceStart - Math.floor(sinceStart / DAY_MS) * DAY_MS;
		const cell = (place - 1) * BUCKETS + Math.floor(ofDay / BUCKET_MS);
		if ((this.counts[cell] as number) < MOST_EVENTS) this.counts[cell] = (this.counts[cell] as number) + 1;
	}

	best(): Uint8Array {
		return Uint8Array.from(this.people, (_person, index) => {
			let [bucket, most] = [BUCKETS, 0];
			for (let other = 0; other < BUCKETS; other++) {
				const count = this.counts[index * BUCKETS + other] as number;
				if (count > most) [bucket, most] = [other, count];
			}
			return bucket;
		});
	}
}
