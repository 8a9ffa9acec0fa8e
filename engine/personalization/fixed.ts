/** Liquid, or the `@Event - property` form. */
const PERSONAL = /\{\{|\{%|(?<![\w.])@[^\s@|][^@|\r\n]*? - \S/;

/** Whether a text says something else to each person, as far as can be told by looking at it. */
export function isPersonalized(text: string): boolean {
	return PERSONAL.test(text);
}
