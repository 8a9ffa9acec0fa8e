import type { PersonalizedText } from '../shared/personalized-texts';

/** What is written anew for each person: the body, where it is the operator's own. */
export function webhookTexts(parameterOf: (name: string) => unknown): Array<PersonalizedText & { name: 'body' }> {
	if (parameterOf('content') !== 'template' || parameterOf('method') === 'GET') return [];
	return [{ name: 'body', label: 'JSON', text: String(parameterOf('body') ?? ''), escape: 'json' }];
}
