import type { CampaignDefinition } from '../campaigns/definition';
import { goalsOf } from '../goals/goal';
import type { QuestionContext } from '../questions';
import { isRuleError } from '../segments/rule-errors';
import { matching } from '../segments/questions';
import type { Tx } from '../store/database';
import { firstEvents } from './event-waits';

interface EntryRow {
	entry: number;
	person: number;
	run: number;
	qualified_at: number;
	workflow_id: string;
	started_at: number | null;
	definition: string;
}

/**
 * Of these entries, those whose person did what a goal of the workflow wants after they qualified. Conversion times,
 * which count from a message, do not matter here: whoever has bought need not be asked to.
 */
export async function convertedEntries(tx: Tx, { entries }: { entries: number[] }, context: QuestionContext): Promise<number[]> {
	const converted: number[] = [];
	for (const members of Map.groupBy(await readEntries(tx, entries), ({ run }) => run).values()) {
		const [{ workflow_id, started_at }] = members as [EntryRow, ...EntryRow[]];
		const goals = await goalsOf(tx, workflow_id, started_at);
		const waits = members.map(({ person, qualified_at }) => ({ person, after: qualified_at, to: context.now }));
		const at = await firstEvents(tx, waits, goals, context);
		converted.push(...members.filter((_member, index) => at[index] !== null).map(({ entry }) => entry));
	}
	return converted;
}

/**
 * Of these entries, those whose person is not in the segment of their run any more. Where a segment cannot be asked about
 * (what it names was deleted) nobody is known to have left it.
 */
export async function entriesOutsideSegment(tx: Tx, { entries }: { entries: number[] }, context: QuestionContext): Promise<number[]> {
	const outside: number[] = [];
	for (const members of Map.groupBy(await readEntries(tx, entries), ({ run }) => run).values()) {
		const definition = JSON.parse((members[0] as EntryRow).definition) as Partial<CampaignDefinition>;
		const rule = definition.selectedBy ?? definition.segment;
		if (!rule) continue;
		try {
			const inside = new Set((await matching(tx, { rule, people: members.map(({ person }) => person) }, context)).people);
			outside.push(...members.filter(({ person }) => !inside.has(person)).map(({ entry }) => entry));
		} catch (error) {
			if (!isRuleError(error)) throw error;
		}
	}
	return outside;
}

async function readEntries(tx: Tx, entries: number[]): Promise<EntryRow[]> {
	return await tx.all<EntryRow>(
		`SELECT e.entry, coalesce(p.merged_into, p.person) AS person, e.run, e.qualified_at, c.workflow_id, r.started_at, r.definition
		 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS asked JOIN entry e ON e.entry = asked.entry
		 JOIN person p ON p.person = e.person JOIN run r ON r.run = e.run JOIN campaign c ON c.id = r.campaign_id`,
		[JSON.stringify(entries.map((entry) => [entry]))],
	);
}
