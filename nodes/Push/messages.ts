import type { IDataObject } from 'n8n-workflow';

import { providersFor, reachable, type PushToPerson } from '../../engine/channels/push/devices';
import type { PushContent, PushMessage } from '../../engine/channels/push/message';
import { payloadBytes, tooLarge } from '../../engine/channels/push/payload';
import type { Provider } from '../../engine/channels/provider';
import type { CompiledTemplate, RenderInput, RenderResult } from '../../engine/personalization/liquid';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import type { Recipient } from '../shared/recipients';
import type { Sender } from '../shared/sender';
import type { PushSettings } from './settings';
import { pairName, pushTexts, TEXTS } from './texts';

/** A push message and whose it is: dead devices are taken off that person. */
export interface PushDelivery extends PushToPerson {
	/** Absent for somebody the store does not know. */
	person?: number;
}

type Refused = Extract<RenderResult, { ok: false }>;

/** How this node writes its messages: the templates are read once per batch. */
export function pushMessages(
	settings: PushSettings,
	providers: ReadonlyArray<Provider<PushMessage>>,
	missing: 'fail' | 'empty',
): Pick<Sender<PushDelivery>, 'texts' | 'templates' | 'address' | 'render' | 'show'> {
	const texts = pushTexts(settings);
	const templates = compileTexts(texts, missing);
	const write = contentWriter(settings, templates);
	const devicesOf = ({ user }: Recipient) => reachable(user.push ?? [], settings.sendTo, providers);
	return {
		texts,
		templates,
		address: (recipient) => {
			const { user, json } = recipient;
			if (devicesOf(recipient).length === 0) return { ok: false, reason: 'profile_not_reachable', detail: whyNowhere(recipient, providers) };
			// A token belongs to one person at a time, as the store takes it from the one before: two people with one address, as
			// with phones, do not come about. And which of somebody's devices are sent to may differ from visit to visit. So the
			// person is the address.
			return { ok: true, address: user.id ?? JSON.stringify(json) };
		},
		render: (recipient, messageId, now) => {
			const written = write(renderInput(recipient, now));
			if (!written.ok) return written;
			const content: PushContent = { ...written.content, messageId, campaignId: recipient.campaignId, now };
			const devices = devicesOf(recipient);
			const why = [...new Set(devices.map(({ kind }) => kind))].flatMap((kind) => tooLarge(content, kind) ?? []);
			if (why.length > 0) return { ok: false, reason: 'payload_too_large', detail: why.join('. ') };
			return { ok: true, message: { devices, content, person: recipient.user.person } };
		},
		show: showMessage,
	};
}

function contentWriter({ pairs, fixed }: PushSettings, compiled: Record<string, CompiledTemplate>) {
	const templateOf = (name: string) => compiled[name] as CompiledTemplate;
	const templates = Object.keys(TEXTS).map((name) => [name, templateOf(name)] as const);
	const values = pairs.map(({ key }, index) => [key, templateOf(pairName(index))] as const);
	return (input: RenderInput): { ok: true; content: Omit<PushContent, 'messageId' | 'campaignId' | 'now'> } | Refused => {
		const written: Record<string, string> = {};
		const data: Record<string, string> = {};
		for (const [into, list] of [[written, templates], [data, values]] as const) {
			for (const [name, template] of list) {
				const rendered = template.render(input);
				if (!rendered.ok) return rendered;
				into[name] = rendered.text;
			}
		}
		const { title = '', body = '', image = '', linkAndroid = '', linkIos = '', linkWeb = '' } = written;
		// To CleverTap's SDK, and to some apps, a push without words is a silent one.
		if (title.trim() === '' && body.trim() === '') return { ok: false, reason: 'personalization_failed', detail: 'Title and body are empty after the values were put in' };
		if (image.trim() !== '' && !isHttps(image.trim())) return { ok: false, reason: 'personalization_failed', detail: 'The image is not at an https address after the values were put in' };
		const links = { android: linkAndroid.trim() || undefined, ios: linkIos.trim() || undefined, web: linkWeb.trim() || undefined };
		return { ok: true, content: { ...fixed, title, body, image: image.trim() || undefined, links, data } };
	};
}

function isHttps(text: string): boolean {
	return /^https:\/\//i.test(text) && URL.canParse(text);
}

function whyNowhere({ user }: Recipient, providers: ReadonlyArray<Provider<PushMessage>>): string {
	const kinds = [...new Set((user.push ?? []).map(({ kind }) => kind))].filter((kind) => providersFor(kind, providers).length === 0);
	return kinds.length === 0 ? 'No device' : `No provider for devices of kind ${kinds.join(', ')}`;
}

/** What a run by hand shows: no token. */
function showMessage({ devices, content }: PushDelivery): IDataObject {
	const kinds = [...new Set(devices.map(({ kind }) => kind))];
	const { title, body, image, links, data } = content;
	return {
		devices: Object.fromEntries(kinds.map((kind) => [kind, devices.filter((device) => device.kind === kind).length])),
		title,
		body,
		...(image && { image }),
		...(links.android && { linkAndroid: links.android }),
		...(links.ios && { linkIos: links.ios }),
		...(links.web && { linkWeb: links.web }),
		...(Object.keys(data).length > 0 && { keyValues: data }),
		payloadBytes: Object.fromEntries(kinds.map((kind) => [kind, payloadBytes(content, kind)])),
	};
}
