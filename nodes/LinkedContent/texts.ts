import type { PersonalizedText } from '../shared/personalized-texts';
import { readLinkedDefinition } from './read-definition';

/** What is written anew for each request. */
export function linkedTexts(parameterOf: (name: string) => unknown): PersonalizedText[] {
	const { url, query = [], headers = [], body = '' } = readLinkedDefinition(parameterOf);
	return [
		{ name: 'url', label: 'URL', text: url },
		...query.map(({ name, value }, index) => ({ name: `query ${index}`, label: `Query parameter ${name}`, text: value })),
		...headers.map(({ name, value }, index) => ({ name: `header ${index}`, label: `Header ${name}`, text: value })),
		{ name: 'json', label: 'JSON', text: body },
	];
}
