import { CampaignError } from '../../errors';
import type { Device } from '../../people/records';

/** What a push notification says, the same for all devices of a person. */
export interface PushContent {
	title: string;
	body: string;
	/** https; shown large where the platform can. */
	image?: string;
	/** Where a tap leads, by platform. An address of the app, or of a page. */
	links: { android?: string; ios?: string; web?: string };
	/** For the app. */
	data: Record<string, string>;
	/** Notification channel of Android 8 and later; it has to exist in the app. */
	androidChannel?: string;
	priority: 'high' | 'normal';
	/** Number on the app's icon. */
	badge?: number;
	/** Name of a sound of the app, or `default`. Absent: none. */
	sound?: string;
	/** How long the push service may keep it for a device that is off. Absent: as long as the service does. */
	ttlSeconds?: number;
	/** A later message of the same key replaces one that was not delivered yet. */
	collapseKey?: string;
	/** Android apps get the data-only payload that CleverTap's SDK renders, instead of a notification. */
	cleverTap?: boolean;
	/** Our message id: stable over retries, opaque. */
	messageId: string;
	campaignId: string;
	/** Epoch ms, by the store's clock; what lifetimes count from. */
	now: number;
}

/** A push notification for one device, ready to go. */
export interface PushMessage extends PushContent {
	device: Device;
}

/** Characters of title and body that phones and browsers usually show; more is cut. As CleverTap recommends. */
export const SHOWN_LENGTHS = { title: 35, body: 120 };

/** Bytes that every push service takes. */
export const MAX_PAYLOAD_BYTES = 4096;

/** Four weeks: the longest that a push service keeps a message. */
export const MAX_TTL_SECONDS = 2_419_200;

/** Bytes of an `apns-collapse-id`. */
const MAX_COLLAPSE_KEY_BYTES = 64;

/** Keys of the data that FCM and APNs keep for themselves. */
const RESERVED = /^(from|message_type|aps|google.*|gcm.*)$/i;

/** Throws a CampaignError for settings under which no message could be sent. */
export function checkPushSettings({ keys, ttlSeconds, collapseKey, badge }: { keys: readonly string[]; ttlSeconds?: number; collapseKey?: string; badge?: number }): void {
	const reserved = keys.find((key) => RESERVED.test(key.trim()));
	if (reserved !== undefined) throw new CampaignError('push_key', `"${reserved}" cannot be a key of a push message: the push services keep it for themselves`, 'Choose another key.');
	if (keys.some((key) => key.trim() === '')) throw new CampaignError('push_key', 'A key-value pair of the push message has no key', 'Give it one, or remove the pair.');
	if (ttlSeconds !== undefined && !(Number.isInteger(ttlSeconds) && ttlSeconds >= 0 && ttlSeconds <= MAX_TTL_SECONDS)) {
		throw new CampaignError('push_ttl', `The time to live of a push message is ${ttlSeconds} seconds`, 'Push services take 0 (now or never) to 2419200 seconds (four weeks).');
	}
	if (collapseKey !== undefined && Buffer.byteLength(collapseKey) > MAX_COLLAPSE_KEY_BYTES) {
		throw new CampaignError('push_collapse_key', `The collapse key is longer than ${MAX_COLLAPSE_KEY_BYTES} bytes`, 'Shorten it.');
	}
	if (badge !== undefined && !(Number.isInteger(badge) && badge >= 0)) throw new CampaignError('push_badge', `The badge is no whole number: ${badge}`, 'Give the number to show on the app\'s icon; 0 removes it.');
}

/** The devices in what an item lists as such; whatever is none is left out. */
export function devicesIn(list: unknown): Device[] {
	if (!Array.isArray(list)) return [];
	return (list as unknown[]).flatMap((one): Device[] => {
		const { token, kind, keys, seenAt } = (one ?? {}) as Partial<Device>;
		if (typeof token !== 'string' || token === '' || (kind !== 'fcm' && kind !== 'apns' && kind !== 'webpush')) return [];
		const { p256dh, auth } = keys ?? {};
		const whole = kind !== 'webpush' || (typeof p256dh === 'string' && typeof auth === 'string');
		return whole ? [{ token, kind, ...(kind === 'webpush' && { keys: { p256dh: String(p256dh), auth: String(auth) } }), ...(typeof seenAt === 'number' && { seenAt }) }] : [];
	});
}

/** All devices of a person in the order they were last seen, the newest first, or only the first of them. */
export function devicesToSend(devices: readonly Device[], which: 'all' | 'lastActive'): Device[] {
	const ordered = [...devices].sort((a, b) => (b.seenAt ?? 0) - (a.seenAt ?? 0));
	return which === 'all' ? ordered : ordered.slice(0, 1);
}
