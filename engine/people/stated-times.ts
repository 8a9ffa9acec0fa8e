/**
 * When each value of a person was stated, so that of two statements the newer wins, whichever arrives first.
 *
 * Kept exactly, but small: most values of most people were stated at one moment, so a row stores that moment once and
 * lists only values of other moments, and removed ones (a late older statement must not bring them back):
 * `{"d":1700000000000,"p":{"city":1700000500000},"f":{"email":1700000400000}}`.
 * d: of every value that is present and not listed; p: properties; f: fields (email, phone, timezone, optedOut.sms ...), and
 * what opt-outs are owed to (see OptOuts).
 */
export interface StatedTimes {
	properties: Map<string, number>;
	fields: Map<string, number>;
}

interface Stored {
	d?: number;
	p?: Record<string, number>;
	f?: Record<string, number>;
}

/** Whether a statement of this time takes the place of the known one. Of two of one moment the later to arrive does; `other`: of two people merged, ours stays. */
export function isNewer(time: number, known: number | undefined, other: boolean): boolean {
	return known === undefined || (other ? time > known : time >= known);
}

export function readTimes(text: string, properties: Iterable<string>, fields: Iterable<string>): StatedTimes {
	const { d, p = {}, f = {} } = JSON.parse(text) as Stored;
	return { properties: expand(properties, p, d), fields: expand(fields, f, d) };
}

export function writeTimes(times: StatedTimes, isProperty: (name: string) => boolean, isField: (name: string) => boolean): string {
	const common = mostCommon(times, isProperty, isField);
	const stored: Stored = {};
	if (common !== undefined) stored.d = common;
	const p = except(times.properties, common, isProperty);
	const f = except(times.fields, common, isField);
	if (p) stored.p = p;
	if (f) stored.f = f;
	return JSON.stringify(stored);
}

function expand(present: Iterable<string>, listed: Record<string, number>, common: number | undefined): Map<string, number> {
	const times = new Map<string, number>();
	if (common !== undefined) for (const name of present) times.set(name, common);
	for (const [name, time] of Object.entries(listed)) times.set(name, time);
	return times;
}

function mostCommon(times: StatedTimes, isProperty: (name: string) => boolean, isField: (name: string) => boolean): number | undefined {
	const counts = new Map<number, number>();
	let best: number | undefined;
	const count = (map: Map<string, number>, isPresent: (name: string) => boolean) => {
		for (const [name, time] of map) {
			if (!isPresent(name)) continue;
			const n = (counts.get(time) ?? 0) + 1;
			counts.set(time, n);
			if (best === undefined || n > (counts.get(best) ?? 0)) best = time;
		}
	};
	count(times.properties, isProperty);
	count(times.fields, isField);
	return best;
}

function except(map: Map<string, number>, common: number | undefined, isPresent: (name: string) => boolean): Record<string, number> | undefined {
	const listed = [...map].filter(([name, time]) => time !== common || !isPresent(name));
	return listed.length > 0 ? Object.fromEntries(listed) : undefined;
}
