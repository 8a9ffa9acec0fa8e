import type { Channel } from '../../people/records';
import type { Check } from './check';

/** For the operator. */
export function optedOutOf(channel: Channel): string {
	return `Opted out of ${channel}`;
}

/** Erased, merged into somebody who is in the run, or opted out as of now. */
export const people: Check = {
	prepare: async (_tx, { channel }) => ({
		judge({ person }) {
			if (!person) return undefined;
			if (person.erased) return { kind: 'refuse', reason: 'erased' };
			if (person.inRun) return { kind: 'refuse', reason: 'merged_duplicate' };
			if (person.optedOut[channel]) return { kind: 'refuse', reason: 'profile_not_reachable', detail: optedOutOf(channel) };
			return undefined;
		},
	}),
};
