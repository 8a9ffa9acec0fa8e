import { decodePeople } from '../holds/enter-block';
import { findPerson, type PersonName } from '../people/person';
import type { QuestionContext } from '../questions';
import type { Reason } from '../reasons';
import type { Tx } from '../store/database';
import { whyNotSelected } from './not-selected';
import { PLACE, traces } from './outcomes';
import { outcomeOf, outcomeWords, type Outcome } from './people-of-run';
import { requireRun, runsOf, type CampaignName, type RunHead } from './runs';
import { stepsOf, type StoryEntry, type StoryStep } from './story-steps';
import { reasonWords, timeWords } from './words';

/** What one run did for one person, and why. */
export interface RunStory extends Pick<RunHead, 'run' | 'campaignId' | 'campaignName' | 'runKey' | 'state'> {
	outcome: Outcome | 'not_selected';
	reason: Reason | null;
	/** In one sentence: why they did or did not get it. */
	summary: string;
	/** In the order of time. */
	steps: StoryStep[];
}

export interface PersonStory {
	/** False: nobody of that name is known; they never were, or have been erased. */
	known: boolean;
	/** User id; null for somebody unknown. */
	id: string | null;
	/** The latest run first. */
	runs: RunStory[];
}

/** One run, the runs of one campaign, or every run that touched the person. */
export type StoryInput = { name: PersonName; limit?: number } & ({ run: number } | CampaignName | { anyCampaign: true });

const RUNS = 20;

/**
 * One person's story in time order. Rejects with `run_unknown` for a run that does not exist.
 * @param input.limit at most so many runs, the latest; default 20
 */
export async function personStory(tx: Tx, input: StoryInput, context: QuestionContext): Promise<PersonStory> {
	const named = await findPerson(tx, input.name);
	const row =
		named === undefined
			? undefined
			: await tx.get<{ person: number; id: string }>(
					`SELECT p.person, p.external_id AS id FROM person q JOIN person p ON p.person = coalesce(q.merged_into, q.person)
					 WHERE q.person = $1 AND p.erased_at IS NULL`,
					[named],
				);
	if (!row) return { known: false, id: null, runs: [] };
	const numbers = await numbersOf(tx, row.person);
	const runs: RunStory[] = [];
	for (const head of await runsToTell(tx, input, numbers)) {
		runs.push(await tellRun(tx, head, numbers, context));
	}
	return { known: true, id: row.id, runs };
}

/** The person's own number and those of everybody merged into them. */
async function numbersOf(tx: Tx, person: number): Promise<number[]> {
	const merged = await tx.all<{ person: number }>('SELECT person FROM person WHERE merged_into = $1', [person]);
	return [person, ...merged.map((row) => row.person)];
}

async function runsToTell(tx: Tx, input: StoryInput, numbers: number[]): Promise<RunHead[]> {
	const { limit = RUNS } = input;
	if ('campaignId' in input) return await runsOf(tx, { campaignId: input.campaignId, limit });
	if ('workflowId' in input) return await runsOf(tx, { workflowId: input.workflowId, limit });
	if ('run' in input) return [await requireRun(tx, input.run)];
	const touched = await tx.all<{ run: number }>(
		`SELECT DISTINCT r.run FROM run r CROSS JOIN ${tx.dialect.rows('$1', { person: 'integer' })} AS numbers
		 JOIN entry e ON e.run = r.run AND e.person = numbers.person ORDER BY r.run DESC LIMIT $2`,
		[JSON.stringify(numbers.map((number) => [number])), limit],
	);
	const heads: RunHead[] = [];
	for (const { run } of touched) heads.push(await requireRun(tx, run));
	return heads;
}

async function tellRun(tx: Tx, head: RunHead, numbers: number[], context: QuestionContext): Promise<RunStory> {
	const { run, campaignId, campaignName, runKey, state } = head;
	const common = { run, campaignId, campaignName, runKey, state };
	const entries = await entriesIn(tx, run, numbers);
	if (entries.length > 0) {
		const steps = await stepsOf(tx, head, entries, context);
		return { ...common, ...(await outcomeIn(tx, entries)), steps };
	}
	const waiting = await waitsInBlock(tx, run, new Set(numbers));
	if (waiting) {
		const text = `Selected; waits at "${waiting.node}" until ${timeWords(waiting.dueAt, context.zone)}`;
		return { ...common, outcome: 'held', reason: null, summary: text, steps: [{ at: head.startedAt ?? head.scheduledAt, text }] };
	}
	const summary = await whyNotSelected(tx, head, numbers, context);
	return { ...common, outcome: 'not_selected', reason: null, summary, steps: [] };
}

async function entriesIn(tx: Tx, run: number, numbers: number[]): Promise<StoryEntry[]> {
	return await tx.all<StoryEntry>(
		`SELECT e.entry, e.person, e.entry_key, e.qualified_at, n.name AS event
		 FROM ${tx.dialect.rows('$2', { person: 'integer' })} AS numbers
		 JOIN entry e ON e.run = $1 AND e.person = numbers.person
		 LEFT JOIN event v ON v.id = e.event LEFT JOIN event_name n ON n.name_id = v.name_id
		 ORDER BY e.qualified_at, e.entry`,
		[run, JSON.stringify(numbers.map((number) => [number]))],
	);
}

/** Of several entries the most telling one; an entry that only says who was merged is the least. */
async function outcomeIn(tx: Tx, entries: StoryEntry[]): Promise<Pick<RunStory, 'outcome' | 'reason' | 'summary'>> {
	const detail = { detail: { message: 'detail', hold: 'NULL', drop: 'detail' } };
	const wanted = tx.dialect.rows('$1', { entry: 'integer' });
	const row = await tx.get<{ rank: number; reason: Reason | null; detail: string | null }>(
		`SELECT rank, reason, detail
		 FROM (SELECT traces.*, ${PLACE} AS place FROM (${traces(`entry IN (SELECT entry FROM ${wanted} AS wanted)`, detail)}) AS traces) AS placed
		 WHERE place = 1 ORDER BY rank DESC, CASE WHEN reason = 'merged_duplicate' THEN 1 ELSE 0 END, at DESC LIMIT 1`,
		[JSON.stringify(entries.map(({ entry }) => [entry]))],
	);
	const outcome = outcomeOf(row?.rank ?? null);
	const reason = row?.reason ?? (outcome === 'not_sent' ? 'left_workflow' : null);
	const summary = outcome === 'not_sent' ? `Not sent: ${reasonWords(reason, row?.detail ?? null)}` : outcomeWords(outcome, reason);
	return { outcome, reason, summary };
}

/** Blocks list people under the number they had when they were selected. */
async function waitsInBlock(tx: Tx, run: number, numbers: ReadonlySet<number>): Promise<{ node: string; dueAt: number } | undefined> {
	for (let after = -1; ; ) {
		const block = await tx.get<{ seq: number; due_at: number; people: Uint8Array; node: string }>(
			`SELECT b.seq, b.due_at, b.people, n.name AS node FROM block b JOIN node n ON n.node = b.node
			 WHERE b.run = $1 AND b.seq > $2 ORDER BY b.seq LIMIT 1`,
			[run, after],
		);
		if (!block) return undefined;
		if (decodePeople(block.people).some((person) => numbers.has(person))) return { node: block.node, dueAt: block.due_at };
		after = block.seq;
	}
}
