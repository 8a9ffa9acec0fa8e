import { dayNumber } from '../../time/local';
import { offsetAt } from '../../time/zone-offsets';
import type { EventBatch, EventTimes } from '../columns';
import type { InterestOf } from '../plan';
import { ValueCodes } from '../value-codes';
import { isEqual, type Scalar } from '../values';
import { DAY } from './days';

/** What a row counts for: numbers of 0..2^32-1, each once. */
export type CodeReader = (batch: EventBatch) => (row: number) => readonly number[];

export function codesOfProperty(path: string): CodeReader {
	const values = new ValueCodes();
	return (batch) => values.of(batch.property(path));
}

export function codesOfDays(zone: string): CodeReader {
	return codesOfTime((instant) => dayNumber(instant, zone) + 2 ** 31);
}

/** The wanted value is 0, others are other numbers. */
export function codesOfInterest(of: InterestOf, wanted: Scalar, zone: string): CodeReader {
	if (typeof of === 'object') {
		const values = new ValueCodes((value) => (isEqual(value, wanted) ? 0 : undefined), 1);
		return (batch) => values.of(batch.property(of.path));
	}
	const part = of === 'hourOfDay' ? hourOfDay : dayOfWeek;
	return codesOfTime((instant) => (part(instant, zone) === Number(wanted) ? 0 : part(instant, zone) + 1));
}

/** 0..23 */
function hourOfDay(instant: number, zone: string): number {
	const wall = instant + offsetAt(zone, instant);
	return Math.floor((wall - Math.floor(wall / DAY) * DAY) / 3_600_000);
}

/** 1 Monday .. 7 Sunday; 1970 began on a Thursday. */
function dayOfWeek(instant: number, zone: string): number {
	const day = dayNumber(instant, zone) + 3;
	return day - Math.floor(day / 7) * 7 + 1;
}

function codesOfTime(codeOf: (instant: number) => number): CodeReader {
	return (batch) => {
		const { base, offsets } = batch.time as EventTimes;
		const single = [0];
		return (row) => {
			single[0] = codeOf(base + (offsets[row] as number));
			return single;
		};
	};
}
