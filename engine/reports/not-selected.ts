import type { CampaignDefinition } from '../campaigns/definition';
import { LIVE_RUN_KEY } from '../campaigns/live/trigger';
import { ZoneState } from '../campaigns/zones/states';
import type { QuestionContext } from '../questions';
import { explain } from '../segments/explain';
import { matching } from '../segments/questions';
import type { Rule } from '../segments/rule';
import { isRuleError } from '../segments/rule-errors';
import type { Tx } from '../store/database';
import { zoneOf } from '../time/local';
import type { RunHead } from './runs';
import { timeWords } from './words';

/** Why a run has no trace of a person: its rule, evaluated for them as of now (what was true then is not kept). */
export async function whyNotSelected(tx: Tx, head: RunHead, person: number, context: QuestionContext): Promise<string> {
	const rule = await ruleOf(tx, head.run);
	if (!rule) return 'No item of this person came to the workflow.';
	const failing = await partsThatFail(tx, rule, person, context);
	const asOf = `as of ${timeWords(context.now, context.zone)}`;
	if (head.state === 'scheduled') {
		if ('trouble' in failing) return `The run has not started yet, and cannot as it is: ${failing.trouble}`;
		const verdict = failing.length === 0 ? 'would be selected' : `would not be selected: ${doesNotSatisfy(failing)}`;
		return `The run has not started yet (it is scheduled for ${timeWords(head.scheduledAt, context.zone)}); ${asOf}, the person ${verdict}.`;
	}
	const zone = await waitingZone(tx, head.run, person, context.zone);
	if (zone) {
		if ('trouble' in failing) return `Not selected yet, and cannot be as it is: ${failing.trouble}`;
		const verdict = failing.length === 0 ? 'would be selected' : `would not be selected: ${doesNotSatisfy(failing)}`;
		return `Not selected yet: everybody is when their own clocks show the run's time, in ${zone.zone} at ${timeWords(zone.due_at, context.zone)}; ${asOf}, the person ${verdict}.`;
	}
	if (head.state === 'missed') return 'Nobody was selected: the run was missed, because its time passed while nothing could start it.';
	if (head.state === 'refused') return 'Nobody was sent to: the safety check kept the run from starting, because too many people qualified.';
	if (head.runKey === LIVE_RUN_KEY) {
		if ('trouble' in failing) return `Did not come in, and nobody can as it is: ${failing.trouble}`;
		return `Did not come in: ${failing.length > 0 ? `${asOf}, the person ${doesNotSatisfy(failing)}` : 'no event or date that the campaign waits for brought the person in while it was live'}.`;
	}
	if (head.startedAt === null) return 'Nobody was selected: the run was stopped before it started.';
	if ('trouble' in failing) return `Was not selected when the run started at ${timeWords(head.startedAt, context.zone)}. Why cannot be said any more: ${failing.trouble}`;
	if (failing.length > 0) return `Was not selected: ${asOf}, the person ${doesNotSatisfy(failing)}.`;
	const created = await tx.get<{ created_at: number }>('SELECT created_at FROM person WHERE person = $1', [person]);
	if (created && created.created_at > head.startedAt) {
		return `Was not selected: the person is known only since ${timeWords(created.created_at, context.zone)}, after the run had started.`;
	}
	return (
		`Was not selected when the run started at ${timeWords(head.startedAt, context.zone)}, but ${asOf} satisfies the rule ` +
		`"${explain(rule)}": the profile or its events have changed since, or arrived late.`
	);
}

/** The person's time zone, where the run goes by zones and this one is still to come. */
async function waitingZone(tx: Tx, run: number, person: number, accountZone: string): Promise<{ zone: string; due_at: number } | undefined> {
	const row = await tx.get<{ timezone: string | null }>('SELECT timezone FROM person WHERE person = $1', [person]);
	return await tx.get(`SELECT zone, due_at FROM run_zone WHERE run = $1 AND zone = $2 AND state = '${ZoneState.waiting}'`, [run, zoneOf(row?.timezone, accountZone)]);
}

async function ruleOf(tx: Tx, run: number): Promise<Rule | undefined> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM run WHERE run = $1', [run]);
	const definition = row && (JSON.parse(row.definition) as Partial<CampaignDefinition>);
	return definition?.selectedBy ?? definition?.segment;
}

/** As `failingParts`; or what keeps the rule from being asked: something it names may have been deleted. */
async function partsThatFail(tx: Tx, rule: Rule, person: number, context: QuestionContext): Promise<Rule[] | { trouble: string }> {
	try {
		return await failingParts(tx, rule, person, context);
	} catch (error) {
		if (isRuleError(error)) return { trouble: error.message };
		throw error;
	}
}

/** The rule, or those of its parts that all have to hold and do not; empty for somebody who is in the segment. */
async function failingParts(tx: Tx, rule: Rule, person: number, context: QuestionContext): Promise<Rule[]> {
	const holds = async (part: Rule) => (await matching(tx, { rule: part, people: [person] }, context)).people.length === 1;
	const failing: Rule[] = [];
	for (const part of 'all' in rule && rule.all.length > 0 ? rule.all : [rule]) {
		if (!(await holds(part))) failing.push(part);
	}
	return failing;
}

function doesNotSatisfy(failing: Rule[]): string {
	return `does not satisfy ${failing.map((part) => `"${explain(part)}"`).join(' and ')}`;
}
