import type { IExecuteFunctions } from 'n8n-workflow';

import type { WhoGetsIt } from '../../engine/campaigns/who-gets-it';
import type { Channel, Profile } from '../../engine/people/records';
import { reasonWords } from '../../engine/reports/words';
import type { Store } from '../../engine/store/store';

/** What a channel needs to reach somebody. */
interface SenderChannel {
	channel: Channel;
	address?: keyof typeof LACKS;
}

/** What somebody lacks who has no address of a kind. */
const LACKS = { phone: 'No phone number', email: 'No email address', push: 'No device' };

/** Senders by node type. */
const SENDERS: Record<string, SenderChannel> = {
	'n8n-nodes-campaigns.sms': { channel: 'sms', address: 'phone' },
	'n8n-nodes-campaigns.email': { channel: 'email', address: 'email' },
	'n8n-nodes-campaigns.push': { channel: 'push', address: 'push' },
	'n8n-nodes-campaigns.webhookSender': { channel: 'webhook' },
	'n8n-nodes-campaigns.segmentExport': { channel: 'export' },
	'n8n-nodes-campaigns.metaAudience': { channel: 'export' },
};

/** Channels of the senders that come after the trigger. */
export function channelsAfter(context: IExecuteFunctions): SenderChannel[] {
	const types = context.getChildNodes(context.getNode().name).filter(({ disabled }) => !disabled).map(({ type }) => type);
	return [...new Set(types)].flatMap((type) => SENDERS[type] ?? []);
}

/** Why people would not be sent to, by their number and then by channel; people and channels with nothing against them are absent. */
export async function whyNotSent(
	store: Store,
	campaign: { campaignId: string; who: WhoGetsIt },
	profiles: ReadonlyMap<number, Profile>,
	channels: readonly SenderChannel[],
): Promise<Map<number, Record<string, string>>> {
	const why = new Map<number, Record<string, string>>();
	for (const { channel, address } of channels) {
		const refused = await store.ask('notSentTo', { ...campaign, channel, people: [...profiles.keys()] });
		const words = new Map(refused.map(({ person, reason, detail }) => [person, reasonWords(reason, detail)]));
		for (const [person, profile] of profiles) {
			const lacks = address && !profile[address]?.length ? LACKS[address] : undefined;
			const reason = words.get(person) ?? lacks;
			if (reason !== undefined) why.set(person, { ...why.get(person), [channel]: reason });
		}
	}
	return why;
}
