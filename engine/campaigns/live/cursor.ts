import type { Tx } from '../../store/database';

/** A place in the order in which events were committed: all up to it have been read. */
export interface Place {
	/** See Dialect.eventStamp. */
	stamp: number;
	/** Of events with one stamp. */
	id: number;
}

const EVENTS = 'events';

/** How far live campaigns have read events; undefined before the first was published. */
export async function readPlace(tx: Tx, lock = false): Promise<Place | undefined> {
	return await tx.get<Place>(`SELECT stamp, id FROM live_cursor WHERE name = $1 ${lock ? tx.dialect.forUpdate : ''}`, [EVENTS]);
}

/** Reads on from `from` to `to`, unless somebody else has done so. @returns whether it was done */
export async function movePlace(tx: Tx, from: Place, to: Place): Promise<boolean> {
	const moved = await tx.run('UPDATE live_cursor SET stamp = $4, id = $5 WHERE name = $1 AND stamp = $2 AND id = $3', [EVENTS, from.stamp, from.id, to.stamp, to.id]);
	return moved === 1;
}

/** The stamp below which every event has been committed, or never will be. */
export async function settledEvents(tx: Tx): Promise<number> {
	const row = await tx.get<{ settled: number }>(`SELECT ${tx.dialect.settled('event')} AS settled`);
	return (row as { settled: number }).settled;
}

/** Passes over everything there is now: nobody is interested in it. */
export async function skipToPresent(tx: Tx): Promise<void> {
	await tx.run(
		`INSERT INTO live_cursor (name, stamp, id) VALUES ($1, $2, ${Number.MAX_SAFE_INTEGER})
		 ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, id = excluded.id WHERE live_cursor.stamp < excluded.stamp`,
		[EVENTS, (await settledEvents(tx)) - 1],
	);
}

/** Up to which due time a run has selected people by their dates; undefined before the first selection. */
export async function readSelected(tx: Tx, run: number): Promise<number | undefined> {
	return (await tx.get<{ stamp: number }>(`SELECT stamp FROM live_cursor WHERE name = $1 ${tx.dialect.forUpdate}`, [`dates ${run}`]))?.stamp;
}

export async function writeSelected(tx: Tx, run: number, until: number): Promise<void> {
	await tx.run(
		`INSERT INTO live_cursor (name, stamp, id) VALUES ($1, $2, 0)
		 ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp WHERE live_cursor.stamp < excluded.stamp`,
		[`dates ${run}`, until],
	);
}
