import { createHash } from 'node:crypto';

import { CampaignError } from '../../errors';
import type { Device } from '../../people/records';
import { cleverTapData } from './clevertap';
import { MAX_PAYLOAD_BYTES, type PushContent } from './message';

/** Overhead of RFC 8291 in the 4096 bytes of one record: header, tag and padding delimiter. */
const WEB_PUSH_BYTES = MAX_PAYLOAD_BYTES - 103;

/** Keys by which the app learns which message it shows; the operator's own go before them. */
function ownData({ data, messageId, campaignId }: PushContent): Record<string, string> {
	return { campaignId, messageId, ...data };
}

/** `message` of FCM HTTP v1, without its target. iOS apps registered with FCM and browsers get their parts of it. */
export function fcmMessage(content: PushContent): Record<string, unknown> {
	const { title, body, image, links, androidChannel, priority, badge, sound, ttlSeconds, collapseKey, cleverTap } = content;
	const data = ownData(content);
	const own = cleverTap ? cleverTapData(content) : links.android ? { deep_link: links.android } : undefined;
	const onAndroid = present({ channel_id: androidChannel, sound, notification_count: badge });
	return present({
		...(!cleverTap && { notification: present({ title, body, image }) }),
		data,
		android: present({
			priority: priority === 'high' ? 'HIGH' : 'NORMAL',
			ttl: ttlSeconds === undefined ? undefined : `${ttlSeconds}s`,
			collapse_key: collapseKey,
			// Replaces the common data on Android, so it repeats them; the operator's own keys win.
			...(own && { data: { ...own, ...data } }),
			...(!cleverTap && Object.keys(onAndroid).length > 0 && { notification: onAndroid }),
		}),
		apns: present({
			headers: apnsHeaders(content),
			payload: { aps: aps(content), ...(links.ios && { [linkKey(content)]: links.ios }) },
			...(image && { fcm_options: { image } }),
		}),
		webpush: present({
			headers: present({ TTL: ttlSeconds === undefined ? undefined : String(ttlSeconds), Urgency: priority }),
			...(cleverTap && { notification: present({ title, body, image }) }),
			...(links.web?.startsWith('https://') && { fcm_options: { link: links.web } }),
		}),
	});
}

/** Body of a request to APNs. */
export function apnsPayload(content: PushContent): Record<string, unknown> {
	const { links, image } = content;
	return { aps: aps(content), ...ownData(content), ...(links.ios && { [linkKey(content)]: links.ios }), ...(image && { image }) };
}

/** Headers of APNs that follow from the message alone. */
export function apnsHeaders({ priority, ttlSeconds, collapseKey, now }: PushContent): Record<string, string> {
	return present({
		'apns-priority': priority === 'high' ? '10' : '5',
		'apns-expiration': ttlSeconds === undefined ? undefined : String(ttlSeconds === 0 ? 0 : Math.floor(now / 1000) + ttlSeconds),
		'apns-collapse-id': collapseKey === undefined ? undefined : collapseIdOf(collapseKey),
	}) as Record<string, string>;
}

/** What the page's service worker gets. No standard says what it looks like: the names are those of the Notification API. */
export function webPushPayload(content: PushContent): Record<string, unknown> {
	const { title, body, image, links, badge, collapseKey } = content;
	return present({ title, body, image, url: links.web, tag: collapseKey, badge, data: ownData(content) });
}

/** A header of HTTP: what cannot stand in one would come out as something else, or not at all. Another key is hashed. */
function collapseIdOf(collapseKey: string): string {
	return /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/.test(collapseKey) ? collapseKey : createHash('sha256').update(collapseKey).digest('base64url');
}

/** `Topic` of RFC 8030 takes 32 characters of base64url: another key is hashed. */
export function topicOf(collapseKey: string): string {
	return /^[\w-]{1,32}$/.test(collapseKey) ? collapseKey : createHash('sha256').update(collapseKey).digest('base64url').slice(0, 32);
}

/**
 * Bytes that count against the limit of a kind of device. How FCM counts is documented nowhere in detail: taken are what an
 * Android and what an iOS device would get, whichever is larger.
 */
export function payloadBytes(content: PushContent, kind: Device['kind']): number {
	if (kind === 'apns') return bytesOf(apnsPayload(content));
	if (kind === 'webpush') return bytesOf(webPushPayload(content));
	const { notification, data, android, apns } = fcmMessage(content) as { notification?: object; data: object; android: { data?: object; notification?: object }; apns: { payload: object } };
	return Math.max(bytesOf({ ...notification, ...android.notification, ...(android.data ?? data) }), bytesOf({ ...apns.payload, ...data }));
}

/** Why a message is more than the push service of a kind of device takes; undefined: it is not. */
export function tooLarge(content: PushContent, kind: Device['kind']): string | undefined {
	const bytes = payloadBytes(content, kind);
	const limit = kind === 'webpush' ? WEB_PUSH_BYTES : MAX_PAYLOAD_BYTES;
	return bytes > limit ? `The message for ${kind} has ${bytes} bytes, ${limit} are possible` : undefined;
}

/** Throws `payload_too_large` where `tooLarge` says why. */
export function checkPayload(content: PushContent, kind: Device['kind']): void {
	const why = tooLarge(content, kind);
	if (why !== undefined) throw new CampaignError('payload_too_large', why, 'Shorten the text, or the key-value pairs.');
}

function aps({ title, body, image, badge, sound }: PushContent): Record<string, unknown> {
	return present({ alert: { title, body }, badge, sound, ...(image && { 'mutable-content': 1 }) });
}

/** Apps that are made for CleverTap look for its own key on both platforms. */
function linkKey({ cleverTap }: PushContent): string {
	return cleverTap ? 'wzrk_dl' : 'deep_link';
}

/** Without what is undefined. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
	const kept: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
	return kept;
}

function bytesOf(value: object): number {
	return Buffer.byteLength(JSON.stringify(value));
}
