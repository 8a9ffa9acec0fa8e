import type { EncodedChunk } from '../event-chunk';
import type { EncodedBlock } from '../people-block';

/** What upkeep has made, ready to be written in one short transaction: plain data, for it crosses threads. */
export interface Change {
	/** The columns it was made from. If they have changed since, it is void. */
	generation: number;
	/** Chunks that end, and those that take their place or are new. */
	dropChunks: number[];
	chunks: EncodedChunk[];
	/** Written over what there is of them. */
	blocks: EncodedBlock[];
	/** How far columns reach from now on, see UpkeepState. Absent: as before. */
	events?: number;
	people?: number;
	cleaned?: number;
	/** Drop everything first: it is made anew from the rows. */
	reset?: boolean;
}

/** Bytes of columns that are enough for one change: it is held in memory, and written in one transaction. */
const ENOUGH = 32 * 1024 * 1024;

/** Whether a change should take in nothing more. */
export function isEnough({ chunks, blocks }: Change): boolean {
	const columns = [...chunks, ...blocks].flatMap((made) => made.columns);
	return columns.reduce((sum, { data }) => sum + data.length, 0) >= ENOUGH;
}

export function emptyChange(generation: number): Change {
	return { generation, dropChunks: [], chunks: [], blocks: [] };
}
