import type { Tx } from '../../store/database';
import { fitting, sizeOf, type Bounds } from '../bounded-rows';
import type { Catalog, UpkeepState } from '../catalog';
import type { EncodedColumn } from '../column-builder';
import { decodeChunk, encodeRows, fillsChunk, joinChunks, splitRows, type ChunkInfo, type DecodedChunk, type EncodedChunk, type EventRow } from '../event-chunk';
import { allColumnsOf, bytesOfChunks } from '../stored-columns';
import { emptyChange, type Change } from './change';
import { chunksToJoin, groupsByBytes } from './small-chunks';

/** Events outside of chunks from which on it is worth making some, or bytes of them. */
const WORTHWHILE = 16_384;
const WORTHWHILE_BYTES = 16 * 1024 * 1024;

/** Events taken at a time. */
const BATCH: Bounds = { rows: 32_768, bytes: 32 * 1024 * 1024 };

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
	const isAlone = parts.length > 1 || fillsChunk(rest) || !(await joinSmallOnes(tx, catalog.chunks.get(origin.nameId) ?? [], fresh, change));
	if (isAlone) change.chunks.push(fresh);
}

/** Puts the last chunks of a name together where it is time for that. @returns whether with what is `fresh` */
async function joinSmallOnes(tx: Tx, chunks: readonly ChunkInfo[], fresh: EncodedChunk, change: Change): Promise<boolean> {
	const { last, withFresh } = chunksToJoin(chunks.map((info) => info.size), fresh.size);
	if (last === 0) return false;
	const infos = chunks.slice(-last);
	const bytes = [...(await bytesOfChunks(tx, infos)), ...(withFresh ? [bytesOf(fresh.columns)] : [])];
	let isFreshJoined = false;
	for (const { start, count } of groupsByBytes(bytes)) {
		const group = infos.slice(start, start + count);
		const old: DecodedChunk[] = [];
		for (const info of group) old.push(decodeChunk(info, await allColumnsOf(tx, info.chunk)));
		const isFreshIn = start + count > infos.length;
		const added = isFreshIn ? [decodeChunk({ ...fresh, chunk: 0, columns: fresh.columns.length }, fresh.columns)] : [];
		isFreshJoined ||= isFreshIn;
		const [{ nameId, fromStamp }] = group as [ChunkInfo];
		const joined = joinChunks([...old, ...added], { nameId, fromStamp, peopleStamp: Math.min(...group.map(({ peopleStamp }) => peopleStamp)) });
		if (joined) change.chunks.push(joined);
		change.dropChunks.push(...group.map(({ chunk }) => chunk));
	}
	return isFreshJoined;
}

function bytesOf(columns: readonly EncodedColumn[]): number {
	return columns.reduce((sum, { data }) => sum + data.length, 0);
}

/** Events above those in chunks that no transaction still open can come between; and the stamp they reach to. */
async function settledRows(tx: Tx, { events, eventsSettled }: UpkeepState, least: number): Promise<{ rows: NewRow[]; to: number }> {
	const { eventStamp } = tx.dialect;
	const within = `WHERE ${eventStamp} >= $1 AND ${eventStamp} < $2`;
	const waiting = await sizeOf(tx, { table: 'event', which: within, params: [events, eventsSettled] }, BATCH.rows + 1);
	if (waiting.rows < least && waiting.bytes < WORTHWHILE_BYTES) return { rows: [], to: eventsSettled };
	const select = async (which: string, params: number[]): Promise<NewRow[]> => {
		const rows = await tx.bulk<[number, number, number, number, number, string]>(
			{ id: 'integer', stamp: 'integer', person: 'integer', name_id: 'integer', ts: 'integer', properties: 'text' },
			`SELECT id, ${eventStamp} AS stamp, person, name_id, ts, properties FROM event ${which}`,
			params,
		);
		return rows.map((row) => ({ id: row[0], stamp: row[1], person: row[2], name_id: row[3], ts: row[4], properties: row[5] }));
	};
	// All of them, as it mostly is, need not be put in order: that costs a server as much as all else.
	if (waiting.rows <= BATCH.rows && waiting.bytes <= BATCH.bytes) return { rows: await select(within, [events, eventsSettled]), to: eventsSettled };
	const ordered = `${within} ORDER BY ${eventStamp === 'id' ? 'id' : 'stamp, id'}`;
	const { limit, more } = await fitting(tx, { table: 'event', which: ordered, params: [events, eventsSettled] }, BATCH);
	const rows = await select(`${ordered} LIMIT $3`, [events, eventsSettled, limit]);
	if (!more) return { rows, to: eventsSettled };
	// The last stamp may have been cut in two: it comes next time, or as a whole when there is no other.
	const last = (rows[rows.length - 1] as NewRow).stamp;
	const before = rows.filter((row) => row.stamp < last);
	if (before.length > 0) return { rows: before, to: last };
	return { rows: await select(within, [events, last + 1]), to: last + 1 };
}
