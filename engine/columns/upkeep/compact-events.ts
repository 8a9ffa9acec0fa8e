import type { Tx } from '../../store/database';
import { fitting, sizeOf, type Bounds, type Selection } from '../bounded-rows';
import type { Catalog, UpkeepState } from '../catalog';
import { CHUNK_ROWS, decodeChunk, encodeRows, fillsChunk, joinChunks, splitRows, type ChunkInfo, type DecodedChunk, type EventRow } from '../event-chunk';
import { allColumnsOf } from '../stored-columns';
import { emptyChange, type Change } from './change';

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
	for (const part of parts) {
		if (part === rest && !fillsChunk(rest)) break;
		change.chunks.push(encodeRows(part, origin));
	}
	if (fillsChunk(rest)) return;
	const fresh = encodeRows(rest, origin);
	// Small chunks are put together as in a binary counter: each row is written again only a few times.
	const old = parts.length > 1 ? [] : await smallOnes(tx, catalog.chunks.get(origin.nameId) ?? [], rest.length);
	if (old.length === 0) {
		change.chunks.push(fresh);
		return;
	}
	const first = old.reduce((a, b) => (a.info.fromStamp <= b.info.fromStamp ? a : b)).info;
	const peopleStamp = Math.min(...old.map(({ info }) => info.peopleStamp));
	const added = decodeChunk({ ...fresh, chunk: 0, columns: fresh.columns.length }, fresh.columns);
	const joined = joinChunks([...old, added], { ...origin, fromStamp: first.fromStamp, peopleStamp });
	if (joined) change.chunks.push(joined);
	change.dropChunks.push(...old.map(({ info }) => info.chunk));
}

/** The last chunks of a name that are to be written anew together with `size` more rows. */
async function smallOnes(tx: Tx, chunks: readonly ChunkInfo[], size: number): Promise<DecodedChunk[]> {
	const taken: DecodedChunk[] = [];
	let total = size;
	for (const info of chunks.toReversed()) {
		if (info.size > total || total + info.size > CHUNK_ROWS) break;
		const columns = await allColumnsOf(tx, info.chunk);
		if (columns.reduce((sum, { data }) => sum + data.length, 0) > LARGE) break;
		taken.unshift(decodeChunk(info, columns));
		total += info.size;
	}
	return taken;
}

/** Events above those in chunks that no transaction still open can come between; and the stamp they reach to. */
async function settledRows(tx: Tx, { events, eventsSettled }: UpkeepState, least: number): Promise<{ rows: NewRow[]; to: number }> {
	const { eventStamp } = tx.dialect;
	const which = `WHERE ${eventStamp} >= $1 AND ${eventStamp} < $2 ORDER BY ${eventStamp === 'id' ? 'id' : 'stamp, id'}`;
	const select = async (upTo: number, limit: number) =>
		await tx.all<NewRow>(`SELECT id, ${eventStamp} AS stamp, person, name_id, ts, properties FROM event ${which} LIMIT $3`, [events, upTo, limit]);
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
