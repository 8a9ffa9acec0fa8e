import type { IngestInput } from '../records';

/** A request's body, in our terms. Every record carries its position in the body. */
export interface Parsed {
	input: IngestInput;
	/** How many records the body had. */
	size: number;
	/** Records that could not even be translated, by position. */
	refusals: FormatRefusal[];
	/** The records as they came, by position. */
	records: unknown[];
}

export interface FormatRefusal {
	position: number;
	reason: string;
	/** The format's own number for it, where it has one. */
	code?: number;
}

/** The request as a whole cannot be taken. */
export class UnacceptableRequest extends Error {
	constructor(
		readonly status: 400 | 413,
		message: string,
	) {
		super(message);
	}
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is an object, else an empty one: optional parts of foreign bodies. */
export function objectOr(value: unknown): Record<string, unknown> {
	return isObject(value) ? value : {};
}

const LARGE_INTEGER = /[0-9]{16}/;

/**
 * Parses JSON as any parser would, except that integers beyond 2^53 become text, digit for digit: they are ids, and a
 * number could not hold them. Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
	if (!LARGE_INTEGER.test(text)) return JSON.parse(text);
	const keep = (_key: string, value: unknown, context?: { source?: string }): unknown => {
		if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
		return context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value;
	};
	return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}
