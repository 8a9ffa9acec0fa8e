import type { WhoGetsIt } from '../campaigns/who-gets-it';
import { countConversions } from '../goals/conversions';
import { goalsOf } from '../goals/goal';
import { controlsOf, sendsOf, type Sends } from '../goals/sends';
import { HoldState } from '../holds/states';
import type { QuestionContext } from '../questions';
import type { Reason } from '../reasons';
import type { Tx } from '../store/database';
import { PLACE, Rank, traces } from './outcomes';
import { receiptsOfRun, type ReceiptFigures } from './receipts-of-run';
import { runHead, type RunHead } from './runs';
import { zonesOfReport, type RunZonesReport } from './run-zones';

/**
 * What became of a run, as of now. Every entry has one outcome, so that
 * `qualified = sent + unknown + waiting + (the sum of notSent) + unaccounted`.
 */
export interface RunReport extends RunHead {
	/** Entries that have left the first hold. */
	entered: number;
	/** Waiting to enter, on hold, or under way in an execution. */
	waiting: number;
	/** Entries that wait at a node at this moment; some of them may have been sent a message before. */
	heldNow: number;
	/** Entries that were sent at least one message. */
	sent: number;
	/** Entries of whose message nobody can tell whether it was delivered. */
	unknown: number;
	/** Entries that ended without a message, by reason. */
	notSent: Partial<Record<Reason, number>>;
	/** Those of notSent that were tried and failed. */
	failed: number;
	/** What providers have reported of its messages. */
	receipts: ReceiptFigures;
	/** Selected people of whom the store has no trace. Anything but 0 is a fault, shown rather than hidden. */
	unaccounted: number;
	/** People who converted, view-through. */
	conversions: number;
	conversionEvents: number;
	/** Sum over all conversion events; null when no goal of the campaign names a revenue property. */
	revenue: number | null;
	/** Conversions per person who was sent a message, 0 to 1; null without goals, or when nothing was sent. */
	conversionRate: number | null;
	/** Of a run that goes by people's time zones: how far it is. */
	zones?: RunZonesReport;
	/** People who were deliberately not sent to, and what they did all the same from when they qualified; null: nobody was. */
	control: ControlFigures | null;
	/** Most people the run may start with; null: any number. */
	safetyCheck: number | null;
}

export interface ControlFigures extends ConversionFigures {
	people: number;
}

interface OutcomeRow {
	rank: number;
	reason: Reason | null;
	failed: number;
	entries: number;
}

/** The report of one run; undefined when there is no such run. */
export async function runReport(tx: Tx, { run }: { run: number }, context: QuestionContext): Promise<RunReport | undefined> {
	const head = await runHead(tx, run);
	if (!head) return undefined;
	const outcomes = await outcomesOf(tx, run);
	const counts = await countsOf(tx, run);
	const inStore = counts.entered + counts.inBlocks;
	const traced = outcomes.reduce((total, row) => total + row.entries, 0);
	const notSent = reasonsOf(outcomes);
	// An entry made by an execution that died before anything else: nothing was sent, and nothing will be.
	if (counts.entered > traced) notSent.left_workflow = (notSent.left_workflow ?? 0) + counts.entered - traced;
	const qualified = Math.max(head.qualified, inStore);
	// Nobody set out: the safety check is everybody's reason.
	const refused = head.state === 'refused' ? qualified - inStore : 0;
	if (refused > 0) notSent.safety_check = refused;
	return {
		...head,
		qualified,
		entered: counts.entered,
		waiting: counts.inBlocks + entriesWith(outcomes, Rank.waiting),
		heldNow: counts.onHold,
		sent: entriesWith(outcomes, Rank.sent),
		unknown: entriesWith(outcomes, Rank.unknown),
		notSent,
		failed: outcomes.filter((row) => row.rank === Rank.notSent && row.failed === 1).reduce((total, row) => total + row.entries, 0),
		receipts: await receiptsOfRun(tx, run),
		unaccounted: qualified - inStore - refused,
		...(await conversionFigures(tx, head, await sendsOf(tx, run), context)),
		...(await zonesOfReport(tx, run)),
		control: await controlFigures(tx, head, context),
		safetyCheck: await safetyCheckOf(tx, run),
	};
}

async function outcomesOf(tx: Tx, run: number): Promise<OutcomeRow[]> {
	return await tx.all<OutcomeRow>(
		`SELECT rank, reason, failed, count(*) AS entries
		 FROM (SELECT rank, reason, failed, ${PLACE} AS place FROM (${traces('run = $1')}) AS traces) AS placed
		 WHERE place = 1 GROUP BY rank, reason, failed ORDER BY entries DESC, reason`,
		[run],
	);
}

async function countsOf(tx: Tx, run: number): Promise<{ entered: number; inBlocks: number; onHold: number }> {
	const row = await tx.get<{ entered: number; inBlocks: number; onHold: number }>(
		`SELECT (SELECT count(*) FROM entry WHERE run = $1) AS entered,
			(SELECT coalesce(sum(size), 0) FROM block WHERE run = $1) AS "inBlocks",
			(SELECT count(DISTINCT entry) FROM hold WHERE run = $1 AND state < ${HoldState.done} AND state = ${HoldState.waiting}) AS "onHold"`,
		[run],
	);
	return row as { entered: number; inBlocks: number; onHold: number };
}

function entriesWith(outcomes: OutcomeRow[], rank: number): number {
	return outcomes.filter((row) => row.rank === rank).reduce((total, row) => total + row.entries, 0);
}

function reasonsOf(outcomes: OutcomeRow[]): Partial<Record<Reason, number>> {
	const notSent: Partial<Record<Reason, number>> = {};
	for (const { rank, reason, entries } of outcomes) {
		if (rank === Rank.notSent && reason) notSent[reason] = (notSent[reason] ?? 0) + entries;
	}
	return notSent;
}

type ConversionFigures = Pick<RunReport, 'conversions' | 'conversionEvents' | 'revenue' | 'conversionRate'>;

async function conversionFigures(tx: Tx, head: RunHead, sends: Sends, context: QuestionContext): Promise<ConversionFigures> {
	const goals = await goalsOf(tx, head.workflowId, head.startedAt);
	if (goals.length === 0) return { conversions: 0, conversionEvents: 0, revenue: null, conversionRate: null };
	const { peopleSent, ...totals } = await countConversions(tx, sends, goals, context);
	return {
		...totals,
		revenue: goals.some(({ revenueProperty }) => revenueProperty !== undefined) ? totals.revenue : null,
		conversionRate: peopleSent > 0 ? totals.conversions / peopleSent : null,
	};
}

async function controlFigures(tx: Tx, head: RunHead, context: QuestionContext): Promise<ControlFigures | null> {
	const controls = await controlsOf(tx, head.run);
	if (controls.people.length === 0) return null;
	return { people: new Set(controls.people).size, ...(await conversionFigures(tx, head, controls, context)) };
}

async function safetyCheckOf(tx: Tx, run: number): Promise<number | null> {
	const row = await tx.get<{ who: string }>('SELECT who FROM run WHERE run = $1', [run]);
	return (row && (JSON.parse(row.who) as WhoGetsIt).safetyCheck) ?? null;
}
