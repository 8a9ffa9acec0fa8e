import { localInstant, wallClock } from '../time/local';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this a number is epoch seconds, from it on epoch milliseconds (seconds of the year 5138, milliseconds of 1973). */
const FIRST_MILLISECONDS = 1e11;
const LAST_INSTANT = 8.64e15;

const FIXED_UNITS = { seconds: 1_000, minutes: MINUTE, hours: HOUR, days: DAY, weeks: 7 * DAY } as const;
const CALENDAR_UNITS = ['months', 'years'] as const;

export type Unit = keyof typeof FIXED_UNITS | (typeof CALENDAR_UNITS)[number];
export const UNITS: readonly Unit[] = [...(Object.keys(FIXED_UNITS) as Array<keyof typeof FIXED_UNITS>), ...CALENDAR_UNITS];

export interface Duration {
	amount: number;
	unit: Unit;
}

export function isCalendarUnit(unit: Unit): unit is (typeof CALENDAR_UNITS)[number] {
	return unit === 'months' || unit === 'years';
}

/** About how long a duration is, in milliseconds; for checks of size only. */
export function roughLength({ amount, unit }: Duration): number {
	if (!isCalendarUnit(unit)) return amount * FIXED_UNITS[unit];
	return amount * (unit === 'months' ? 31 : 366) * DAY;
}

/** Moves an instant. Seconds to weeks have fixed lengths; months and years are those of the calendar in the zone. */
export function shift(instant: number, { amount, unit }: Duration, direction: 1 | -1, zone: string): number {
	if (!isCalendarUnit(unit)) return instant + direction * amount * FIXED_UNITS[unit];
	const wall = wallClock(instant, zone).plus({ [unit]: direction * amount });
	return localInstant(wall.toMillis(), zone);
}

const ISO =
	/^(\d{4}-\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,3})\d*)?)? ?(?:(Z)|([+-]\d{2}):?(\d{2})?)?)?$/i;
const EPOCH = /^-?\d{9,}(?:\.\d+)?$/;

/**
 * The instant a value means, in epoch milliseconds; undefined when it is not a date. Dates are ISO texts (without an
 * offset: in the zone; date only: midnight there), or epoch seconds or milliseconds as numbers or as texts of nine digits and more.
 */
export function parseDate(value: unknown, zone: string): number | undefined {
	if (typeof value === 'number') return fromEpoch(value);
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	return EPOCH.test(text) ? fromEpoch(Number(text)) : fromIso(text, zone);
}

/** By hand: a question may read a million of these, and a general parser takes ten times as long. */
function fromIso(text: string, zone: string): number | undefined {
	if (text.length === 10) return fromDay(text, zone);
	const match = ISO.exec(text);
	if (!match) return undefined;
	const [, month, day, time = '00:00', seconds = '00', fraction = '', utc, hours, minutes = '00'] = match;
	const wall = Date.parse(`${month}-${day}T${time}:${seconds}.${fraction.padEnd(3, '0')}Z`);
	// The 30th of February is read as a day of March.
	if (Number.isNaN(wall) || new Date(wall).getUTCDate() !== Number(day)) return undefined;
	if (utc) return wall;
	if (hours === undefined) return localInstant(wall, zone);
	const offset = Math.abs(Number(hours)) * HOUR + Number(minutes) * MINUTE;
	return hours.startsWith('-') ? wall + offset : wall - offset;
}

/** What most people's dates are: YYYY-MM-DD, read in a tenth of the time that the pattern takes. */
function fromDay(text: string, zone: string): number | undefined {
	if (text[4] !== '-' || text[7] !== '-') return undefined;
	const [year, month, day] = [numberIn(text, 0, 4), numberIn(text, 5, 7), numberIn(text, 8, 10)];
	if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
	// Date.UTC takes years before 100 for those of the last century.
	const wall = year >= 100 ? Date.UTC(year, month - 1, day) : Date.parse(`${text}T00:00:00.000Z`);
	if (Number.isNaN(wall) || (day > 28 && new Date(wall).getUTCDate() !== day)) return undefined;
	return localInstant(wall, zone);
}

/** NaN where there is anything but digits. */
function numberIn(text: string, from: number, to: number): number {
	let number = 0;
	for (let place = from; place < to; place++) {
		const digit = text.charCodeAt(place) - 48;
		number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
	}
	return number;
}

function fromEpoch(value: number): number | undefined {
	const instant = Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value;
	return Math.abs(instant) <= LAST_INSTANT ? instant : undefined;
}

/** Whether a rule's text is a date without a time of day. */
export function isDateOnly(value: unknown): boolean {
	return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value.trim());
}
