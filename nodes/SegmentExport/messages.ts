import type { IDataObject } from 'n8n-workflow';

import { segmentMessage, tooLarge, type SegmentMessage, type SegmentWho } from '../../engine/channels/export/segment-calls';
import { parseJson } from '../../engine/channels/http/json-path';
import { devicesToSend } from '../../engine/channels/push/message';
import type { CompiledTemplate, RenderInput } from '../../engine/personalization/liquid';
import { pathReader } from '../../engine/segments/paths';
import { profileField } from '../../engine/segments/profile-fields';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import type { Recipient, RecipientUser } from '../shared/recipients';
import type { Sender } from '../shared/sender';
import { isPlainObject, type Pair, type SegmentExportSettings } from './settings';
import { pairName, segmentTexts } from './texts';

type Rendered = ReturnType<Sender<SegmentMessage>['render']>;

/** One step of a rendering: its value, or what `render` says instead of a message. */
type Step<T> = { ok: true; value: T } | Extract<Rendered, { ok: false }>;

/** How this node writes its messages: the templates are read once per batch. */
export function segmentMessages(settings: SegmentExportSettings, missing: 'fail' | 'empty'): Pick<Sender<SegmentMessage>, 'texts' | 'templates' | 'address' | 'render' | 'show'> {
	const { identify, track, integrations } = settings;
	const texts = segmentTexts(settings);
	const templates = compileTexts(texts, missing);
	const templateOf = (name: string) => templates[name] as CompiledTemplate;
	const [eventName, ownContext] = [templateOf('event'), templateOf('context')];
	const ownTraits = pairsWriter(settings.traits, (index) => templateOf(pairName('trait', index)));
	const ownProperties = pairsWriter(settings.properties, (index) => templateOf(pairName('property', index)));
	return {
		texts,
		templates,
		address: ({ user }) => {
			const who = whoOf(user);
			return who ? { ok: true, address: Object.entries(who).flat().join(' ') } : { ok: false, reason: 'profile_not_reachable', detail: 'No user ID and no anonymous ID' };
		},
		render: (recipient, messageId, now) => {
			const input = renderInput(recipient, now);
			const traits = ownTraits(input);
			const properties = ownProperties(input);
			const more = jsonOf(ownContext.render(input));
			const event = eventName.render(input);
			if (!traits.ok) return traits;
			if (!properties.ok) return properties;
			if (!more.ok) return more;
			if (!event.ok) return event;
			if (track && event.text.trim() === '') return failed('The event has no name after the values were put in');
			const known = { ...attributesOf(recipient.user, settings), ...tokensTrait(recipient.user, settings) };
			const message = segmentMessage({
				who: whoOf(recipient.user) as SegmentWho,
				...(identify && { identify: { traits: { ...known, ...traits.value } } }),
				...(track && { track: { event: event.text.trim(), properties: { ...eventProperties(recipient, settings), ...properties.value } } }),
				context: { ...contextOf(recipient, settings), ...(!identify && Object.keys(known).length > 0 && { traits: known }), ...more.value },
				integrations,
				timestamp: settings.timestamp === 'event' ? (timeOfEvent(recipient) ?? now) : now,
				messageId,
			});
			const why = tooLarge(message);
			return why === undefined ? { ok: true, message } : { ok: false, reason: 'payload_too_large', detail: why };
		},
		show: ({ calls }) => ({ calls: calls.map((call) => JSON.parse(call) as IDataObject) }),
	};
}

/** Somebody who never said who they are has an anonymous id in the place of a user id. */
function whoOf({ id, anonymousIds = [] }: RecipientUser): SegmentWho | undefined {
	if (id && !anonymousIds.includes(id)) return { userId: id };
	const anonymousId = id || anonymousIds[0];
	return anonymousId ? { anonymousId } : undefined;
}

function attributesOf(user: RecipientUser, { attributes }: SegmentExportSettings): Record<string, unknown> {
	const { email, phone, timezone, properties } = user;
	const found =
		attributes === 'all'
			? Object.entries({ ...properties, ...present({ email, phone, timezone }) })
			: attributes.map(({ property, trait }): [string, unknown] => [trait, valueOf(user, property)]);
	return present(Object.fromEntries(found));
}

/** As rules read it: the fields everybody has win over properties of the same name. */
function valueOf(user: RecipientUser, property: string): unknown {
	const field = profileField(property);
	return field ? field(user) : pathReader(property)(user.properties);
}

function present(values: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''));
}

function tokensTrait({ push = [] }: RecipientUser, { tokens }: SegmentExportSettings): Record<string, unknown> {
	return tokens === 'all' && push.length > 0 ? { pushTokens: push.map(({ kind, token }) => ({ kind, token })) } : {};
}

/** What Segment's specification has places for: who made the call, for which campaign, and the person's device. */
function contextOf({ json, user: { push = [] } }: Recipient, { tokens }: SegmentExportSettings): Record<string, unknown> {
	const { id, name } = (json.campaign ?? {}) as IDataObject;
	const [device] = tokens === 'none' ? [] : devicesToSend(push, 'lastActive');
	return {
		library: { name: 'n8n-nodes-campaigns' },
		...(name !== undefined && { campaign: { id, name } }),
		...(device && { device: { token: device.token, ...(device.kind !== 'webpush' && { type: PLATFORMS[device.kind] }) } }),
	};
}

/** As destinations tell tokens apart. One of FCM may be an iPhone's, too, but that is nowhere to be seen. */
const PLATFORMS = { fcm: 'android', apns: 'ios' };

function eventProperties({ json }: Recipient, settings: SegmentExportSettings): Record<string, unknown> {
	const properties = (json.event as IDataObject | undefined)?.properties;
	return settings.eventProperties && isPlainObject(properties) ? properties : {};
}

function timeOfEvent({ json }: Recipient): number | undefined {
	const time = Date.parse(String((json.event as IDataObject | undefined)?.ts));
	return Number.isNaN(time) ? undefined : time;
}

function pairsWriter(pairs: Pair[], templateOf: (index: number) => CompiledTemplate) {
	const templates = pairs.map(({ key, type }, index) => ({ key, type, template: templateOf(index) }));
	return (input: RenderInput): Step<Record<string, unknown>> => {
		const values: Array<[string, unknown]> = [];
		for (const { key, type, template } of templates) {
			const rendered = template.render(input);
			if (!rendered.ok) return rendered;
			if (rendered.text.trim() === '') continue;
			const value = typed(rendered.text, type);
			if (value === undefined) return failed(`"${key}" is no ${type === 'json' ? 'JSON' : 'number'} after the values were put in`);
			values.push([key, value]);
		}
		return { ok: true, value: Object.fromEntries(values) };
	};
}

/** Undefined for what is not of the type. */
function typed(text: string, type: Pair['type']): unknown {
	if (type === 'text') return text;
	if (type === 'json') return parseJson(text);
	const number = Number(text);
	return Number.isFinite(number) ? number : undefined;
}

function jsonOf(rendered: { ok: true; text: string } | Extract<Rendered, { ok: false }>): Step<Record<string, unknown>> {
	if (!rendered.ok) return rendered;
	const value = rendered.text.trim() === '' ? {} : parseJson(rendered.text);
	return isPlainObject(value) ? { ok: true, value } : failed('The context is no JSON object after the values were put in');
}

function failed(detail: string): Extract<Rendered, { ok: false }> {
	return { ok: false, reason: 'personalization_failed', detail };
}
