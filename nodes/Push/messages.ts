import type { IDataObject } from 'n8n-workflow';

import { providersFor, reachable, type PushToPerson } from '../../engine/channels/push/devices';
import { SHOWN_LENGTHS, type PushContent, type PushMessage } from '../../engine/channels/push/message';
import { payloadBytes, tooLarge } from '../../engine/channels/push/payload';
import type { Provider } from '../../engine/channels/provider';
import type { Device } from '../../engine/people/records';
import type { CompiledTemplate, RenderInput, RenderResult } from '../../engine/personalization/liquid';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import type { Recipient } from '../shared/recipients';
import type { Sender } from '../shared/sender';
import { testDevice } from '../shared/test-addresses';
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
): Pick<Sender<PushDelivery>, 'texts' | 'templates' | 'address' | 'render' | 'show' | 'markTest' | 'hints'> {
	const texts = pushTexts(settings);
	const templates = compileTexts(texts, missing);
	const write = contentWriter(settings, templates);
	const devicesOf = (recipient: Recipient) => reachable(known(recipient), settings.sendTo, providers);
	return {
		texts,
		templates,
		address: (recipient) => {
			const { user, json } = recipient;
			if (devicesOf(recipient).length === 0) return { ok: false, reason: 'profile_not_reachable', detail: whyNowhere(recipient, providers) };
			// A token belongs to one person at a time, as the store takes it from the one before: two people with one address, as
			// with phones, do not come about. And which of somebody's devices are sent to may differ from visit to visit. So the
			// person is the address.
			return { ok: true, address: recipient.to ?? user.id ?? JSON.stringify(json) };
		},
		render: (recipient, messageId, now) => {
			const written = write(renderInput(recipient, now));
			if (!written.ok) return written;
			const content: PushContent = { ...written.content, messageId, campaignId: recipient.campaignId, now };
			const devices = devicesOf(recipient);
			const why = [...new Set(devices.map(({ kind }) => kind))].flatMap((kind) => tooLarge(content, kind) ?? []);
			if (why.length > 0) return { ok: false, reason: 'payload_too_large', detail: why.join('. ') };
			return { ok: true, message: { devices, content, person: recipient.to === undefined ? recipient.user.person : undefined } };
		},
		show: showMessage,
		hints: lengthHints,
		markTest,
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

/** The devices of the person, or the one that a test goes to, whose it is nobody says. */
function known({ user, to }: Recipient): Device[] {
	return to === undefined ? (user.push ?? []) : [testDevice(to) ?? []].flat();
}

function markTest(message: PushDelivery, mark: string): PushDelivery {
	const { title, body } = message.content;
	const marked = title.trim() === '' ? { body: mark + body } : { title: mark + title };
	return { ...message, content: { ...message.content, ...marked } };
}

function whyNowhere(recipient: Recipient, providers: ReadonlyArray<Provider<PushMessage>>): string {
	if (recipient.to !== undefined && !testDevice(recipient.to)) return 'Neither a token nor the subscription of a browser';
	const kinds = [...new Set(known(recipient).map(({ kind }) => kind))].filter((kind) => providersFor(kind, providers).length === 0);
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
		titleLength: lengthOf(title),
		bodyLength: lengthOf(body),
		...(image && { image }),
		...(links.android && { linkAndroid: links.android }),
		...(links.ios && { linkIos: links.ios }),
		...(links.web && { linkWeb: links.web }),
		...(Object.keys(data).length > 0 && { keyValues: data }),
		payloadBytes: Object.fromEntries(kinds.map((kind) => [kind, payloadBytes(content, kind)])),
	};
}

/** Titles and bodies that will be cut. */
function lengthHints(messages: readonly PushDelivery[]): string[] {
	return (['title', 'body'] as const).flatMap((name) => {
		const lengths = messages.map(({ content }) => lengthOf(content[name]));
		const long = lengths.filter((length) => length > SHOWN_LENGTHS[name]).length;
		if (long === 0) return [];
		return [`The ${name} of ${long} of ${messages.length} messages is longer than the ${SHOWN_LENGTHS[name]} characters that are usually shown; the longest has ${Math.max(...lengths)}.`];
	});
}

/** As people count: a smiley is one. */
function lengthOf(text: string): number {
	return [...new Intl.Segmenter('en').segment(text)].length;
}
