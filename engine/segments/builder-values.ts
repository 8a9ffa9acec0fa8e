import type { Unit } from './dates';
import type { ValueKindName } from './operators';

/** The inputs a form may show for one value; which of them count depends on the kind of value the operator takes. */
export interface ValueFields {
	/** Kinds scalar, text, number, date, version; list: separated by commas; numberRange, dateRange: the first. */
	value?: string | number | boolean | Array<string | number | boolean>;
	/** numberRange, dateRange: the second. */
	valueTo?: string | number;
	/** duration */
	amount?: number | string;
	unit?: Unit;
	/** place: "latitude, longitude" */
	place?: string;
	metres?: number | string;
}

/** Puts the inputs together into a rule's value. What they cannot make is left for the check of the rule to complain of. */
export function comparisonValue(kind: ValueKindName, fields: ValueFields): unknown {
	switch (kind) {
		case 'none':
			return undefined;
		case 'list':
			return listOf(fields.value);
		case 'number':
			return tidyNumber(fields.value);
		case 'numberRange':
			return [tidyNumber(fields.value), tidyNumber(fields.valueTo)];
		case 'dateRange':
			return [trimmed(fields.value), trimmed(fields.valueTo)];
		case 'duration':
			return { amount: numberFrom(fields.amount), unit: fields.unit ?? 'days' };
		case 'place':
			return placeOf(fields);
		case 'scalar':
		case 'text':
			return fields.value ?? '';
		default:
			return trimmed(fields.value);
	}
}

/** "a, b" is two values; an expression may give a list. */
function listOf(value: ValueFields['value']): unknown {
	if (typeof value !== 'string') return Array.isArray(value) || value === undefined ? (value ?? []) : [value];
	return value
		.split(',')
		.map((item) => item.trim())
		.filter((item) => item !== '');
}

function placeOf({ place, metres }: ValueFields): unknown {
	const [lat, lon, ...more] = String(place ?? '').split(',');
	return { lat: numberFrom(lat), lon: more.length > 0 ? NaN : numberFrom(lon), metres: numberFrom(metres) };
}

/** "200" as 200. What does not read back the same stays text, and is judged as such. */
function tidyNumber(value: unknown): unknown {
	const text = trimmed(value);
	return typeof text === 'string' && String(Number(text)) === text ? Number(text) : text;
}

function trimmed(value: unknown): unknown {
	return typeof value === 'string' ? value.trim() : value;
}

/** NaN, which every check refuses, for an empty input. */
export function numberFrom(input: number | string | null | undefined): number {
	return trimmed(input ?? '') === '' ? NaN : Number(input);
}
