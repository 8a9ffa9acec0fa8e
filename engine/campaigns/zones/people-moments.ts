import type { QuestionContext } from '../../questions';
import type { Tx } from '../../store/database';
import { zoneOf } from '../../time/local';
import type { BestTime } from '../delivery-rules';
import { bestTimes, BUCKETS, dueInBucket } from './best-times';
import { momentOf } from './moments';
import { ZoneState } from './states';

export interface PeopleMomentsInput {
	/** Person numbers, ascending, each with the time zone of the profile. */
	people: Array<{ person: number; timezone: string | null | undefined }>;
	/** What everybody's clocks show when the run reaches them, as if it were UTC. */
	wall: number;
	passedZones: 'drop' | 'next_day';
	bestTime?: BestTime;
}

/** When somebody would be sent to. */
export interface PersonMoment {
	person: number;
	/** That whose clocks are theirs. */
	zone: string;
	/** Epoch milliseconds. */
	dueAt: number;
	/** They would be dropped: their time has passed. */
	isPassed: boolean;
	/** With a best time: whether they did the event. */
	hasBestTime?: boolean;
}

/** When each of some people would be due in a run by people's zones that was published now. */
export async function momentsOfPeople(tx: Tx, { people, wall, passedZones, bestTime }: PeopleMomentsInput, context: QuestionContext): Promise<PersonMoment[]> {
	if (people.length === 0) return [];
	const zones = people.map(({ timezone }) => zoneOf(timezone, context.zone));
	const numbers = Uint32Array.from(people, ({ person }) => person);
	const zoneAt = Uint16Array.from(people, (_one, index) => index);
	const buckets = bestTime && (await bestTimes(tx, { people: numbers, zoneOf: zoneAt, zones, bestTime, wall }, context));
	return people.map(({ person }, index) => {
		const zone = zones[index] as string;
		const { dueAt, state } = momentOf(zone, wall, context.now, passedZones);
		const bucket = buckets?.[index] ?? 0;
		return {
			person, zone, isPassed: state === ZoneState.passed,
			dueAt: dueInBucket({ zone, dueAt }, wall, bucket),
			...(buckets && { hasBestTime: bucket < BUCKETS }),
		};
	});
}
