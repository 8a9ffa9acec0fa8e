import { CampaignError } from '../../engine/errors';
import { refuseBadTexts, refusePersonalized } from '../shared/personalized-texts';
import { readWebhookSettings, type WebhookSettings } from './content';
import { checkPairs } from './pairs';
import { webhookTexts } from './texts';

const LONGEST_TIMEOUT_MS = 120_000;

/** Reads the node's parameters. Throws a CampaignError when nothing could be called with them. */
export function checkWebhookSettings(url: unknown, parameterOf: (name: string) => unknown): WebhookSettings {
	const settings = checkCall(readWebhookSettings(checkUrl(url), parameterOf));
	refuseBadTexts(webhookTexts(settings));
	return settings;
}

/** Throws a CampaignError when a call cannot be as it is described, whatever its address; mistakes in texts aside. */
export function checkCall(settings: WebhookSettings): WebhookSettings {
	const { batch, pace: { timeoutMs } } = settings;
	checkPairs(settings, batch !== undefined);
	if (batch && !(Number.isInteger(batch.most) && batch.most >= 1 && batch.most <= 1000)) throw new CampaignError('batch_size', `"People per Call" is ${batch.most}`, 'Give a number from 1 to 1000.');
	if (timeoutMs !== undefined && !(timeoutMs >= 1_000 && timeoutMs <= LONGEST_TIMEOUT_MS)) throw new CampaignError('webhook_timeout', `"Timeout (Seconds)" is ${timeoutMs / 1000}`, `Give a number from 1 to ${LONGEST_TIMEOUT_MS / 1000}.`);
	return settings;
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
