import type { IExecuteFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { Channel } from '../../engine/people/records';
import type { AccountSettings, ChannelSettings } from '../../engine/settings/settings';

interface ChannelRow {
	channel: Channel;
	mostMessages?: number;
	perDays?: number;
	dwellMinutes?: number;
	mostPer5Minutes?: number;
}

const MINUTE_MS = 60_000;

/** What the node's parameters say; checked when it is saved. Throws `invalid_settings` for a channel that stands twice. */
export function readSettings(context: IExecuteFunctions, index: number): AccountSettings {
	const { channel: rows = [] } = context.getNodeParameter('channels', index, {}) as { channel?: ChannelRow[] };
	const { group: groups = [] } = context.getNodeParameter('customControlGroups', index, {}) as { group?: AccountSettings['customControlGroups'] };
	const percent = context.getNodeParameter('systemControlPercent', index, 0) as number;
	const channels: AccountSettings['channels'] = {};
	for (const row of rows) {
		if (channels[row.channel]) {
			throw new CampaignError('invalid_settings', `The channel "${row.channel}" stands twice in the settings.`, 'Put all its limits in one.');
		}
		channels[row.channel] = channelSettings(row);
	}
	return {
		channels,
		...(percent !== 0 && { systemControlPercent: percent }),
		customControlGroups: groups.map(({ name, percent: share }) => ({ name: String(name).trim(), percent: share })),
	};
}

function channelSettings({ mostMessages, perDays, dwellMinutes, mostPer5Minutes }: ChannelRow): ChannelSettings {
	return {
		...(mostMessages && { mostMessages, perDays: perDays ?? 1 }),
		...(dwellMinutes && { dwellMs: dwellMinutes * MINUTE_MS }),
		...(mostPer5Minutes && { mostPer5Minutes }),
	};
}
