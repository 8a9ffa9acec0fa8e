import type { Tx } from '../store/database';
import type { ChunkInfo } from './event-chunk';
import type { BlockInfo } from './people-block';

/** How far the columns reach, and how far rows are settled (see Dialect.settled). */
export interface UpkeepState {
	/** Changes whenever columns are written. */
	generation: number;
	/** Events with a lower stamp are in chunks. */
	events: number;
	/** Of people, every change with a lower stamp is in their block. */
	people: number;
	/** Merges and erasures with a lower stamp are in all chunks. */
	cleaned: number;
	eventsSettled: number;
	peopleSettled: number;
	/** What there must be: rows that are gone are a sign of damage. */
	chunks: number;
	blocks: number;
}

/** Which chunks and blocks there are. */
export interface Catalog {
	/** By the name of their events, in the order of arrival. */
	chunks: Map<number, ChunkInfo[]>;
	blocks: Map<number, BlockInfo>;
	/** Rows are missing: the columns must be made anew, and cannot be used. */
	isDamaged: boolean;
}

export async function readState(tx: Tx): Promise<UpkeepState> {
	const value = (name: string) => `(SELECT value FROM upkeep WHERE name = '${name}')`;
	const row = await tx.get<Record<keyof UpkeepState, number | null>>(
		`SELECT ${value('generation')} AS generation, ${value('events')} AS events, ${value('people')} AS people,
		        ${value('cleaned')} AS cleaned, ${value('chunks')} AS chunks, ${value('blocks')} AS blocks,
		        ${tx.dialect.settled('event')} AS "eventsSettled", ${tx.dialect.settled('person')} AS "peopleSettled"`,
	);
	const { generation, events, people, cleaned, eventsSettled, peopleSettled, chunks, blocks } = row as NonNullable<typeof row>;
	return {
		generation: generation ?? -1,
		events: events ?? 0,
		people: people ?? 0,
		cleaned: cleaned ?? 0,
		eventsSettled: eventsSettled ?? 0,
		peopleSettled: peopleSettled ?? 0,
		chunks: chunks ?? 0,
		blocks: blocks ?? 0,
	};
}

export async function readCatalog(tx: Tx, state: UpkeepState): Promise<Catalog> {
	const chunks = await tx.all<ChunkInfo>(
		`SELECT chunk, name_id AS "nameId", size, first_ts AS "firstTs", last_ts AS "lastTs", low_id AS "lowId", high_id AS "highId",
		        from_stamp AS "fromStamp", people_stamp AS "peopleStamp", columns
		 FROM chunk ORDER BY from_stamp, low_id`,
	);
	const blocks = await tx.all<BlockInfo>('SELECT block, version, made, columns FROM people_block ORDER BY block');
	return {
		chunks: Map.groupBy(chunks, ({ nameId }) => nameId),
		blocks: new Map(blocks.map((block) => [block.block, block])),
		// A store that was put back from a copy elsewhere may count its transactions anew.
		isDamaged:
			chunks.length !== state.chunks ||
			blocks.length !== state.blocks ||
			state.events > state.eventsSettled ||
			Math.max(state.people, state.cleaned) > state.peopleSettled,
	};
}
