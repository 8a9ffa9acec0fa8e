import { PeopleSet } from './people-set';
import type { GroupPlan, Plan } from './plan';

/** Answers the plans that are no groups. */
export type Answer = (plan: Exclude<Plan, GroupPlan>, candidates: PeopleSet) => Promise<PeopleSet>;

/** Those of the candidates who satisfy the plan: a part is asked only about those whom earlier parts left in question. */
export async function solve(plan: Plan, candidates: PeopleSet, answer: Answer): Promise<PeopleSet> {
	if (candidates.isEmpty()) return candidates;
	switch (plan.kind) {
		case 'all': {
			let rest = candidates;
			for (const part of plan.parts) rest = await solve(part, rest, answer);
			return rest;
		}
		case 'any': {
			const found = new PeopleSet(candidates.size);
			for (const part of plan.parts) found.addAll(await solve(part, candidates.minus(found), answer));
			return found;
		}
		case 'not':
			return candidates.minus(await solve(plan.part, candidates, answer));
		default:
			return await answer(plan, candidates);
	}
}
