import { isCalendarUnit, isDateOnly, parseDate, roughLength, UNITS, type Duration, type Unit } from '../dates';
import { isRecord, numberOf, textOf, type Scalar } from '../values';
import { parseVersion } from './version-order';

/** A circle on the globe. */
export interface Place {
	lat: number;
	lon: number;
	metres: number;
}

export type DateValue = string | number;
export type RuleValue = Scalar | readonly Scalar[] | Duration | Place;

/** Tells what is wrong; `at` is the place inside the value, such as "[1]" or ".unit". */
export type Complain = (message: string, at?: string) => void;

/** What an operator wants as its value. The name tells a form which inputs to show. */
export interface ValueKind<Value = never> {
	readonly name: ValueKindName;
	check(value: unknown, complain: Complain): void;
	/** The value in a sentence. */
	words(value: Value): string;
}

export type ValueKindName =
	| 'none'
	| 'scalar'
	| 'list'
	| 'text'
	| 'number'
	| 'numberRange'
	| 'date'
	| 'dateRange'
	| 'duration'
	| 'place'
	| 'version';

export const NOTHING: ValueKind<undefined> = {
	name: 'none',
	check(value, complain) {
		if (value !== undefined) complain('this operator takes no value');
	},
	words: () => '',
};

export const SCALAR: ValueKind<Scalar> = {
	name: 'scalar',
	check: checkScalar,
	words: String,
};

export const LIST: ValueKind<readonly Scalar[]> = {
	name: 'list',
	check(value, complain) {
		if (!Array.isArray(value)) return complain('must be a list of values');
		if (value.length === 0) return complain('must name at least one value');
		value.forEach((item, index) => checkScalar(item, (message) => complain(message, `[${index}]`)));
	},
	words: (value) => value.map(String).join(', '),
};

export const TEXT: ValueKind<string | number> = {
	name: 'text',
	check(value, complain) {
		if (typeof value === 'boolean') complain('must be a text');
		else checkScalar(value, complain);
	},
	words: String,
};

export const NUMBER: ValueKind<number | string> = {
	name: 'number',
	check: checkNumber,
	words: (value) => String(numberOf(value)),
};

export const NUMBER_RANGE: ValueKind<ReadonlyArray<number | string>> = {
	name: 'numberRange',
	check(value, complain) {
		checkRange(value, checkNumber, numberOf, 'two numbers: [lowest, highest]', complain);
	},
	words: (value) => value.map((end) => String(numberOf(end))).join(' and '),
};

export const DATE: ValueKind<DateValue> = {
	name: 'date',
	check: checkDate,
	words: dateWords,
};

export const DATE_RANGE: ValueKind<readonly DateValue[]> = {
	name: 'dateRange',
	check(value, complain) {
		checkRange(value, checkDate, (end) => parseDate(end, 'UTC'), 'two dates: [first, last]', complain);
	},
	words: (value) => value.map(dateWords).join(' and '),
};

const LONGEST = 1_000 * 366 * 24 * 3_600_000;

/** A positive amount of time; `fromZero` lets 0 mean today. */
export function durationKind(fromZero = false): ValueKind<Duration> {
	return {
		name: 'duration',
		check(value, complain) {
			if (!isRecord(value)) return complain('must be an amount of time, such as { "amount": 7, "unit": "days" }');
			for (const key of Object.keys(value)) {
				if (key !== 'amount' && key !== 'unit') complain(`unknown key "${key}"`, `.${key}`);
			}
			checkDuration(value.amount, value.unit, { amount: '.amount', unit: '.unit', fromZero }, complain);
		},
		words: durationWords,
	};
}

export const PLACE: ValueKind<Place> = {
	name: 'place',
	check(value, complain) {
		if (!isRecord(value)) return complain('must be a place, such as { "lat": 48.85, "lon": 2.35, "metres": 5000 }');
		for (const key of Object.keys(value)) {
			if (!['lat', 'lon', 'metres'].includes(key)) complain(`unknown key "${key}"`, `.${key}`);
		}
		const within = (limit: number) => (number: number) => Math.abs(number) <= limit;
		checkPart(value.lat, within(90), 'must be a latitude from -90 to 90', '.lat', complain);
		checkPart(value.lon, within(180), 'must be a longitude from -180 to 180', '.lon', complain);
		checkPart(value.metres, (metres) => metres > 0, 'must be a radius in metres greater than 0', '.metres', complain);
	},
	words: ({ lat, lon, metres }) => `${metres} metres of ${lat}, ${lon}`,
};

export const VERSION: ValueKind<string | number> = {
	name: 'version',
	check(value, complain) {
		if (parseVersion(textOf(value)) === undefined) complain('must be a version such as "2.10.1"');
	},
	words: String,
};

/** Complains about an amount and a unit of time that are not a usable length. */
export function checkDuration(
	amount: unknown,
	unit: unknown,
	places: { amount: string; unit: string; fromZero?: boolean },
	complain: Complain,
): void {
	const known = UNITS.includes(unit as Unit);
	if (!known) complain(`must be one of ${UNITS.join(', ')}`, places.unit);
	if (typeof amount !== 'number' || !Number.isFinite(amount) || amount < 0 || (amount === 0 && !places.fromZero)) {
		return complain(places.fromZero ? 'must be a number from 0' : 'must be a number greater than 0', places.amount);
	}
	if (!known) return;
	const duration = { amount, unit: unit as Unit };
	if (isCalendarUnit(duration.unit) && !Number.isInteger(amount)) complain('must be a whole number', places.amount);
	if (roughLength(duration) > LONGEST) complain('is longer than 1000 years', places.amount);
}

export function durationWords({ amount, unit }: Duration): string {
	return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

export function dateWords(value: DateValue): string {
	if (isDateOnly(value)) return `${String(value).trim()} 00:00`;
	return typeof value === 'number' ? new Date(parseDate(value, 'UTC') ?? NaN).toISOString() : value;
}

function checkScalar(value: unknown, complain: Complain): void {
	if (value === '') return complain('must not be empty: use exists or not_exists to ask whether there is a value');
	if (textOf(value) === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
		complain('must be a text, a number, true or false');
	}
}

function checkNumber(value: unknown, complain: Complain): void {
	if (numberOf(value) === undefined) complain('must be a number');
}

export function checkDate(value: unknown, complain: Complain): void {
	if (parseDate(value, 'UTC') === undefined) {
		complain('must be a date: ISO such as "2026-05-31" or "2026-05-31T18:00:00Z", or epoch seconds or milliseconds');
	}
}

function checkRange(
	value: unknown,
	check: (end: unknown, complain: Complain) => void,
	order: (end: unknown) => number | undefined,
	expected: string,
	complain: Complain,
): void {
	if (!Array.isArray(value) || value.length !== 2) return complain(`must be ${expected}`);
	value.forEach((end, index) => check(end, (message) => complain(message, `[${index}]`)));
	const [low, high] = value.map(order);
	if (low !== undefined && high !== undefined && low > high) complain('the first must not be greater than the second');
}

function checkPart(
	value: unknown,
	test: (number: number) => boolean,
	message: string,
	at: string,
	complain: Complain,
): void {
	if (typeof value !== 'number' || !Number.isFinite(value) || !test(value)) complain(message, at);
}
