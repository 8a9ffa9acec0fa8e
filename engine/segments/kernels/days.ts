import { dayNumber, localInstant } from '../../time/local';

export const DAY = 86_400_000;

/** Calendar days of a zone, from that of `from` to that of `to`, as numbers 0, 1, 2, ... */
export class Days {
	readonly count: number;

	private readonly first: number;

	/** When each day begins, and the one after the last. */
	private readonly starts: Float64Array;

	/** Both instants finite. */
	constructor(
		from: number,
		to: number,
		private readonly zone: string,
	) {
		this.first = dayNumber(from, zone);
		this.count = Math.max(1, dayNumber(to, zone) - this.first + 1);
		this.starts = Float64Array.from({ length: this.count + 1 }, (_, day) => localInstant((this.first + day) * DAY, zone));
	}

	/** Of any instant; slow. */
	of(instant: number): number {
		return dayNumber(instant, this.zone) - this.first;
	}

	/**
	 * Whether all of a stretch of time lies in days of 24 hours: of an instant in it, the day is
	 * `Math.floor((instant - start) / DAY)`. Undefined where clocks change.
	 */
	steadyStart(from: number, to: number): number | undefined {
		const [first, last] = [this.beginningBefore(from), this.beginningBefore(to)];
		const start = (this.starts[first] as number) - first * DAY;
		for (let day = first; day <= last + 1; day++) if (this.starts[day] !== start + day * DAY) return undefined;
		return start;
	}

	private beginningBefore(instant: number): number {
		const { starts, count } = this;
		let day = Math.min(count - 1, Math.max(0, Math.floor((instant - (starts[0] as number)) / DAY)));
		while (day > 0 && instant < (starts[day] as number)) day--;
		while (day < count - 1 && instant >= (starts[day + 1] as number)) day++;
		return day;
	}
}
