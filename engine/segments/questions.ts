import type { QuestionContext } from '../questions';
import type { Tx } from '../store/database';
import { breakdownOf, type Breakdown } from './breakdown';
import { evaluate } from './evaluate';
import { reachOf, type Reach } from './reach';
import { resolveReferences } from './references';
import type { Rule } from './rule';
import { requireRule } from './validate';

/** Everybody in the segment: person numbers, ascending. Rejects with `invalid_rule`, or `unknown_reference`. */
export async function find(tx: Tx, { rule }: { rule: Rule }, context: QuestionContext): Promise<{ people: Uint32Array }> {
	return { people: await evaluate(await resolved(tx, rule), await context.columns.source(tx), context) };
}

/** Those of the given people who are in the segment: person numbers, ascending. Rejects with `invalid_rule`. */
export async function matching(
	tx: Tx,
	{ rule, people }: { rule: Rule; people: ArrayLike<number> },
	context: QuestionContext,
): Promise<{ people: Uint32Array }> {
	return { people: await evaluate(await resolved(tx, rule), await context.columns.source(tx, { people }), context) };
}

/** The rule checked, with what it names in its place. */
async function resolved(tx: Tx, rule: Rule): Promise<Rule> {
	return await resolveReferences(tx, requireRule(rule));
}

/** How many people the segment has, and how many of them each channel reaches. Rejects with `invalid_rule`. */
export async function reach(tx: Tx, { rule }: { rule: Rule }, context: QuestionContext): Promise<Reach> {
	const { people } = await find(tx, { rule }, context);
	return await reachOf(await context.columns.source(tx), people);
}

/** The people of a segment by a property. Rejects with `invalid_rule`. */
export async function breakdown(
	tx: Tx,
	{ rule, property, most }: { rule: Rule; property: string; most?: number },
	context: QuestionContext,
): Promise<Breakdown> {
	const { people } = await find(tx, { rule }, context);
	return await breakdownOf(await context.columns.source(tx), people, property, { most, zone: context.zone });
}
