import type { CampaignDefinition } from '../campaigns/definition';
import { goalsOfWorkflow } from '../goals/goal';
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
 * which count from a message, do not matter here: whoever has bought need not be asked to. A goal that was taken out of the
 * workflow counts for those who had qualified by then: the run of a live campaign may have started long before.
 */
export async function convertedEntries(tx: Tx, { entries }: { entries: number[] }, context: QuestionContext): Promise<number[]> {
	const converted: number[] = [];
	for (const members of Map.groupBy(await readEntries(tx, entries), ({ run }) => run).values()) {
		const goalsAt = await goalsOfWorkflow(tx, (members[0] as EntryRow).workflow_id);
		const goalsFor = ({ started_at: started, qualified_at: qualified }: EntryRow) => goalsAt(started === null ? null : Math.max(started, qualified));
		for (const alike of Map.groupBy(members, (member) => goalsFor(member).length).values()) {
			const waits = alike.map(({ person, qualified_at }) => ({ person, after: qualified_at, to: context.now }));
			const at = await firstEvents(tx, waits, goalsFor(alike[0] as EntryRow), context);
			converted.push(...alike.filter((_member, index) => at[index] !== null).map(({ entry }) => entry));
		}
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
