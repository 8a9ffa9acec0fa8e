import type { RuleError } from './complaints';
import { errorText } from './validate';

/** Lists inside a condition, as the form calls their rows. */
const ROWS: Record<string, string> = { where: 'filter', that: 'detail' };

/** Places inside a condition, without the wrappers `not` and `interest`, as the form calls its inputs. */
const FIELDS: Array<[RegExp, string]> = [
	[/^(?:profile|property|of\.property)$/, 'Property'],
	[/^event$/, 'Event'],
	[/^segment$/, 'Saved segment'],
	[/^list$/, 'Custom list'],
	[/^of$/, 'Interest in'],
	[/^percent$/, 'Percent'],
	[/^is$/, 'Operator'],
	[/^value\.amount$/, 'Amount'],
	[/^value\.unit$/, 'Unit'],
	[/^value\.(?:lat|lon)$/, 'Place'],
	[/^value\.metres$/, 'Metres around'],
	[/^value/, 'Value'],
	[/^when\.last$/, 'Window amount'],
	[/^when\.unit$/, 'Window unit'],
	[/^when\.from$/, 'Window from'],
	[/^when\.to$/, 'Window to'],
	[/^when$/, 'Window'],
	[/^having\.measure$/, 'Measure'],
	[/^having\.property$/, 'Measured property'],
	[/^having\.is$/, 'Comparison'],
	[/^having\.value/, 'Comparison value'],
	[/^bucket\.from$/, 'From bucket'],
	[/^bucket\.to$/, 'To bucket'],
	[/^bucket$/, 'Buckets'],
];

/** What the check of a rule says in terms of JSON, in terms of the form. */
const WORDS: Array<[RegExp, string]> = [
	[/^(?:the [a-z ]+ )?must be a text that is not empty$/, 'is not filled in'],
	[/^must name at least one event$/, 'is not filled in: add at least one'],
	[/^must not be empty: use exists or not_exists/, 'must not be empty: use "Exists" or "Does Not Exist"'],
	[/^must have "last".*/, 'has no dates: fill in one of them, or choose "Ever"'],
	[/^(must be two (?:numbers|dates)): \[.*\]$/, '$1'],
	[/^(?=the first |")/, ': '],
];

/** What is wrong inside a condition, as the end of "Group 1, condition 2": ", filter 1: Value must be a number". */
export function inWords({ path, message }: RuleError): string {
	const row = /^(where|that)\[(\d+)\]\.(.+)$/.exec(path);
	if (row) {
		const [, list, index, rest] = row as unknown as [string, string, string, string];
		return `, ${ROWS[list]} ${Number(index) + 1}: ${fieldWords({ path: rest, message })}`;
	}
	const event = /^event\[(\d+)\]$/.exec(path);
	if (event) return `, event ${Number(event[1]) + 1}: ${formWords(message).replace(/^: /, '')}`;
	return `: ${fieldWords({ path, message })}`;
}

function fieldWords({ path, message }: RuleError): string {
	const place = path.replace(/^(?:not|interest)\./, '');
	const field = FIELDS.find(([pattern]) => pattern.test(place));
	if (!field) return errorText({ path: place, message });
	return `${field[1]} ${formWords(message)}`.replace(' : ', ': ');
}

function formWords(message: string): string {
	return WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), message);
}
