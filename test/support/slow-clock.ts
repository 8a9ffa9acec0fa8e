import { IANAZone } from 'luxon';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** What clocks of a zone show in a stretch of time, quarter by quarter: to look times up in instead of computing them. */
export class SlowClock {
	private readonly walls: number[] = [];

	constructor(
		zone: string,
		private readonly from: number,
		to: number,
	) {
		const iana = IANAZone.create(zone);
		for (let instant = from; instant <= to; instant += QUARTER) this.walls.push(instant + iana.offset(instant) * MINUTE);
	}

	/** At a quarter of an hour. */
	wallAt(instant: number): number {
		return this.walls[(instant - this.from) / QUARTER] as number;
	}

	/** The first instant at which these clocks show `wall`, or later. */
	firstShowing(wall: number): number {
		return this.from + this.walls.findIndex((shown) => shown >= wall) * QUARTER;
	}
}

/** The instants of a year at which the clocks of a zone change, to the quarter of an hour. */
export function changesOf(zone: string, year: number): number[] {
	const iana = IANAZone.create(zone);
	const changes: number[] = [];
	const end = Date.UTC(year + 1, 0, 1);
	for (let day = Date.UTC(year, 0, 1); day < end; day += 24 * 60 * MINUTE) {
		if (iana.offset(day) === iana.offset(day + 24 * 60 * MINUTE)) continue;
		let instant = day;
		while (iana.offset(instant) === iana.offset(day)) instant += QUARTER;
		changes.push(instant);
	}
	return changes;
}
