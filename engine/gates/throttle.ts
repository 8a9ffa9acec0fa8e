import { HoldState } from '../holds/states';
import { operation, type Tx } from '../store/database';

export interface ThrottleInput {
	node: number;
	run: number;
	/** When the run started: windows are counted from here. */
	runStartedAt: number;
	/** People let through per window. */
	limit: number;
	/** Length of a window, ms. */
	intervalMs: number;
	/** People pass at even distances within a window rather than all at its start. */
	spread?: boolean;
	/** Entries in the order in which they are to pass. A released one says when it was due: at the window it held a place in, unless its execution failed. */
	entries: Array<{ entry: number; placeIn?: number }>;
}

/**
 * Gives every entry a place in the first window with room, beginning with the current one, and returns when that is
 * (epoch ms): the window's start, or a moment of its own within it; at or before now means pass. Places are counted in the transaction that gives them, so
 * that a window never lets more than `limit` through, however many processes ask. A place given for a window that has
 * passed meanwhile is given again; so are those beyond the limit of a window, of which more were given under another.
 */
export const takePlaces = operation<ThrottleInput, number[]>(async (tx, input, { now }) => {
	const { node, run, runStartedAt, limit, intervalMs, spread = false, entries } = input;
	const step = spread ? Math.floor(intervalMs / limit) : 0;
	const current = runStartedAt + Math.max(0, Math.floor((now - runStartedAt) / intervalMs)) * intervalMs;
	await tx.lock(`throttle ${run} ${node}`);
	const used = await usedPlaces(tx, run, node, current);
	const taken = new Map<number, number>();
	// Places whose moment has gone by unused are lost: who comes late must not make everybody else come at once.
	const nextPlace = (start: number) => Math.max((used.get(start) ?? 0) + (taken.get(start) ?? 0), step > 0 ? Math.floor((now - start) / step) : 0);
	let window = current;
	const moved: Array<[entry: number, place: number]> = [];
	const places = entries.map(({ entry, placeIn }) => {
		const isGiven = placeIn !== undefined && placeIn >= current && isPlace(placeIn - runStartedAt, intervalMs, step, limit);
		const isBeyond = isGiven && step === 0 && (used.get(placeIn) ?? 0) + (taken.get(placeIn) ?? 0) > limit;
		if (isGiven && !isBeyond) return placeIn;
		if (isBeyond) taken.set(placeIn, (taken.get(placeIn) ?? 0) - 1);
		while (nextPlace(window) >= limit) window += intervalMs;
		const place = nextPlace(window);
		taken.set(window, place + 1 - (used.get(window) ?? 0));
		if (isBeyond) moved.push([entry, window + place * step]);
		return window + place * step;
	});
	await addPlaces(tx, run, node, taken);
	await movePlaces(tx, node, moved);
	return places;
});

/** Whether places are given at this time of the run; where not, it is when an execution that failed is tried again. */
function isPlace(time: number, intervalMs: number, step: number, limit: number): boolean {
	const inWindow = time % intervalMs;
	return inWindow === 0 || (step > 0 && inWindow % step === 0 && inWindow / step < limit);
}

async function usedPlaces(tx: Tx, run: number, node: number, from: number): Promise<Map<number, number>> {
	const rows = await tx.all<{ window_start: number; used: number }>(
		'SELECT window_start, used FROM throttle_window WHERE run = $1 AND node = $2 AND window_start >= $3',
		[run, node, from],
	);
	return new Map(rows.map((row) => [row.window_start, row.used]));
}

async function addPlaces(tx: Tx, run: number, node: number, taken: Map<number, number>): Promise<void> {
	if (taken.size === 0) return;
	await tx.run(
		`INSERT INTO throttle_window (run, node, window_start, used)
		 SELECT $2, $3, a.window_start, a.used
		 FROM ${tx.dialect.rows('$1', { window_start: 'integer', used: 'integer' })} AS a WHERE true
		 ON CONFLICT (run, node, window_start) DO UPDATE SET used = throttle_window.used + excluded.used`,
		[JSON.stringify([...taken]), run, node],
	);
}

/** With the places that were given back: whoever comes out once more, as their process was lost, must not give back another. */
async function movePlaces(tx: Tx, node: number, moved: ReadonlyArray<[entry: number, place: number]>): Promise<void> {
	if (moved.length === 0) return;
	await tx.run(
		`UPDATE hold SET due_at = m.place FROM ${tx.dialect.rows('$1', { entry: 'integer', place: 'integer' })} AS m
		 WHERE hold.entry = m.entry AND hold.node = $2 AND hold.state = ${HoldState.claimed}`,
		[JSON.stringify(moved), node],
	);
}
