import { encodePeople } from '../holds/enter-block';
import { operation, type Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { keepSelection } from './keep-selection';
import { shuffle } from './shuffle';

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
			"SELECT run, definition, scheduled_at FROM run WHERE campaign_id = $1 AND state = 'scheduled' ORDER BY scheduled_at",
			[campaignId],
		);
		const runs = rows.map((row) => ({
			run: row.run,
			definition: JSON.parse(row.definition) as CampaignDefinition,
			scheduledAt: row.scheduled_at,
		}));
		const nextAt = runs.find((run) => run.scheduledAt > now)?.scheduledAt;
		if (await isPaused(tx, campaignId)) return { due: [], missed: [], nextAt };
		const isMissed = (run: DueRun) => now - run.scheduledAt > run.definition.maxLatenessMs;
		const missed = runs.filter(isMissed).map((run) => run.run);
		for (const run of missed) {
			await tx.run("UPDATE run SET state = 'missed', finished_at = $2 WHERE run = $1", [run, now]);
		}
		return {
			due: runs.filter((run) => run.scheduledAt <= now && !isMissed(run)),
			missed,
			nextAt,
		};
	},
);

async function isPaused(tx: Tx, campaignId: string): Promise<boolean> {
	const paused = await tx.get(
		`SELECT 1 AS paused FROM campaign c JOIN campaign p ON p.workflow_id = c.workflow_id
		 WHERE c.id = $1 AND p.paused_reason IS NOT NULL LIMIT 1`,
		[campaignId],
	);
	return paused !== undefined;
}

/**
 * Starts a scheduled run with the people selected for it: puts them on hold at the trigger `node`, due now, as blocks
 * in an order drawn from the run's seed. A run that has been started already, by whomever, is left alone.
 */
export const startRun = operation<{ run: number; node: number; people: Uint32Array }, { started: boolean }>(
	async (tx, { run, node, people }, { now }) => {
		const row = await tx.get<{ seed: number; definition: string }>(
			"UPDATE run SET state = 'running', started_at = $2, qualified = $3 WHERE run = $1 AND state = 'scheduled' RETURNING seed, definition",
			[run, now, people.length],
		);
		if (!row) return { started: false };
		const definition = JSON.parse(row.definition) as CampaignDefinition;
		await keepSelection(tx, run, definition);
		const { blockSize } = definition;
		const order = shuffle(people, row.seed);
		for (let seq = 0; seq * blockSize < order.length; seq++) {
			await insertBlock(tx, run, seq, node, now, order.subarray(seq * blockSize, (seq + 1) * blockSize));
		}
		return { started: true };
	},
);

async function insertBlock(tx: Tx, run: number, seq: number, node: number, dueAt: number, people: Uint32Array): Promise<void> {
	await tx.run('INSERT INTO block (run, seq, node, due_at, people, size) VALUES ($1, $2, $3, $4, $5, $6)', [
		run, seq, node, dueAt, encodePeople(people), people.length,
	]);
}
