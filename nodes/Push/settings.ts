import { checkPushSettings, type PushContent } from '../../engine/channels/push/message';
import { CampaignError } from '../../engine/errors';
import { refuseBadTexts } from '../shared/personalized-texts';
import { pushTexts, TEXTS, type TextName } from './texts';

/** What the node says, as it was typed. */
export interface PushSettings {
	texts: Record<TextName, string>;
	pairs: Array<{ key: string; value: string }>;
	sendTo: 'all' | 'lastActive';
	fixed: Pick<PushContent, 'androidChannel' | 'priority' | 'badge' | 'sound' | 'ttlSeconds' | 'collapseKey' | 'cleverTap'>;
}

interface Options {
	androidChannel?: string;
	badge?: number;
	cleverTap?: boolean;
	collapseKey?: string;
	priority?: 'high' | 'normal';
	sound?: string;
	ttlSeconds?: number;
}

/** Reads the node's parameters, which are the same for every item. Throws a CampaignError when nothing could be sent with them. */
export function readPushSettings(parameterOf: (name: string) => unknown): PushSettings {
	const parameter = <T>(name: string, fallback: T): T => (parameterOf(name) as T | undefined) ?? fallback;
	const texts = Object.fromEntries(Object.keys(TEXTS).map((name) => [name, String(parameter(name, '') ?? '')])) as PushSettings['texts'];
	if (texts.title.trim() === '' && texts.body.trim() === '') throw new CampaignError('push_empty', 'The push message has neither a title nor a body', 'Write a body.');
	const { pair = [] } = parameter<{ pair?: Array<{ key?: string; value?: string }> }>('keyValues', {});
	const pairs = pair.map(({ key = '', value = '' }) => ({ key: key.trim(), value: String(value) }));
	const { androidChannel, badge, cleverTap, collapseKey, priority = 'high', sound, ttlSeconds } = parameter<Options>('options', {});
	const fixed = {
		androidChannel: androidChannel?.trim() || undefined,
		priority,
		badge,
		sound: sound?.trim() || undefined,
		ttlSeconds,
		collapseKey: collapseKey?.trim() || undefined,
		cleverTap: cleverTap === true,
	};
	checkPushSettings({ keys: pairs.map(({ key }) => key), ...fixed });
	refuseBadTexts(pushTexts({ texts, pairs }));
	return { texts, pairs, sendTo: parameter<'all' | 'lastActive'>('sendTo', 'all'), fixed };
}
