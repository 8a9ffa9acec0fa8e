import type { Tx } from '../../store/database';
import { fitting, sizeOf, type Bounds, type Selection } from '../bounded-rows';
import type { Catalog, UpkeepState } from '../catalog';
import { decodeChunk, encodeRows, fillsChunk, joinChunks, splitRows, type ChunkInfo, type DecodedChunk, type EventRow } from '../event-chunk';
import { allColumnsOf } from '../stored-columns';
import { emptyChange, type Change } from './change';
import { chunksToJoin } from './small-chunks';

/** Events outside of chunks from which on it is worth making some, or bytes of them. */
const WORTHWHILE = 16_384;
const WORTHWHILE_BYTES = 16 * 1024 * 1024;

/** Events taken at a time. */
const BATCH: Bounds = { rows: 32_768, bytes: 32 * 1024 * 1024 };

/** Bytes of a chunk above which it is not put together with others. */
const LARGE = 8 * 1024 * 1024;

interface NewRow extends EventRow {
	stamp: number;
	name_id: number;
}

/** Takes the oldest events that are in no chunk into chunks; undefined while there are few. `all`: however few there are. */
export async function compactEvents(tx: Tx, state: UpkeepState, catalog: Catalog, all: boolean): Promise<Change | undefined> {
	const { rows, to } = await settledRows(tx, state, all ? 1 : WORTHWHILE);
	if (rows.length === 0) return undefined;
	const change: Change = { ...emptyChange(state.generation), events: to };
	for (const [nameId, events] of Map.groupBy(rows, (row) => row.name_id)) {
		// What an erased person's last event has left behind; see people/erase.
		if (nameId === 0) continue;
		await takeIn(tx, events.sort((a, b) => a.id - b.id), { nameId, fromStamp: state.events, peopleStamp: state.peopleSettled }, catalog, change);
	}
	return change;
}

type Origin = Pick<ChunkInfo, 'nameId' | 'fromStamp' | 'peopleStamp'>;

async function takeIn(tx: Tx, events: NewRow[], origin: Origin, catalog: Catalog, change: Change): Promise<void> {
	const parts = splitRows(events);
	const rest = parts[parts.length - 1] as EventRow[];
	change.chunks.push(...parts.slice(0, -1).map((part) => encodeRows(part, origin)));
	const fresh = encodeRows(rest, origin);
	const { old, withFresh } = parts.length > 1 || fillsChunk(rest) ? { old: [], withFresh: false } : await smallOnes(tx, catalog.chunks.get(origin.nameId) ?? [], rest.length);
	const added = withFresh && old.length > 0 ? [decodeChunk({ ...fresh, chunk: 0, columns: fresh.columns.length }, fresh.columns)] : [];
	const first = old[0]?.info;
	const joined = first && joinChunks([...old, ...added], { ...origin, fromStamp: first.fromStamp, peopleStamp: Math.min(...old.map(({ info }) => info.peopleStamp)) });
	if (joined) change.chunks.push(joined);
	if (added.length === 0) change.chunks.push(fresh);
	change.dropChunks.push(...old.map(({ info }) => info.chunk));
}

/** The last chunks of a name that are to be put together, and whether with the `size` events that come after them. */
async function smallOnes(tx: Tx, chunks: readonly ChunkInfo[], size: number): Promise<{ old: DecodedChunk[]; withFresh: boolean }> {
	const { last, withFresh } = chunksToJoin(chunks.map((info) => info.size), size);
	const old: DecodedChunk[] = [];
	let bytes = 0;
	for (const info of last > 0 ? chunks.slice(-last) : []) {
		const columns = await allColumnsOf(tx, info.chunk);
		bytes += columns.reduce((sum, { data }) => sum + data.length, 0);
		if (bytes > LARGE) return { old: [], withFresh: false };
		old.push(decodeChunk(info, columns));
	}
	return { old, withFresh };
}

/** Events above those in chunks that no transaction still open can come between; and the stamp they reach to. */
async function settledRows(tx: Tx, { events, eventsSettled }: UpkeepState, least: number): Promise<{ rows: NewRow[]; to: number }> {
	const { eventStamp } = tx.dialect;
	const which = `WHERE ${eventStamp} >= $1 AND ${eventStamp} < $2 ORDER BY ${eventStamp === 'id' ? 'id' : 'stamp, id'}`;
	const select = async (upTo: number, limit: number): Promise<NewRow[]> => {
		const rows = await tx.lists<[number, number, number, number, number, string]>(
			`SELECT id, ${eventStamp}, person, name_id, ts, properties FROM event ${which} LIMIT $3`,
			[events, upTo, limit],
		);
		return rows.map((row) => ({ id: row[0], stamp: row[1], person: row[2], name_id: row[3], ts: row[4], properties: row[5] }));
	};
	const settled: Selection = { table: 'event', which, params: [events, eventsSettled] };
	const waiting = await sizeOf(tx, settled, least);
	if (waiting.rows < least && waiting.bytes < WORTHWHILE_BYTES) return { rows: [], to: eventsSettled };
	const { limit, more } = await fitting(tx, settled, BATCH);
	const rows = await select(eventsSettled, limit);
	if (!more) return { rows, to: eventsSettled };
	// The last stamp may have been cut in two: it comes next time, or as a whole when there is no other.
	const last = (rows[rows.length - 1] as NewRow).stamp;
	const before = rows.filter((row) => row.stamp < last);
	if (before.length > 0) return { rows: before, to: last };
	return { rows: await select(last + 1, Number.MAX_SAFE_INTEGER), to: last + 1 };
}
