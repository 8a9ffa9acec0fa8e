import type { PersonalizedText } from '../shared/personalized-texts';
import { readPairs, textName, type Pair } from './pairs';

/** What is written anew for each person: the message, the template variables, and the key-value pairs of body and headers. */
export function smsTexts(parameterOf: (name: string) => unknown): PersonalizedText[] {
	const { templateVariables, pairs } = readPairs(parameterOf);
	const ofPairs = (group: 'body' | 'header', list: readonly Pair[]) => list.map(({ name, value }, index) => ({ name: textName(group, index), label: `Value of "${name}"`, text: value }));
	return [
		{ name: 'message', label: 'Message', text: String(parameterOf('message') ?? '') },
		...templateVariables.map((text, index) => ({ name: textName('variable', index), label: `Template variable ${index + 1}`, text })),
		...ofPairs('body', pairs.body),
		...ofPairs('header', pairs.header),
	];
}
