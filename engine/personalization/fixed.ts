import { atForms } from './at-form';

/** Whether a text asks for values of people: Liquid, or an `@` form. */
export function isPersonalized(text: string): boolean {
	return /\{\{|\{%/.test(text) || atForms(text, () => true).some(({ escaped }) => !escaped);
}

/** A text that asks for no values of people, as everybody gets it: of `@@` before what would be a form one `@` is left. */
export function fixedText(text: string): string {
	let left = '';
	let last = 0;
	for (const { begin } of atForms(text, () => true)) {
		left += text.slice(last, begin - 1);
		last = begin;
	}
	return left + text.slice(last);
}
