import { redact } from '../../channels/http/redact';
import type { HttpResponse } from '../../channels/provider';

/** What templates see behind `Linked.<name>`: the fields of the JSON, and CleverTap's system labels, which go before fields of the same name. */
export interface LinkedAnswer {
	/** The answer as it came. */
	raw: string;
	/** All of the JSON; for lists at its top, and fields called like a label. */
	JSON: unknown;
	/** Absent where the default stands for an answer that never came. */
	http_status_code?: number;
	/** Lower-case names. */
	headers: Record<string, string>;
	[field: string]: unknown;
}

export type ReadAnswer = { ok: true; answer: LinkedAnswer; bytes: number } | { ok: false; code: string; detail: string };

/** Longest answer, decompressed. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** Objects and lists inside each other. */
const MAX_DEPTH = 32;

/** Shorter secrets may stand in any text by chance. */
const SHORTEST_SECRET = 8;

/** About what an object, a list or a value takes in memory. */
const NODE_BYTES = 48;

/** Reads the JSON of an answer. `bytes` is about what it takes in memory. Never throws. */
export function readAnswer({ status, headers, body }: HttpResponse, secrets: readonly string[] = []): ReadAnswer {
	const { 'set-cookie': _cookies, ...shown } = headers;
	if (tellsSecret([body, ...Object.values(shown)], secrets)) return { ok: false, code: 'secret_in_answer', detail: 'The answer repeats the secret of the credential, which must not get into messages' };
	return answerOf(body, { http_status_code: status, headers: shown });
}

/** The operator's default in the place of an answer. */
export function defaultAnswer(json: string, status: number | undefined): ReadAnswer {
	return answerOf(json, { ...(status !== undefined && { http_status_code: status }), headers: {} });
}

function answerOf(raw: string, labels: Pick<LinkedAnswer, 'http_status_code' | 'headers'>): ReadAnswer {
	let json: unknown;
	try {
		json = JSON.parse(raw);
	} catch {
		return { ok: false, code: 'not_json', detail: 'The answer is not JSON' };
	}
	const size = freeze(json);
	if (size === undefined) return { ok: false, code: 'too_deep', detail: `The answer has objects or lists more than ${MAX_DEPTH} deep in each other` };
	// Spreading defines properties and assigns none: a field "__proto__" is a field like any other.
	const fields = typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {};
	return { ok: true, answer: Object.freeze({ ...fields, raw, JSON: json, ...labels }), bytes: raw.length * 4 + size * NODE_BYTES };
}

/** Many messages share an answer, so nothing may change it. Returns the number of values, or undefined for what is too deep. */
function freeze(json: unknown): number | undefined {
	const waiting: Array<[value: unknown, depth: number]> = [[json, 1]];
	let size = 0;
	for (let next = waiting.pop(); next; next = waiting.pop()) {
		size++;
		const [value, depth] = next;
		if (typeof value !== 'object' || value === null) continue;
		if (depth > MAX_DEPTH) return undefined;
		for (const inner of Object.values(Object.freeze(value))) waiting.push([inner, depth + 1]);
	}
	return size;
}

function tellsSecret(texts: readonly string[], secrets: readonly string[]): boolean {
	const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
	return long.length > 0 && texts.some((text) => redact(text, long, Infinity) !== text);
}
