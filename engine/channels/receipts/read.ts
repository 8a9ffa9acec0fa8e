import { createHash, timingSafeEqual } from 'node:crypto';

import { isObject } from '../http/json-path';
import { UnreadableReceipt, type ReceiptRequest } from './receipt';

/** Whether a request says what it must, in a time that tells nothing of how much of it was right. An empty secret is nobody's. */
export function isSame(given: string | undefined, expected: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given ?? ''), digest(expected)) && expected !== '';
}

/** The fields of a form. */
export function formOf({ body }: ReceiptRequest): URLSearchParams {
	return new URLSearchParams(body.toString('utf8'));
}

/** The objects of a JSON body: of an array its elements, else the one. Throws UnreadableReceipt. */
export function objectsOf({ body }: ReceiptRequest): Array<Record<string, unknown>> {
	return objectsIn(body.toString('utf8'));
}

/** As `objectsOf`, of a text. */
export function objectsIn(json: string): Array<Record<string, unknown>> {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json);
	} catch {
		throw new UnreadableReceipt('The request is not valid JSON.');
	}
	return (Array.isArray(parsed) ? parsed : [parsed]).filter(isObject);
}

/** The fields of a request whose provider may use a query, a form or JSON, as its account is set. */
export function fieldsOf(request: ReceiptRequest): Array<Record<string, string>> {
	const query = Object.fromEntries(request.query);
	if (request.body.length === 0) return [query];
	if (!/^\s*[[{]/.test(request.body.subarray(0, 100).toString('utf8'))) return [{ ...query, ...Object.fromEntries(formOf(request)) }];
	return objectsOf(request).map((object) => ({ ...query, ...Object.fromEntries(Object.entries(object).flatMap(([name, value]) => (isText(value) ? [[name, String(value)]] : []))) }));
}

function isText(value: unknown): value is string | number | boolean {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Epoch milliseconds of a time in seconds, as a number or a text. */
export function fromSeconds(seconds: unknown): number | undefined {
	const value = typeof seconds === 'string' || typeof seconds === 'number' ? Number(seconds) : NaN;
	return Number.isFinite(value) && value > 0 ? Math.round(value * 1000) : undefined;
}

/** Epoch milliseconds of a time as ISO 8601 writes it, with its zone: without one it may be hours away. */
export function fromIso(text: unknown): number | undefined {
	const value = typeof text === 'string' && /\d ?(Z|[+-]\d{2}:?\d{2})$/i.test(text) && text.includes(':') ? Date.parse(text) : NaN;
	return Number.isFinite(value) ? value : undefined;
}
