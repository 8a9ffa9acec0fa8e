/**
 * Where the engine gets the time from. Nothing else in the engine reads the system clock, so that tests run on a
 * virtual one and a demo can start at a fixed hour.
 */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
}

/** The system clock, shifted by a fixed number of milliseconds (0 in production). */
export function systemClock(offsetMs = 0): Clock {
	return { now: () => Date.now() + offsetMs };
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
	constructor(private time: number) {}

	now(): number {
		return this.time;
	}

	set(time: number): void {
		this.time = time;
	}

	advance(ms: number): void {
		this.time += ms;
	}
}
