import type { PersonalizedText } from '../shared/personalized-texts';
import type { PushSettings } from './settings';

/** Texts of the node that are templates, by the name of their parameter. */
export const TEXTS = { title: 'Title', body: 'Body', image: 'Image URL', linkAndroid: 'Deep Link on Android', linkIos: 'Deep Link on iOS', linkWeb: 'Link on the Web' } as const;

export type TextName = keyof typeof TEXTS;

/** What is written anew for each person: the texts, and the values of the key-value pairs, `pair 0` and so on. */
export function pushTexts({ texts, pairs }: Pick<PushSettings, 'texts' | 'pairs'>): PersonalizedText[] {
	return [
		...Object.entries(TEXTS).map(([name, label]) => ({ name, label, text: texts[name as TextName] })),
		...pairs.map(({ key, value }, index) => ({ name: pairName(index), label: `Value of "${key}"`, text: value })),
	];
}

export function pairName(index: number): string {
	return `pair ${index}`;
}
