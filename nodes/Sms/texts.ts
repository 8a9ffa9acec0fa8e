import type { PersonalizedText } from '../shared/personalized-texts';

/** What is written anew for each person. */
export function smsTexts(parameterOf: (name: string) => unknown): Array<PersonalizedText & { name: 'message' }> {
	return [{ name: 'message', label: 'Message', text: String(parameterOf('message') ?? '') }];
}
