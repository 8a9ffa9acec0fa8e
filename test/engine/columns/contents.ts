import { eventMatchKey } from '../../../engine/people/event-names';
import type { ColumnSource } from '../../../engine/segments/columns';
import type { Tx } from '../../../engine/store/database';

export const NAMES = ['Viewed', 'Added to Cart', 'Charged'];
const PATHS = ['sku', 'a.b', 'amount'];
const EVERYTHING = { range: { from: 0, to: 1_000_000 }, from: -Infinity, to: Infinity, times: true, properties: PATHS };

export interface Contents {
	people: unknown[];
	events: Record<string, unknown[]>;
}

/** What the columns say, of everybody and everything. */
export async function contentsOf(source: ColumnSource): Promise<Contents> {
	const people = new Map<number, unknown>();
	for await (const batch of source.people({ range: EVERYTHING.range, properties: ['city', 'email', 'optedOut.sms'], bucketKeys: true })) {
		const read = ['city', 'email', 'optedOut.sms'].map((path) => batch.property(path));
		batch.people.forEach((person, row) => {
			const living = (((batch.living[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
			if (!living) return people.delete(person);
			return people.set(person, [person, batch.bucketKeys.get(row), ...read.map((column) => column.get(row) ?? null)]);
		});
	}
	const events: Contents['events'] = {};
	for (const name of NAMES) {
		const rows: unknown[] = [];
		for await (const batch of source.events({ ...EVERYTHING, name: eventMatchKey(name) })) {
			const read = PATHS.map((path) => batch.property(path));
			batch.person.forEach((person, row) => {
				const { base, offsets } = batch.time as NonNullable<typeof batch.time>;
				if (person !== 0) rows.push([person, base + (offsets[row] as number), ...read.map((column) => column.get(row) ?? null)]);
			});
		}
		events[name] = rows.map((row) => JSON.stringify(row)).sort();
	}
	return { people: [...people].sort(([a], [b]) => a - b).map(([, values]) => values), events };
}

/** The same of the rows. */
export async function rowsOf(tx: Tx): Promise<Contents> {
	const people = await tx.all<{ person: number; bucket_key: number; email: string | null; opted_out: string; properties: string }>(
		'SELECT person, bucket_key, email, opted_out, properties FROM person WHERE merged_into IS NULL AND erased_at IS NULL ORDER BY person',
	);
	const events: Contents['events'] = {};
	for (const name of NAMES) {
		const rows = await tx.all<{ person: number; ts: number; properties: string }>(
			'SELECT person, ts, properties FROM event JOIN event_name ON event_name.name_id = event.name_id WHERE match_key = $1',
			[eventMatchKey(name)],
		);
		events[name] = rows
			.map(({ person, ts, properties }) => {
				const { sku = null, amount = null, ...rest } = JSON.parse(properties) as Record<string, unknown>;
				const inner = rest['a.b'] ?? (rest.a as Record<string, unknown> | undefined)?.b ?? null;
				return JSON.stringify([person, ts, sku, inner, amount]);
			})
			.sort();
	}
	return {
		people: people.map(({ person, bucket_key, email, opted_out, properties }) => {
			const optedOut = (JSON.parse(opted_out) as Record<string, boolean>).sms === true;
			return [person, bucket_key, (JSON.parse(properties) as { city?: string }).city ?? null, email, optedOut];
		}),
		events,
	};
}
