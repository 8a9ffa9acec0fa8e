import { isDeepStrictEqual } from 'node:util';

import type { Begun, Recurrence } from './recurrence';

/**
 * A recurrence as it is published at `now`. It counts on from when the former one began, unless it has another unit,
 * another interval or other clocks: then it begins now.
 */
export function begin(recurrence: Recurrence, former: Recurrence | undefined, now: number): Begun {
	const since = former !== undefined && countsAlike(recurrence, former) ? (former.since ?? now) : now;
	return { ...recurrence, since };
}

/** Whether they fall on the same moments, but for their end. */
export function fallsAlike(one: Recurrence, other: Recurrence): boolean {
	const moments = ({ minute, zone, repeat, since }: Recurrence) => ({ minute, zone, repeat, since });
	return isDeepStrictEqual(moments(one), moments(other));
}

function countsAlike(one: Recurrence, other: Recurrence): boolean {
	return one.zone === other.zone && one.repeat.unit === other.repeat.unit && one.repeat.every === other.repeat.every;
}
