import type { QuestionContext } from '../questions';
import type { Tx } from '../store/database';
import { breakdownOf, type Breakdown } from './breakdown';
import { evaluate } from './evaluate';
import { reachOf, type Reach } from './reach';
import { resolveReferences } from './references';
import type { Rule } from './rule';
import { mayHoldSame, sameValues } from './same-values';
import { requireRule } from './validate';
import type { Scalar } from './values';

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

/** The values of a constant event property for one person, newest first. */
export interface ConstantValues {
	person: number;
	values: Scalar[];
}

/** Values per person. */
const MOST_VALUES = 5;

/** Characters of a value. What people view and buy has short names; longer texts would weigh down every item and hold. */
const VALUE_LENGTH = 512;

/**
 * The values for which the rule inside the first `same` of the rule holds, for each of these people who has some: at
 * most five, without texts of more than 512 characters. Empty when the rule, and what it refers to, has no `same`.
 * Rejects with `invalid_rule`, or `unknown_reference`.
 */
export async function constantValues(
	tx: Tx,
	{ rule, people }: { rule: Rule; people: ArrayLike<number> },
	context: QuestionContext,
): Promise<ConstantValues[]> {
	const plain = await resolved(tx, rule);
	if (!mayHoldSame(plain)) return [];
	const found = await sameValues(await context.columns.source(tx, { people }), plain, people, context, { most: Infinity });
	return [...(found ?? [])].flatMap(([person, all]) => {
		const values = all.filter((value) => typeof value !== 'string' || value.length <= VALUE_LENGTH).slice(0, MOST_VALUES);
		return values.length > 0 ? [{ person, values }] : [];
	});
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
