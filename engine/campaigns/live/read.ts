import { findEventNames } from '../../people/event-names';
import type { OperatorContext } from '../../segments/operators';
import { operation, type Tx } from '../../store/database';
import { compileAwaited, firstEvents, heldValues, type CompiledEvent } from './awaited';
import { liveCampaigns, type LiveCampaign } from './campaigns';
import { readPlace, settledEvents, type Place } from './cursor';
import { dateIn } from './on-date';

/** An event that a live campaign waits for. */
export interface Hit {
	event: number;
	person: number;
	ts: number;
	/** Values of the property that is held the same; without one, one empty value. */
	values: string[];
	/** The date of a campaign on a date. */
	date?: unknown;
}

export interface FoundEvents {
	campaign: LiveCampaign;
	/** Events that bring people in, if they are in the segment. In the order of their commit. */
	first: Hit[];
	/** Events that end somebody's wait; for people who come in only the first time, such events as bring nobody in. */
	second: Hit[];
}

export interface LivePage {
	from: Place;
	to: Place;
	/** Whether there are events beyond that can be read. */
	more: boolean;
	found: FoundEvents[];
}

export interface EventRow {
	id: number;
	stamp: number;
	person: number;
	name_id: number;
	ts: number;
	received_at: number;
	historical: number;
	properties: string;
}

/** Events that one step reads. */
const PAGE = 2_000;

/**
 * Reads the next events and finds those that live campaigns wait for. Never past one that is not committed: what is read
 * is below `settled`, asked for first, so that campaigns published since are only too many.
 * @param input.zone the account's zone
 */
export const readLive = operation<{ zone: string; limit?: number }, LivePage | undefined>(async (tx, { zone, limit = PAGE }, { now }) => {
	const from = await readPlace(tx);
	if (!from) return undefined;
	const settled = await settledEvents(tx);
	const { eventStamp } = tx.dialect;
	const rows = await tx.all<EventRow>(
		`SELECT id, ${eventStamp} AS stamp, person, name_id, ts, received_at, historical, properties FROM event
		 WHERE ${eventStamp} >= $1 AND ${eventStamp} < $3 AND (${eventStamp} > $1 OR id > $2)
		 ORDER BY ${eventStamp}, id LIMIT $4`,
		[from.stamp, from.id, settled, limit],
	);
	const last = rows.at(-1);
	if (!last) return undefined;
	const found = await findHits(tx, await liveCampaigns(tx), rows, { now, zone });
	return { from, to: { stamp: last.stamp, id: last.id }, more: rows.length === limit, found };
}, 'events');

interface Awaiting {
	found: FoundEvents;
	first: CompiledEvent[];
	second: CompiledEvent[];
}

async function findHits(tx: Tx, campaigns: LiveCampaign[], rows: EventRow[], context: OperatorContext): Promise<FoundEvents[]> {
	const all = campaigns.map((campaign): Awaiting => {
		const { live } = campaign;
		const compile = (event: Parameters<typeof compileAwaited>[0]) => compileAwaited(event, context);
		return { found: { campaign, first: [], second: [] }, first: firstEvents(live).map(compile), second: live.kind === 'inaction' ? [compile(live.second)] : [] };
	});
	const names = await findEventNames(tx, [...new Set(all.flatMap(({ first, second }) => [...first, ...second].map(({ key }) => key)))]);
	const keys = new Map([...names].map(([key, id]) => [id, key]));
	for (const row of rows) {
		const key = keys.get(row.name_id);
		if (key === undefined || row.person === 0) continue;
		let properties: Record<string, unknown> | undefined;
		const matches = (events: CompiledEvent[]) =>
			events.some((event) => event.key === key && event.test((properties ??= JSON.parse(row.properties) as Record<string, unknown>)));
		for (const { found, first, second } of all) {
			const isAdmitted = admits(found.campaign, row);
			if ((isAdmitted || isFirstTimeOnly(found.campaign)) && matches(first)) {
				found[isAdmitted ? 'first' : 'second'].push(hitOf(found.campaign, row, properties as Record<string, unknown>, 'first'));
			}
			if (matches(second)) found.second.push(hitOf(found.campaign, row, properties as Record<string, unknown>, 'second'));
		}
	}
	return all.map(({ found }) => found).filter(({ first, second }) => first.length > 0 || second.length > 0);
}

function isFirstTimeOnly({ live }: LiveCampaign): boolean {
	return live.kind === 'action' && live.firstTimeOnly;
}

/** Whether an event is one that may bring somebody in, whatever it is. */
export function admits({ live, liveSince, unpublishedAt }: LiveCampaign, { ts, received_at: receivedAt, historical }: Pick<EventRow, 'ts' | 'received_at' | 'historical'>): boolean {
	if (historical === 1 || receivedAt - ts > live.maxEventAgeMs) return false;
	if (ts < liveSince || receivedAt < liveSince || receivedAt >= unpublishedAt) return false;
	return ts >= (live.from ?? -Infinity) && ts <= (live.to ?? Infinity);
}

export function hitOf({ live }: LiveCampaign, { id, person, ts }: EventRow, properties: Record<string, unknown>, role: 'first' | 'second'): Hit {
	const held = live.kind === 'inaction' ? live.same?.[role] : undefined;
	const values = heldValues(held, properties);
	return { event: id, person, ts, values, ...(live.kind === 'on_date' && { date: dateIn(live.property, properties) }) };
}
