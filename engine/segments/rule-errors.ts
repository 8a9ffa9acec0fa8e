import { CampaignError } from '../errors';

/** What is wrong with the rule itself, or with what it names: asked again, it fails again, until somebody changes one of them. */
const CODES = ['invalid_rule', 'unknown_reference', 'segment_cycle', 'segment_too_large'];

export function isRuleError(error: unknown): error is CampaignError {
	return error instanceof CampaignError && CODES.includes(error.code);
}
