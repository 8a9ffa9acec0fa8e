import { CampaignError } from '../errors';
import type { Schedule } from './definition';

/** Who of those that qualify is sent to. A run keeps what it was started with, as JSON in run.who. */
export interface WhoGetsIt {
	/** Percent of those who qualify, 2..99, that are not sent to; undefined: none. */
	controlPercent?: number;
	/** Names of custom control groups (see settings) whose members are not sent to. */
	customControlGroups: string[];
	/** Members of the account's control group are not sent to; on unless it is a campaign that everybody must get. */
	systemControlGroup: boolean;
	/** Most people sent to, each at least 100. Days are the account's. */
	limits: { perRun?: number; perDay?: number; total?: number };
	/** A run with more people than this does not start, and leaves through Alert. */
	safetyCheck?: number;
	/** Messages of this campaign are neither limited by the account's limits nor counted for them. */
	outsideGlobalLimits: boolean;
	/** At most so many messages of this campaign to one person, ever. */
	mostEver?: number;
	/** Least time between two messages of this campaign to one person, milliseconds. */
	minimumGapMs?: number;
}

export const EVERYBODY_GETS_IT: WhoGetsIt = { customControlGroups: [], systemControlGroup: true, limits: {}, outsideGlobalLimits: false };

const LEAST_LIMIT = 100;

/**
 * Throws `invalid_audience`, naming everything that is wrong.
 * @param known names of the account's custom control groups
 */
export function checkWho(who: WhoGetsIt, schedule: Schedule, known: readonly string[]): void {
	const complaints: string[] = [];
	const { controlPercent, limits, safetyCheck, mostEver, minimumGapMs, customControlGroups } = who;
	if (controlPercent !== undefined && !(controlPercent >= 2 && controlPercent <= 99)) complaints.push('the control group must be 2 to 99 percent');
	for (const [most, of] of [[limits.perRun, 'per run'], [limits.perDay, 'per day'], [limits.total, 'in total']] as const) {
		if (most !== undefined && !(Number.isSafeInteger(most) && most >= LEAST_LIMIT)) complaints.push(`the most people ${of} must be at least ${LEAST_LIMIT}`);
	}
	if (safetyCheck !== undefined && !isCount(safetyCheck)) complaints.push('the safety check must be at least 1 person');
	if (safetyCheck !== undefined && takesOneByOne(schedule)) {
		complaints.push('a safety check counts the people of a run before it starts, and here they come in one by one; limit them with "Most People" instead');
	}
	if (mostEver !== undefined && !isCount(mostEver)) complaints.push('the most messages to one person must be at least 1');
	if (minimumGapMs !== undefined && !(minimumGapMs > 0)) complaints.push('the minimum gap must be longer than nothing');
	for (const name of customControlGroups) {
		if (!known.includes(name)) complaints.push(`there is no custom control group "${name}"`);
	}
	if (complaints.length === 0) return;
	throw new CampaignError('invalid_audience', `The campaign cannot be published: ${complaints.join('; ')}.`, 'Correct it in the Campaign Trigger; custom control groups are kept by the Campaign Settings node.');
}

/** Whether people come into its one run as it goes on, rather than be selected at its beginning. */
export function takesOneByOne({ kind }: Schedule): boolean {
	return kind === 'items' || kind === 'live';
}

function isCount(value: number): boolean {
	return Number.isSafeInteger(value) && value >= 1;
}
