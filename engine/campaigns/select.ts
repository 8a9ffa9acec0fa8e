import { encodePeople } from '../holds/enter-block';
import type { Reason } from '../reasons';
import { operation, type Tx } from '../store/database';
import { blocksOfRun } from './blocks-of-run';
import { isPaused } from './control/paused';
import type { CampaignDefinition } from './definition';
import { goesByZones } from './delivery-rules';
import { keepSelection } from './keep-selection';
import { followedByNext } from './next-run';
import type { WhoGetsIt } from './who-gets-it';

export interface DueRun {
	run: number;
	definition: CampaignDefinition;
	scheduledAt: number;
}

/**
 * The scheduled runs of a campaign whose time has come, and when the next one comes. Runs overdue beyond the maximum
 * lateness become `missed`. While the workflow is paused none is due or missed: that is for whoever publishes it again.
 */
export const dueRuns = operation<{ campaignId: string }, { due: DueRun[]; missed: number[]; nextAt?: number }>(
	async (tx, { campaignId }, { now }) => {
		const rows = await tx.all<{ run: number; definition: string; scheduled_at: number }>(
			"SELECT run, definition, scheduled_at FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND scheduled_at <= $2 ORDER BY scheduled_at, run",
			[campaignId, now],
		);
		const come = rows.length > 0 && (await isPaused(tx, campaignId)) ? [] : rows;
		const scheduled = come.map((row) => ({ run: row.run, definition: JSON.parse(row.definition) as CampaignDefinition, scheduledAt: row.scheduled_at }));
		// Those that go by zones are started zone by zone: see zones/.
		const runs = scheduled.filter(({ definition }) => !goesByZones(definition));
		const isMissed = (run: DueRun) => now - run.scheduledAt > run.definition.maxLatenessMs;
		const missed = await missRuns(tx, runs.filter(isMissed), now);
		const next = await tx.get<{ at: number | null }>(
			"SELECT min(scheduled_at) AS at FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND scheduled_at > $2",
			[campaignId, now],
		);
		return { due: runs.filter((run) => !isMissed(run)), missed, nextAt: next?.at ?? undefined };
	},
);

/** Returns those that have not started meanwhile. */
export async function missRuns(tx: Tx, runs: ReadonlyArray<Pick<DueRun, 'run'>>, now: number): Promise<number[]> {
	const missed: number[] = [];
	for (const { run } of runs) {
		const changed = await followedByNext(tx, run, now, async () =>
			await tx.run("UPDATE run SET state = 'missed', finished_at = $2 WHERE run = $1 AND state = 'scheduled'", [run, now]),
		);
		if (changed > 0) missed.push(run);
	}
	return missed;
}

export interface StartRunInput {
	run: number;
	/** Number of the Campaign Trigger's node. */
	node: number;
	people: Uint32Array;
	/** What they were selected by. */
	of?: SelectedBy;
}

/** A run as it was when people were selected for it: published anew since, it selects them anew. */
export type SelectedBy = Pick<DueRun, 'definition' | 'scheduledAt'>;

/** Needs the lock of `lockRuns`. */
export async function isAsItWas(tx: Tx, run: number, of: SelectedBy | undefined): Promise<boolean> {
	if (!of) return true;
	const row = await tx.get('SELECT 1 AS same FROM run WHERE run = $1 AND scheduled_at = $2 AND definition = $3', [run, of.scheduledAt, JSON.stringify(of.definition)]);
	return row !== undefined;
}

/**
 * Starts a scheduled run with the people selected for it: puts them on hold at the trigger `node`, due now, as blocks
 * in an order drawn from the run's seed. The next run of a recurring campaign is scheduled with it. A run that has been
 * started already, by whomever, or was published anew since its people were selected, is left alone; one with more people
 * than its safety check allows is refused.
 */
export const startRun = operation<StartRunInput, { started: boolean }>(
	async (tx, input, { now }) => await followedByNext(tx, input.run, now, async () => await start(tx, input, now)),
);

async function start(tx: Tx, { run, node, people, of }: StartRunInput, now: number): Promise<{ started: boolean }> {
	if (!(await isAsItWas(tx, run, of))) return { started: false };
	const row = await tx.get<{ seed: number; definition: string }>(
		"UPDATE run SET state = 'running', started_at = $2, qualified = $3 WHERE run = $1 AND state = 'scheduled' RETURNING seed, definition",
		[run, now, people.length],
	);
	if (!row) return { started: false };
	const definition = JSON.parse(row.definition) as CampaignDefinition;
	const { blockSize, who } = definition;
	if (who?.safetyCheck !== undefined && people.length > who.safetyCheck) {
		await tx.run("UPDATE run SET state = 'refused', started_at = NULL, finished_at = $2 WHERE run = $1", [run, now]);
		return { started: false };
	}
	await keepSelection(tx, run, definition);
	const blocks = blocksOfRun(people, { seed: row.seed, places: placesOfRun(who), blockSize });
	for (const [seq, block] of blocks.entries()) await insertBlock(tx, run, seq, node, now, block);
	return { started: true };
}

/** Places for people of a run alone: those of a day and in total are shared with others, who may take them meanwhile. */
function placesOfRun(who: WhoGetsIt | undefined): number {
	const { perRun, perDay, total } = who?.limits ?? {};
	return perDay === undefined && total === undefined ? (perRun ?? Infinity) : 0;
}

/** @param dropReason why whoever is in it ends at once, rather than be released */
export async function insertBlock(
	tx: Tx, run: number, seq: number, node: number, dueAt: number, people: Uint32Array, dropReason: Reason | null = null,
): Promise<void> {
	await tx.run('INSERT INTO block (run, seq, node, due_at, people, size, drop_reason) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
		run, seq, node, dueAt, encodePeople(people), people.length, dropReason,
	]);
}
