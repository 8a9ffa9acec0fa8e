import { CampaignError } from '../../errors';
import { isDocument, parseJson } from '../http/json-path';
import { quoteTokens } from './tokens';

/** A JSON document with an array of messages under one key, cut up: templates of JSON, and of one element of the array. */
export interface BatchTemplate {
	before: string;
	record: string;
	after: string;
	/** Names that the document and the element have. */
	names: { document: string[]; record: string[] };
}

/** Stands for the array while the document is written; no token, and nothing that an operator types. */
const ARRAY = '\u0001messages\u0001';

/**
 * Cuts up a template whose batched key holds the template of one message, alone or as the one element of an array.
 * Throws a CampaignError that says what is not so.
 */
export function splitBatch(template: string, key: string): BatchTemplate {
	// A token that stands alone is the same with quotes and without.
	const document = parseExactly(quoteTokens(template));
	if (!isDocument(document)) throw new CampaignError('invalid_batch', 'A request for many messages needs a JSON object for its body', `Write an object with the messages under "${key}".`);
	const held = Object.hasOwn(document, key) ? document[key] : undefined;
	const record: unknown = Array.isArray(held) && held.length === 1 ? held[0] : held;
	if (!isDocument(record)) {
		throw new CampaignError('invalid_batch', `The JSON body has no template of a message under the batched key "${key}"`, `Write it as the one element of an array: { "${key}": [{ "to": "$$To", "text": "$$Body" }] }.`);
	}
	const [before = '', after = ''] = JSON.stringify({ ...document, [key]: ARRAY }).split(JSON.stringify(ARRAY));
	return { before, after, record: JSON.stringify(record), names: { document: Object.keys(document), record: Object.keys(record) } };
}

/** Parses JSON so that numbers are written again as they were. */
function parseExactly(text: string): unknown {
	const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => unknown };
	const keep = (_key: string, value: unknown, context?: { source?: string }) => (typeof value === 'number' && rawJSON && context?.source !== undefined ? rawJSON(context.source) : value);
	return parseJson(text) === undefined ? undefined : JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}
