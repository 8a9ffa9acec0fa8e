import type { PersonalizedText } from '../shared/personalized-texts';
import { pairName, type WebhookSettings } from './content';
import { pairTexts } from './pairs';

/** What is written anew for each person: headers and query, and the body, where it is the operator's own, else the key-value pairs of CleverTap's shape. */
export function webhookTexts(settings: WebhookSettings): PersonalizedText[] {
	return [...pairTexts(settings), ...bodyTexts(settings)];
}

function bodyTexts({ method, content, body, keyValues }: WebhookSettings): PersonalizedText[] {
	if (method === 'GET') return [];
	if (content === 'template') return [{ name: 'body', label: 'JSON', text: body, escape: 'json' }];
	return content === 'clevertap' ? keyValues.map(({ name, value }, index) => ({ name: pairName(index), label: `Value of "${name}"`, text: value })) : [];
}
