import type { RunDelivery } from '../campaigns/delivery-rules';
import type { Decision } from '../holds/gate';
import { dayNumber, localInstant } from '../time/local';
import { offsetAt } from '../time/zone-offsets';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Why a message waits at its sender from the cut-off until midnight; for the operator. */
export const WAITS_FOR_MIDNIGHT = 'Campaign cut-off time reached; it goes on after midnight';

/** Whose cut-off it is. */
export interface CutOffFacts {
	/** When they were due for the campaign, epoch milliseconds. */
	setOutAt: number;
	now: number;
	/** The clocks that the cut-off is read on. */
	zone: string;
}

/**
 * What a cut-off says about somebody. `pause`: between the cut-off and midnight nobody goes on. `stop`: nobody goes on
 * from the first cut-off after the run's time on the day they were selected; where people come in one by one, from that
 * of the day on which they were due.
 */
export function cutOffDecision({ cutOff, moment, clock }: RunDelivery, { setOutAt, now, zone }: CutOffFacts): Decision | undefined {
	if (!cutOff) return undefined;
	const ofDay = (day: number) => localInstant(day * DAY + cutOff.minute * MINUTE, zone);
	const today = dayNumber(now, zone);
	if (cutOff.then === 'pause') return now >= ofDay(today) ? { kind: 'hold', until: localInstant((today + 1) * DAY, zone) } : undefined;
	const reached = moment === undefined ? ofDay(dayNumber(setOutAt, zone)) : cutOffOfRun(cutOff.minute, moment, clock ?? zone, setOutAt, zone);
	return now >= reached ? { kind: 'drop', reason: 'cut_off', detail: `Cut-off at ${new Date(reached).toISOString()}` } : undefined;
}

/** Somebody selected a day later (their zone had passed; they have no best time) has the cut-off of that day. */
function cutOffOfRun(minute: number, moment: number, clock: string, setOutAt: number, zone: string): number {
	const wall = moment + offsetAt(clock, moment);
	const daysLater = Math.max(0, Math.floor((setOutAt + offsetAt(zone, setOutAt) - wall) / DAY));
	const begun = wall + daysLater * DAY;
	const onTheDay = Math.floor(begun / DAY) * DAY + minute * MINUTE;
	return localInstant(onTheDay > begun ? onTheDay : onTheDay + DAY, zone);
}
