import { toValueSync, TypeGuards, Value, type PropertyAccessToken, type Template, type Token } from 'liquidjs';

import { FormOutput } from './form-output';

/** A property that a template asks for. */
export interface ValueUse {
	/** `Profile`, `Event`, or the name of an event as it was typed. */
	of: string;
	/** A dotted path. */
	property: string;
	/** As it stands in the template, without filters. */
	written: string;
	/** Printed without a default, and not in a condition that asks about it: whoever lacks it gets no message. */
	needed: boolean;
	hasDefault: boolean;
	/** From 1. */
	line: number;
	column: number;
}

/** Templates that print a value. */
type Printing = Template & { prints?: Value };

/** What templates ask of people and events, in the order it stands there. */
export function usesIn(templates: readonly Template[], asked: ReadonlySet<string> = new Set()): ValueUse[] {
	return templates.flatMap((template) => {
		const { prints } = template as Printing;
		const given = [...(template.arguments?.() ?? [])];
		const own = template instanceof FormOutput ? [ofForm(template), ...given.flatMap(variablesIn)] : given.flatMap(variablesIn);
		const hasDefault = prints?.filters.some(({ name }) => name === 'default') ?? false;
		const uses = own.map((use) => ({ ...use, hasDefault, needed: prints !== undefined && !hasDefault && !asked.has(keyOf(use)) }));
		const children = toValueSync(template.children?.(false, true) as never) as Template[] | undefined;
		return children ? [...uses, ...usesIn(children, new Set([...asked, ...own.map(keyOf)]))] : uses;
	});
}

type Named = Omit<ValueUse, 'needed' | 'hasDefault'>;

function keyOf({ of, property }: Named): string {
	return `${of}\n${property}`;
}

function ofForm({ token }: FormOutput): Named {
	const { form } = token;
	const [line = 1, column = 1] = token.getPosition();
	return { of: form.of, property: form.property, written: token.getText().slice(0, form.filters - form.begin), line, column };
}

/** The properties of Profile and Event in a value, and in what its filters are given. */
function variablesIn(given: unknown): Named[] {
	if (!(given instanceof Value)) return named(given);
	const filtered = given.filters.flatMap(({ args }) => args.flatMap((arg) => named(Array.isArray(arg) ? arg[1] : arg)));
	return [...given.initial.postfix.flatMap(named), ...filtered];
}

function named(token: unknown): Named[] {
	if (!TypeGuards.isPropertyAccessToken(token)) return [];
	const [root, ...path] = (token as PropertyAccessToken).props.map((prop) => (prop as { content?: unknown }).content);
	if (root !== 'Profile' && root !== 'Event') return [];
	const names = path.slice(0, path.findIndex((name) => typeof name !== 'string') >>> 0) as string[];
	if (names.length === 0) return [];
	const [line = 1, column = 1] = (token as Token).getPosition();
	return [{ of: root, property: names.join('.'), written: (token as Token).getText(), line, column }];
}
