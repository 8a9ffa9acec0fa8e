import type { ITriggerFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { checkGoal, type GoalDefinition } from '../../engine/goals/goal';
import { builderToRule, type BuilderFilter, type EventRule } from '../../engine/segments';
import { nameOf } from '../shared/name-fields';

interface FormFilter extends Omit<BuilderFilter, 'property'> {
	property?: unknown;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UNIT_MS: Record<string, number> = { minutes: MINUTE_MS, hours: 60 * MINUTE_MS, days: DAY_MS, weeks: 7 * DAY_MS, months: 30 * DAY_MS };

/** What the node's parameters say, checked. */
export function readGoal(context: ITriggerFunctions): GoalDefinition {
	const { filter = [] } = context.getNodeParameter('filters', {}) as { filter?: FormFilter[] };
	const event = nameOf(context.getNodeParameter('event'));
	const rule = eventRule(event, filter.map((each) => ({ ...each, property: nameOf(each.property) })));
	const revenueProperty = nameOf(context.getNodeParameter('revenueProperty', '')).trim();
	const goal: GoalDefinition = {
		event,
		where: rule.where ?? [],
		...(revenueProperty !== '' && { revenueProperty }),
		windowMs: Math.round(Number(context.getNodeParameter('windowAmount')) * (UNIT_MS[String(context.getNodeParameter('windowUnit'))] ?? NaN)),
	};
	checkGoal(goal);
	return goal;
}

/** The same form as in a segment, so the segment's builder reads it. */
function eventRule(event: string, filters: BuilderFilter[]): EventRule {
	const built = builderToRule({ groups: [{ conditions: [{ type: 'did', event, filters }] }] });
	if ('rule' in built) return built.rule as EventRule;
	const errors = built.errors.map((error) => error.replace(/^Group 1, condition 1(?:: |, )/, ''));
	throw new CampaignError('invalid_goal', `The goal cannot be used. ${errors.join('; ')}`, 'Correct these places. The goal counts nothing until then.');
}
