import type { Tx } from './database';

/** How long a process that stopped reporting counts as alive on PostgreSQL. */
export const ALIVE_MS = 30_000;

/** How often a process reports. */
export const BEAT_MS = 10_000;

/** SQL condition: the owner in `column` no longer works on this store at time `now`, so its leases and claims are void. */
export function ownerIsGone(column: string, now: string): string {
	return `NOT EXISTS (SELECT 1 FROM process AS p WHERE p.owner = ${column} AND p.alive_until > ${now})`;
}

/** Writes down that `owner` works on this store, until `aliveUntil` unless it reports again. */
export async function reportAlive(tx: Tx, owner: string, now: number, aliveUntil: number): Promise<void> {
	await tx.run(
		`INSERT INTO process (owner, started_at, alive_until) VALUES ($1, $2, $3)
		 ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until`,
		[owner, now, aliveUntil],
	);
}

/** The owners that have reported and not been forgotten. */
export async function reportedOwners(tx: Tx): Promise<string[]> {
	const rows = await tx.all<{ owner: string }>('SELECT owner FROM process');
	return rows.map((row) => row.owner);
}

/** Forgets a process: whatever it had claimed may be claimed again, whatever it was sending is unknown. */
export async function forget(tx: Tx, owner: string): Promise<void> {
	await tx.run('DELETE FROM process WHERE owner = $1', [owner]);
}
