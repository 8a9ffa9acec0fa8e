import { isStorable } from '../storable';
import type { Trust } from './records';

/** Bounds on what one record may carry. A public key gets the tighter ones: anybody can use it. */
export interface Limits {
	/** Characters of a name of an event or property. */
	nameLength: number;
	/** Properties of one record. */
	properties: number;
	/** Levels of objects and lists inside a property. */
	depth: number;
	/** Elements of one list inside a property. */
	listLength: number;
	/** Characters of one text. */
	textLength: number;
	/** Bytes of one record's properties as JSON. */
	recordBytes: number;
	/** Different event names a store may know before a new one is refused. */
	eventNames: number;
}

export const LIMITS: Record<Trust, Limits> = {
	public: {
		nameLength: 256,
		properties: 256,
		depth: 5,
		listLength: 500,
		textLength: 8_192,
		recordBytes: 32 * 1024,
		eventNames: 1_000,
	},
	server: {
		nameLength: 512,
		properties: 10_000,
		depth: 16,
		listLength: 10_000,
		textLength: 1024 * 1024,
		recordBytes: 1024 * 1024,
		eventNames: 10_000,
	},
};

/** Bytes of all properties of one person together. */
export const PROFILE_BYTES = 5 * 1024 * 1024;

/** Property names offered in pick lists, per event name. */
export const NAMES_IN_PICK_LIST = 1_000;

/** Characters of an id, message id, email or phone; well below what an index entry of either store takes. */
export const ID_LENGTH = 512;

/** Characters of a push token or web push endpoint. */
export const TOKEN_LENGTH = 2_000;

/** Push tokens of one person: a message goes to each, one after the other. */
export const DEVICES_OF_PERSON = 20;

/** A client clock ahead of ours by more than this is not believed. */
export const MAX_CLOCK_LEAD_MS = 5 * 60_000;

/** Thrown while a record is read; its message completes "was refused: ...". */
export class Unacceptable extends Error {}

/** A text that has to be a database value of its own: without NUL and broken surrogates, which PostgreSQL cannot hold. */
export function checkText(value: string, what: string, length: number): string {
	if (value.length > length) throw new Unacceptable(`${what} is longer than ${length} characters`);
	if (!isStorable(value)) throw new Unacceptable(`${what} contains a NUL character or a broken Unicode character`);
	return value;
}

/** An id as text. Numbers are taken when they are exact; beyond 2^53 the last digits are already lost. */
export function checkId(value: unknown, what: string): string {
	if (typeof value === 'number') {
		if (!Number.isSafeInteger(value)) throw new Unacceptable(`${what} is a number that cannot be kept exactly; send it as text`);
		return String(value);
	}
	if (typeof value === 'bigint') return String(value);
	if (typeof value !== 'string') throw new Unacceptable(`${what} is not a text`);
	const id = value.trim();
	if (id === '') throw new Unacceptable(`${what} is empty`);
	return checkText(id, what, ID_LENGTH);
}

export function checkName(name: unknown, what: string, limits: Limits): string {
	if (goodNames.has(name as string) && (name as string).length <= limits.nameLength) return name as string;
	if (typeof name !== 'string') throw new Unacceptable(`${what} is not a text`);
	if (name.trim() === '') throw new Unacceptable(`${what} is empty`);
	checkText(name, what, limits.nameLength);
	if (goodNames.size < MOST_KEPT) goodNames.add(name);
	return name;
}

/** The same names come with every record; they need not be read letter by letter each time. */
const goodNames = new Set<string>();
const MOST_KEPT = 20_000;

/** Checks everything inside one property's value. Plain data passes as it is; `__proto__` is a key like any other. */
export function checkValue(value: unknown, name: string, limits: Limits, depth = 1): void {
	switch (typeof value) {
		case 'string':
			if (value.length > limits.textLength) throw new Unacceptable(`property "${name}" is longer than ${limits.textLength} characters`);
			return;
		case 'number':
			if (!Number.isFinite(value)) throw new Unacceptable(`property "${name}" is not a finite number`);
			return;
		case 'boolean':
		case 'undefined':
			return;
		case 'object':
			if (value === null) return;
			if (value instanceof Date) {
				if (Number.isNaN(value.getTime())) throw new Unacceptable(`property "${name}" is an invalid date`);
				return;
			}
			if (depth > limits.depth) throw new Unacceptable(`property "${name}" is nested deeper than ${limits.depth} levels`);
			checkInside(value, name, limits, depth);
			return;
		default:
			throw new Unacceptable(`property "${name}" is of a kind that cannot be stored (${typeof value}); send it as text`);
	}
}

function checkInside(value: object, name: string, limits: Limits, depth: number): void {
	const elements = Array.isArray(value) ? value : Object.values(value);
	if (elements.length > limits.listLength) throw new Unacceptable(`property "${name}" has more than ${limits.listLength} elements`);
	for (const element of elements) checkValue(element, name, limits, depth + 1);
}

/** Checks names and values of a record's properties. @returns them and their size as JSON in bytes */
export function checkProperties(value: unknown, limits: Limits): { entries: Array<[string, unknown]>; json: string } {
	if (value === undefined || value === null) return { entries: [], json: '{}' };
	if (typeof value !== 'object' || Array.isArray(value)) throw new Unacceptable('its properties are not an object');
	const entries = Object.entries(value).filter(([, property]) => property !== undefined);
	if (entries.length > limits.properties) throw new Unacceptable(`it has more than ${limits.properties} properties`);
	for (const [name, property] of entries) {
		checkName(name, 'a property name', limits);
		checkValue(property, name, limits);
	}
	const json = JSON.stringify(value);
	// A character takes at most three bytes per unit of length.
	if (json.length > limits.recordBytes || (json.length * 3 > limits.recordBytes && Buffer.byteLength(json) > limits.recordBytes)) {
		throw new Unacceptable(`its properties are larger than ${limits.recordBytes / 1024} KB`);
	}
	return { entries, json };
}
