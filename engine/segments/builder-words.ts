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

/** What is wrong inside a condition, as the end of "Group 1, condition 2": ", filter 1: Value must be a number". */
export function inWords({ path, message }: RuleError): string {
	const row = /^(where|that)\[(\d+)\]\.(.+)$/.exec(path);
	if (row) {
		const [, list, index, rest] = row as unknown as [string, string, string, string];
		return `, ${ROWS[list]} ${Number(index) + 1}: ${fieldWords({ path: rest, message })}`;
	}
	const event = /^event\[(\d+)\]$/.exec(path);
	if (event) return `, event ${Number(event[1]) + 1}: ${bare(message)}`;
	return `: ${fieldWords({ path, message })}`;
}

function fieldWords({ path, message }: RuleError): string {
	const place = path.replace(/^(?:not|interest)\./, '');
	const field = FIELDS.find(([pattern]) => pattern.test(place));
	return field ? `${field[1]} ${bare(message)}` : errorText({ path: place, message });
}

/** Without the subject, which the form has another name for. */
function bare(message: string): string {
	return message.replace(/^the (?:property|name of the event|segment|saved segment|list|custom list) /, '');
}
