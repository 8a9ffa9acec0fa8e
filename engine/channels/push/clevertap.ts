import type { PushContent } from './message';

/**
 * The data-only payload that CleverTap's Android SDK renders by itself. Names from the SDK's Constants.java and the
 * vendor's page on push troubleshooting. `wzrk_id` names a campaign and the day of the message; without `wzrk_pn` the
 * SDK takes the message for somebody else's.
 */
export function cleverTapData(content: PushContent): Record<string, string> {
	const { title, body, image, links, androidChannel, priority, badge, sound, ttlSeconds, collapseKey, campaignId, messageId, now } = content;
	const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
	const fields: Record<string, string | undefined> = {
		nt: title,
		nm: body,
		wzrk_bp: image,
		wzrk_dl: links.android,
		wzrk_cid: androidChannel,
		pr: priority === 'high' ? 'high' : undefined,
		wzrk_bc: badge === undefined ? undefined : String(badge),
		wzrk_sound: sound,
		wzrk_ttl: ttlSeconds === undefined ? undefined : String(Math.floor(now / 1000) + ttlSeconds),
		wzrk_ck: collapseKey,
		wzrk_id: `${campaignId}_${day}`,
		wzrk_pid: messageId,
		wzrk_dd: 'true',
		wzrk_pivot: 'wzrk_default',
		wzrk_pn: 'true',
		wzrk_rnv: 'true',
	};
	return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));
}
