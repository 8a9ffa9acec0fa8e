import type { CampaignDefinition } from '../campaigns/definition';
import type { QuestionContext } from '../questions';
import type { Tx } from '../store/database';
import { resolveReferences } from './references';
import type { Rule } from './rule';
import { sameValues } from './same-values';
import type { Scalar } from './values';

/** Somebody, and for which values of the constant event property the rule holds, newest first. */
export interface ConstantValues {
	person: number;
	values: Scalar[];
}

/** What the constant event property of a rule stands for, of these people; empty when the rule has none. */
export async function constantValues(
	tx: Tx,
	{ rule, people }: { rule: Rule; people: number[] },
	context: QuestionContext,
): Promise<ConstantValues[]> {
	const resolved = await resolveReferences(tx, rule);
	const found = people.length === 0 ? undefined : await sameValues(await context.columns.source(tx, { people }), resolved, people, context);
	return [...(found ?? [])].map(([person, values]) => ({ person, values }));
}

/** The same, of the segment that a run was started with. */
export async function constantValuesOfRun(tx: Tx, { run, people }: { run: number; people: number[] }, context: QuestionContext): Promise<ConstantValues[]> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM run WHERE run = $1', [run]);
	if (!row) return [];
	const { segment } = JSON.parse(row.definition) as Partial<CampaignDefinition>;
	return segment === undefined ? [] : await constantValues(tx, { rule: segment, people }, context);
}
