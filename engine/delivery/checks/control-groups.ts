import { controlGroupsOf, isMember, type ControlGroup } from '../control-groups';
import type { ClaimBatch } from './candidate';
import type { Check } from './check';

/** People who qualify and are deliberately not sent to. The event that says so is written with the message: see claim. */
export const controlGroups: Check = {
	// One event per person and run: two messages to one person must not both be the first.
	locks: (batch) => [...groupsOfRuns(batch)].filter(([, groups]) => groups.length > 0).map(([run]) => `control ${run}`),
	async prepare(_tx, batch) {
		const groups = groupsOfRuns(batch);
		return {
			judge({ run, person }) {
				const group = person && groups.get(run.run)?.find((one) => isMember(one, person.bucketKey));
				return group && { kind: 'refuse', reason: group.reason, detail: group.name };
			},
		};
	},
};

/** Whether any run of the batch has control groups. */
export function hasControlGroups(batch: Pick<ClaimBatch, 'runs' | 'settings'>): boolean {
	return [...groupsOfRuns(batch).values()].some((groups) => groups.length > 0);
}

function groupsOfRuns({ runs, settings }: Pick<ClaimBatch, 'runs' | 'settings'>): Map<number, ControlGroup[]> {
	return new Map([...runs.values()].map(({ run, campaignId, who }) => [run, controlGroupsOf(campaignId, who, settings)]));
}
