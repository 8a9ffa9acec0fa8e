import type { IDataObject } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { compile } from '../../engine/personalization/liquid';

/** Throws a CampaignError when nothing could be called with these settings. */
export function checkWebhookSettings({ url, method, content, body }: IDataObject): void {
	checkUrl(url);
	if (content === 'template' && method !== 'GET') compile(String(body ?? ''), { escape: 'json' });
}

/** The address without spaces around it. */
export function checkUrl(url: unknown): string {
	const text = String(url ?? '').trim();
	if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
		throw new CampaignError('webhook_url', `"URL" is not an http or https address: ${text || '(empty)'}`, 'Give the whole address, such as https://example.com/hook.');
	}
	return text;
}
