import type { CampaignDefinition } from '../campaigns/definition';
import { isLiveRun } from '../campaigns/live/trigger';
import { ZoneState } from '../campaigns/zones/states';
import type { QuestionContext } from '../questions';
import { explain } from '../segments/explain';
import { matching } from '../segments/questions';
import type { Rule } from '../segments/rule';
import { isRuleError } from '../segments/rule-errors';
import type { Tx } from '../store/database';
import { zoneOf } from '../time/local';
import { hadDoneItBefore } from './let-in-again';
import type { RunHead } from './runs';
import { timeWords } from './words';

/**
 * Why a run has no trace of a person: its rule, evaluated for them as of now (what was true then is not kept).
 * @param numbers the person's own first, then those of everybody merged into them
 */
export async function whyNotSelected(tx: Tx, head: RunHead, numbers: number[], context: QuestionContext): Promise<string> {
	const [person] = numbers as [number];
	const rule = await ruleOf(tx, head.run);
	if (!rule) return 'No item of this person came to the workflow.';
	const failing = await partsThatFail(tx, rule, person, context);
	const asOf = `as of ${timeWords(context.now, context.zone)}`;
	if (head.state === 'scheduled') {
		if ('trouble' in failing) return `The run has not started yet, and cannot as it is: ${failing.trouble}`;
		const verdict = failing.length === 0 ? 'would be selected' : `would not be selected: ${doesNotSatisfy(failing)}`;
		return `The run has not started yet (it is scheduled for ${timeWords(head.scheduledAt, context.zone)}); ${asOf}, the person ${verdict}.`;
	}
	const zone = await zoneIn(tx, head.run, person, context.zone, ZoneState.waiting);
	if (zone) {
		if ('trouble' in failing) return `Not selected yet, and cannot be as it is: ${failing.trouble}`;
		const verdict = failing.length === 0 ? 'would be selected' : `would not be selected: ${doesNotSatisfy(failing)}`;
		return `Not selected yet: everybody is when their own clocks show the run's time, in ${zone.zone} at ${timeWords(zone.due_at, context.zone)}; ${asOf}, the person ${verdict}.`;
	}
	if (head.state === 'missed') return 'Nobody was selected: the run was missed, because its time passed while nothing could start it.';
	if (head.state === 'refused') return 'Nobody was sent to: the safety check kept the run from starting, because too many people qualified.';
	if (isLiveRun(head.runKey)) {
		if ('trouble' in failing) return `Did not come in, and nobody can as it is: ${failing.trouble}`;
		return `Did not come in: ${failing.length > 0 ? `${asOf}, the person ${doesNotSatisfy(failing)}` : await whyNoEvent(tx, head, numbers, context)}.`;
	}
	if (head.startedAt === null) return 'Nobody was selected: the run was stopped before it started.';
	if (head.state === 'stopped' && (await wasStoppedBefore(tx, head.run, person, context.zone))) {
		return 'Not selected: the run was stopped before the person\'s own clocks showed its time.';
	}
	const when = await momentOfSelection(tx, head.run, head.startedAt, person, context.zone);
	if ('trouble' in failing) return `Was not selected ${when.words}. Why cannot be said any more: ${failing.trouble}`;
	if (failing.length > 0) return `Was not selected: ${asOf}, the person ${doesNotSatisfy(failing)}.`;
	const created = await tx.get<{ created_at: number }>('SELECT created_at FROM person WHERE person = $1', [person]);
	if (created && created.created_at > when.at) {
		const after = when.zone === undefined ? 'the run had started' : `the people of ${when.zone} had been selected`;
		return `Was not selected: the person is known only since ${timeWords(created.created_at, context.zone)}, after ${after}.`;
	}
	return (
		`Was not selected ${when.words}, but ${asOf} satisfies the rule ` +
		`"${explain(rule)}": ${when.zone === undefined ? 'the profile' : 'the profile, its time zone'} or its events have changed since, or arrived late.`
	);
}

/** Whether the run goes by zones and was stopped before the person's was selected. */
async function wasStoppedBefore(tx: Tx, run: number, person: number, accountZone: string): Promise<boolean> {
	const byZones = await tx.get('SELECT 1 AS some FROM run_zone WHERE run = $1 LIMIT 1', [run]);
	return byZones !== undefined && (await zoneIn(tx, run, person, accountZone, ZoneState.selected)) === undefined;
}

async function whyNoEvent(tx: Tx, head: RunHead, numbers: number[], context: QuestionContext): Promise<string> {
	return (await hadDoneItBefore(tx, head, numbers, context)) ?? 'no event or date that the campaign waits for brought the person in while it was live';
}

/** When the person would have been selected: with the run, or with those whose clocks show what theirs do. */
async function momentOfSelection(tx: Tx, run: number, startedAt: number, person: number, accountZone: string): Promise<{ at: number; words: string; zone?: string }> {
	const theirs = await zoneIn(tx, run, person, accountZone, ZoneState.selected);
	if (!theirs) return { at: startedAt, words: `when the run started at ${timeWords(startedAt, accountZone)}` };
	return { at: theirs.due_at, words: `with the people of ${theirs.zone} at ${timeWords(theirs.due_at, accountZone)}`, zone: theirs.zone };
}

/** The person's time zone, where the run goes by zones and this one is in the state given. */
async function zoneIn(tx: Tx, run: number, person: number, accountZone: string, state: ZoneState): Promise<{ zone: string; due_at: number } | undefined> {
	const row = await tx.get<{ timezone: string | null }>('SELECT timezone FROM person WHERE person = $1', [person]);
	return await tx.get(`SELECT zone, due_at FROM run_zone WHERE run = $1 AND zone = $2 AND state = $3`, [run, zoneOf(row?.timezone, accountZone), state]);
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
