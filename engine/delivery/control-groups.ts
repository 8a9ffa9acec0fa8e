import { createHash } from 'node:crypto';

import type { WhoGetsIt } from '../campaigns/who-gets-it';
import type { Reason } from '../reasons';
import type { AccountSettings } from '../settings/settings';

export interface ControlGroup {
	/** As the event Control Group calls it. */
	name: string;
	reason: Extract<Reason, 'control_group' | 'system_control_group'>;
	/** Tells the groups' draws apart. */
	salt: string;
	percent: number;
}

/** The control groups whose members a campaign is not sent to, the widest first. */
export function controlGroupsOf(campaignId: string, who: WhoGetsIt, { systemControlPercent, customControlGroups }: AccountSettings): ControlGroup[] {
	const groups: ControlGroup[] = [];
	if (who.systemControlGroup && systemControlPercent !== undefined) {
		groups.push({ name: 'System Control Group', reason: 'system_control_group', salt: 'system', percent: systemControlPercent });
	}
	for (const { name, percent } of customControlGroups) {
		if (who.customControlGroups.includes(name)) groups.push({ name, reason: 'control_group', salt: `custom ${name}`, percent });
	}
	if (who.controlPercent !== undefined) {
		groups.push({ name: 'Campaign Control Group', reason: 'control_group', salt: `campaign ${campaignId}`, percent: who.controlPercent });
	}
	return groups;
}

const RANGE = 2 ** 48;

/**
 * Whether the profile with this permanent key is in a group: the same whenever it is asked, independent of every other
 * group; when the percentage grows nobody leaves, when it shrinks nobody joins.
 */
export function isMember({ salt, percent }: Pick<ControlGroup, 'salt' | 'percent'>, bucketKey: number): boolean {
	const drawn = createHash('sha256').update(`${salt}\0${bucketKey}`).digest().readUIntBE(0, 6);
	return drawn < (RANGE * percent) / 100;
}
