import type { IDataObject } from 'n8n-workflow';

import { parseJson, withMembers } from '../../engine/channels/http/json-path';
import { cleverTapProfile, PROFILE_PARTS, type ProfilePart } from '../../engine/channels/webhook/clevertap';
import { envelopeOf, type WebhookEnvelope, type WebhookMessage } from '../../engine/channels/webhook/message';
import { CampaignError } from '../../engine/errors';
import { isPersonalized } from '../../engine/personalization/fixed';
import type { CompiledTemplate, RenderResult } from '../../engine/personalization/liquid';
import { renderInput } from '../shared/personalize';
import { readPace } from '../shared/provider-parameters';
import type { Recipient } from '../shared/recipients';
import type { Sender } from '../shared/sender';
import { readWebhookPairs, renderPairs, webhookPairWriter, type Templates, type WebhookPairs } from './pairs';

export interface WebhookSettings extends WebhookPairs {
	method: WebhookMessage['method'];
	url: string;
	content: 'person' | 'clevertap' | 'template';
	/** Template of JSON. */
	body: string;
	/** Of the CleverTap shape. */
	keyValues: Array<{ name: string; value: string }>;
	parts: ReadonlySet<ProfilePart>;
	/** Many people per call. */
	batch?: { most: number; key: string; deduplicated: boolean };
	/** Time-out, retries and pace, as far as the operator says. */
	pace: ReturnType<typeof readPace>;
}

type Written = { ok: true; text: string } | Extract<RenderResult, { ok: false }>;

/** What a body is made of. */
type BodyWriter = (recipient: Recipient, messageId: string, now: number) => Written;

const CLEVERTAP_KEY = 'profiles';

/** Reads the node's parameters, which are the same for every item. `parameterOf` gives them as they were typed. */
export function readWebhookSettings(url: string, parameterOf: (name: string) => unknown): WebhookSettings {
	const text = (name: string, fallback = '') => String(parameterOf(name) ?? fallback);
	const method = text('method', 'POST') as WebhookMessage['method'];
	const content = text('content', 'person') as WebhookSettings['content'];
	const { pair = [] } = (parameterOf('keyValues') ?? {}) as { pair?: Array<{ name?: unknown; value?: unknown }> };
	const keyValues = pair.map(({ name, value }) => ({ name: String(name ?? '').trim(), value: String(value ?? '') })).filter(({ name }) => name !== '');
	const batched = method !== 'GET' && method !== 'DELETE' && parameterOf('batch') === true;
	const batch = { most: Number(parameterOf('batchSize') ?? 100), key: content === 'clevertap' ? CLEVERTAP_KEY : text('batchKey', 'people').trim() || 'people', deduplicated: parameterOf('deduplicated') === true };
	return {
		method, url, content, keyValues,
		...readWebhookPairs(parameterOf),
		body: text('body'),
		parts: new Set((parameterOf('profileParts') as ProfilePart[] | undefined) ?? PROFILE_PARTS),
		...(batched && { batch }),
		pace: readPace((parameterOf('options') ?? {}) as Parameters<typeof readPace>[0]),
	};
}

/** What a call says once for all its people. Its pairs are templates, too: of "@@" one "@" is left. */
function envelopeWriter({ content, keyValues }: WebhookSettings, { key }: NonNullable<WebhookSettings['batch']>, templates: Templates): (campaignId: string) => WebhookEnvelope {
	if (content !== 'clevertap') return () => envelopeOf({}, key);
	const fixed = keyValues.flatMap(({ name, value }, index) => (isPersonalized(value) ? [] : [[name, templates[pairName(index)] as CompiledTemplate] as const]));
	const written = renderPairs(fixed, { profile: {}, now: 0 });
	if (!written.ok) throw new CampaignError('webhook_pair', `A key-value pair cannot be used: ${written.detail}`, 'Correct "Key-Value Pairs".');
	const shared = Object.fromEntries(written.pairs);
	return (campaignId) => envelopeOf({ targetId: campaignId, key_values: shared }, key);
}

/** The name of the template of a key-value pair. */
export function pairName(index: number): string {
	return `pair ${index}`;
}

/**
 * How this node writes its calls.
 * @param templates of `webhookTexts`, by name
 */
export function webhookWriter(settings: WebhookSettings, templates: Templates): Sender<WebhookMessage>['render'] {
	const { method, batch } = settings;
	const write = bodyWriter(settings, templates);
	const envelope = batch && envelopeWriter(settings, batch, templates);
	const pairs = webhookPairWriter(settings, templates);
	const typed = settings.headers.some(({ name }) => name.toLowerCase() === 'content-type');
	return (recipient, messageId, now) => {
		const beside = pairs(recipient.to ?? settings.url, () => renderInput(recipient, now));
		if (!beside.ok) return beside;
		const { url, headers } = beside;
		if (method === 'GET') return { ok: true, message: { messageId, url, method, headers } };
		const written = write(recipient, messageId, now);
		if (!written.ok) return written;
		const message = { messageId, url, method, headers: typed ? headers : { 'content-type': 'application/json', ...headers }, body: written.text };
		if (!envelope) return { ok: true, message };
		const element = elementOf(written.text, messageId);
		if (element === undefined) return { ok: false, reason: 'personalization_failed', detail: 'The body is no JSON object after the values were put in, as calls for many people need it' };
		return { ok: true, message: { ...message, body: element, envelope: envelope(recipient.campaignId) } };
	};
}

/** The body as one of many: an object that says its message id, by which the receiver recognizes a repetition. */
function elementOf(text: string, messageId: string): string | undefined {
	const parsed = JSON.parse(text) as unknown;
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
	return Object.hasOwn(parsed, 'messageId') ? text : withMembers(text, [{ name: 'messageId', value: messageId }]);
}

function bodyWriter(settings: WebhookSettings, templates: Templates): BodyWriter {
	switch (settings.content) {
		case 'template':
			return templateWriter(templates.body as CompiledTemplate);
		case 'clevertap':
			return cleverTapWriter(settings, templates);
		default:
			return (recipient) => ({ ok: true, text: JSON.stringify(personBody(recipient)) });
	}
}

/** The operator's JSON. */
function templateWriter(template: CompiledTemplate): BodyWriter {
	return (recipient, _messageId, now) => {
		const rendered = template.render(renderInput(recipient, now));
		if (!rendered.ok) return rendered;
		if (parseJson(rendered.text) !== undefined) return rendered;
		return { ok: false, reason: 'personalization_failed', detail: 'The body is no JSON after the values were put in' };
	};
}

/** CleverTap's shape. Pairs stand beside the profile; in a call for many those that are a person's stand in their profile. */
function cleverTapWriter({ keyValues, parts, batch }: WebhookSettings, templates: Templates): BodyWriter {
	const own = keyValues.flatMap(({ name, value }, index) => (!batch || isPersonalized(value) ? [[name, templates[pairName(index)] as CompiledTemplate] as const] : []));
	return (recipient, messageId, now) => {
		const values = renderPairs(own, renderInput(recipient, now));
		if (!values.ok) return values;
		const keyed = Object.fromEntries(values.pairs);
		const { properties } = (recipient.json.event ?? {}) as { properties?: Record<string, unknown> };
		const profile = cleverTapProfile(messageId, recipient.user, recipient.json.event ? properties ?? {} : undefined, parts, batch ? keyed : {});
		return { ok: true, text: JSON.stringify(batch ? profile : { targetId: recipient.campaignId, key_values: keyed, [CLEVERTAP_KEY]: profile }) };
	};
}

function personBody({ json, campaignId }: Recipient): IDataObject {
	const campaign = json.campaign as IDataObject | undefined;
	const { user, event } = json;
	return { campaign: { id: campaignId, name: campaign?.name, labels: campaign?.labels, run: campaign?.run }, user: user ?? json, ...(event ? { event } : {}) };
}
