/**
 * Keys of live entries tell the entries of one person apart, and by their form which kind of campaign made them: people
 * wait on while a campaign becomes another. `e5`: by event 5. `first`: by whichever event was the first. `w5 hat`: a wait
 * that event 5 began, of the value that is held the same. `d2026-03-05`: a date of the person. `e5 2026-03-05`: one year of
 * the date of event 5.
 */

export const FIRST_KEY = 'first';

export function keyOfEvent(event: number): string {
	return `e${event}`;
}

export function keyOfYear(event: number, day: string): string {
	return `e${event} ${day}`;
}

export function isKeyOfYear(key: string): boolean {
	return /^e\d+ /.test(key);
}

export function keyOfDay(day: string): string {
	return `d${day}`;
}

/** SQL pattern of `keyOfDay`. */
export const DAY_KEYS = 'd%';

export function isKeyOfDay(key: string): boolean {
	return /^d\d/.test(key);
}

export function keyOfWait({ first, value }: { first: number; value: string }): string {
	return value === '' ? `w${first}` : `w${first} ${value}`;
}

/** What `keyOfWait` made: the first event and the value. Undefined for another key. */
export function readWaitKey(key: string): { first: number; value: string } | undefined {
	const [, first, value = ''] = /^w(\d+)(?: (.*))?$/s.exec(key) ?? [];
	return first === undefined ? undefined : { first: Number(first), value };
}
