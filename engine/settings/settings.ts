import { CampaignError } from '../errors';
import type { Channel } from '../people/records';

/** What holds for all campaigns of the account. */
export interface AccountSettings {
	channels: Partial<Record<Channel, ChannelSettings>>;
	/** Percent of everybody, 2..5, that campaigns do not send to unless everybody must get them; absent: nobody. */
	systemControlPercent?: number;
	/** At most 10. A campaign names those it does not send to. */
	customControlGroups: Array<{ name: string; percent: number }>;
}

export interface ChannelSettings {
	/** Most messages to one person in `perDays` × 24 hours. */
	mostMessages?: number;
	/** 1..90; default 1. */
	perDays?: number;
	/** Least time between two messages to one person, from 5 minutes to 7 days. Milliseconds. */
	dwellMs?: number;
	/** Most messages over all campaigns in 5 minutes. */
	mostPer5Minutes?: number;
}

export const NO_SETTINGS: AccountSettings = { channels: {}, customControlGroups: [] };

export const CHANNELS: readonly Channel[] = ['sms', 'email', 'push', 'webhook'];
const MIN_DWELL_MS = 5 * 60_000;
const MAX_DWELL_MS = 7 * 86_400_000;
const MAX_DAYS = 90;
const MAX_GROUPS = 10;

/** Throws `invalid_settings`, naming everything that is wrong. */
export function checkSettings({ channels, systemControlPercent, customControlGroups }: AccountSettings): void {
	const complaints = Object.entries(channels).flatMap(([channel, settings]) =>
		(CHANNELS as readonly string[]).includes(channel) ? channelComplaints(channel, settings) : [`there is no channel "${channel}"`],
	);
	if (systemControlPercent !== undefined && !isPercent(systemControlPercent)) complaints.push('the system control group must be 2 to 5 percent');
	if (customControlGroups.length > MAX_GROUPS) complaints.push(`there can be at most ${MAX_GROUPS} custom control groups`);
	const seen = new Set<string>();
	for (const { name, percent } of customControlGroups) {
		if (name.trim() === '') complaints.push('a custom control group has no name');
		if (seen.has(name)) complaints.push(`the custom control group "${name}" is there twice`);
		seen.add(name);
		if (!isPercent(percent)) complaints.push(`the custom control group "${name}" must be 2 to 5 percent`);
	}
	if (complaints.length === 0) return;
	throw new CampaignError('invalid_settings', `The settings cannot be saved: ${complaints.join('; ')}.`, 'Correct them in the Campaign Settings node.');
}

function channelComplaints(channel: string, { mostMessages, perDays, dwellMs, mostPer5Minutes }: ChannelSettings): string[] {
	const complaints: string[] = [];
	if (mostMessages !== undefined && !isCount(mostMessages)) complaints.push(`${channel}: the most messages must be a whole number, at least 1`);
	if (perDays !== undefined && !(isCount(perDays) && perDays <= MAX_DAYS)) complaints.push(`${channel}: the days must be 1 to ${MAX_DAYS}`);
	if (perDays !== undefined && mostMessages === undefined) complaints.push(`${channel}: days without a number of messages limit nothing`);
	if (dwellMs !== undefined && !(dwellMs >= MIN_DWELL_MS && dwellMs <= MAX_DWELL_MS)) complaints.push(`${channel}: the least gap must be from 5 minutes to 7 days`);
	if (mostPer5Minutes !== undefined && !isCount(mostPer5Minutes)) complaints.push(`${channel}: the most messages per 5 minutes must be a whole number, at least 1`);
	return complaints;
}

function isCount(value: number): boolean {
	return Number.isSafeInteger(value) && value >= 1;
}

function isPercent(value: number): boolean {
	return value >= 2 && value <= 5;
}
