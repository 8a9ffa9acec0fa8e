import { DateTime, IANAZone } from 'luxon';

import { MAX_CLOCK_LEAD_MS, Unacceptable } from './limits';

const UTC_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;
const EPOCH_MS_TEXT = /^\d{12,15}$/;

/**
 * Reads a time stated by a client: ISO text (UTC where it names no offset), epoch milliseconds as number or text, a Date.
 * @returns epoch milliseconds; `now` when the time is absent or more than five minutes ahead
 */
export function readTime(value: unknown, now: number): number {
	if (value === undefined || value === null || value === '') return now;
	const time = toMillis(value);
	if (time === undefined) throw new Unacceptable(`its time ${JSON.stringify(value)} cannot be read; use ISO 8601 or epoch milliseconds`);
	return time > now + MAX_CLOCK_LEAD_MS ? now : time;
}

/** Epoch milliseconds of a stated time; undefined when it cannot be read or lies before 1970. */
export function toMillis(value: unknown): number | undefined {
	let time = Number.NaN;
	if (typeof value === 'number') time = Math.round(value);
	else if (value instanceof Date) time = value.getTime();
	else if (typeof value === 'string') {
		const text = value.trim();
		if (UTC_TEXT.test(text)) time = Date.parse(text);
		else if (EPOCH_MS_TEXT.test(text)) time = Number(text);
		else time = DateTime.fromISO(text, { zone: 'utc' }).toMillis();
	}
	return time >= 0 && Number.isSafeInteger(time) ? time : undefined;
}

const validZones = new Set<string>();

export function isZone(value: unknown): value is string {
	if (typeof value !== 'string') return false;
	if (validZones.has(value)) return true;
	if (!IANAZone.isValidZone(value)) return false;
	// Checking makes an Intl formatter each time; there are some six hundred zones, and their letter case may vary.
	if (validZones.size < 5_000) validZones.add(value);
	return true;
}

/** Refuses names that are no IANA time zone. */
export function checkZone(value: unknown): string {
	if (!isZone(value)) throw new Unacceptable(`its time zone ${JSON.stringify(value)} is not an IANA zone name such as "Europe/Paris"`);
	return value;
}
