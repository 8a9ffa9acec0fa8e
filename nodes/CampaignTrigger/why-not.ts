import type { IExecuteFunctions } from 'n8n-workflow';

import type { Channel, Profile } from '../../engine/people/records';

/** Senders by node type: their channel, and the address it needs. */
const SENDERS: Record<string, { channel: Channel; address?: 'phone' | 'email' }> = {
	'n8n-nodes-campaigns.sms': { channel: 'sms', address: 'phone' },
	'n8n-nodes-campaigns.webhookSender': { channel: 'webhook' },
};

/** Channels of the senders that come after the trigger. */
export function channelsAfter(context: IExecuteFunctions): Array<{ channel: Channel; address?: 'phone' | 'email' }> {
	const types = context.getChildNodes(context.getNode().name).filter(({ disabled }) => !disabled).map(({ type }) => type);
	return [...new Set(types)].flatMap((type) => SENDERS[type] ?? []);
}

/** Why a person would not be sent to, by channel; channels that reach them are absent. */
export function whyNotReached(profile: Profile, channels: ReturnType<typeof channelsAfter>): Record<string, string> {
	return Object.fromEntries(
		channels.flatMap(({ channel, address }): Array<[string, string]> => {
			if (profile.optedOut[channel]) return [[channel, 'Opted out']];
			return address && !profile[address] ? [[channel, `No ${address === 'phone' ? 'phone number' : 'email address'}`]] : [];
		}),
	);
}
