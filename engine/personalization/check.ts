import { analyzeSync } from 'liquidjs';

import { parseToCheck, type TemplateProblem } from './liquid';
import { usesIn, type ValueUse } from './uses';

/** What can be told of a template without a person. */
export interface Checked {
	/** Nobody can be sent to with these. */
	problems: TemplateProblem[];
	/** Variables that begin with no known root: nobody has a value for them. */
	strangers: TemplateProblem[];
	/** The properties it asks for. Empty where there are problems. */
	uses: ValueUse[];
}

/**
 * Everything wrong in a template that can be told without a person: mistakes of syntax, unknown tags and filters, and
 * variables that do not begin with a known root; and what it asks of people and events.
 * @param roots names beside `Profile`, `Event` and `ConstantEventProperty` that the campaign provides
 */
export function examine(template: string, roots: readonly string[] = []): Checked {
	const parsed = parseToCheck(template);
	if ('problems' in parsed) return { problems: parsed.problems, strangers: [], uses: [] };
	const known = new Set(['Profile', 'Event', 'ConstantEventProperty', ...roots]);
	const unknown = Object.entries(analyzeSync(parsed.templates).globals).filter(([name]) => !known.has(name));
	const strangers = unknown.flatMap(([name, places]) =>
		places.map(({ location }) => ({ message: `Unknown variable "${name}": a variable begins with ${[...known].join(', ')}`, line: location.row, column: location.col })),
	);
	return { problems: [], strangers, uses: usesIn(parsed.templates) };
}

/** Only what is wrong. */
export function check(template: string, roots: readonly string[] = []): TemplateProblem[] {
	const { problems, strangers } = examine(template, roots);
	return [...problems, ...strangers];
}
