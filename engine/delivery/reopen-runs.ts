import type { Tx } from '../store/database';

/** Runs in which somebody waits again go on: one that was finished is to be finished, and announced, anew. */
export async function reopenRuns(tx: Tx, runs: readonly number[]): Promise<void> {
	await tx.run(
		`UPDATE run SET state = 'running', finished_at = NULL, announced_at = NULL
		 WHERE state = 'finished' AND run IN (SELECT a.run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS a)`,
		[JSON.stringify([...new Set(runs)].map((run) => [run]))],
	);
}
