import type { IDataObject } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { refuseBadTexts, refusePersonalized } from '../shared/personalized-texts';
import { webhookTexts } from './texts';

/** Throws a CampaignError when nothing could be called with these settings. */
export function checkWebhookSettings(parameters: IDataObject): void {
	checkUrl(parameters.url);
	refuseBadTexts(webhookTexts((name) => parameters[name]));
}

/** The address without spaces around it. */
export function checkUrl(url: unknown): string {
	const text = String(url ?? '').trim();
	if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
		throw new CampaignError('webhook_url', `"URL" is not an http or https address: ${text || '(empty)'}`, 'Give the whole address, such as https://example.com/hook.');
	}
	refusePersonalized('URL', text, 'the address is the same for everybody');
	return text;
}
