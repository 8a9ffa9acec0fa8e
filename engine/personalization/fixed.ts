import { atForms } from './at-form';

/** Whether a text asks for values of people: Liquid, or an `@` form. */
export function isPersonalized(text: string): boolean {
	return /\{\{|\{%/.test(text) || atForms(text, () => true).some(({ escaped }) => !escaped);
}
