import type { Param, Tx } from '../store/database';

/** When a run sent to whom: parallel columns, ordered by person. Twelve bytes per message. */
export interface Sends {
	people: Uint32Array;
	/** Epoch milliseconds. */
	at: Float64Array;
}

interface SentRow {
	message: number;
	person: number;
	at: number;
}

const PAGE = 50_000;

/**
 * The messages of a run that were sent to people the store knows. What was handed to another system (channel `export`) reached
 * nobody, and is no send beside messages; a run that has nothing else is all about it, and people convert from there.
 * @param person only those to this person
 */
export async function sendsOf(tx: Tx, run: number, person?: number): Promise<Sends> {
	const counted = (await hasMessages(tx, run)) ? " AND channel <> 'export'" : '';
	return await readSends(
		tx,
		`SELECT message, person, coalesce(sent_at, settled_at) AS at FROM message
		 WHERE run = $1 AND state = 'sent' AND message > $2 AND person > 0${counted}${person === undefined ? '' : ' AND person = $4'}
		 ORDER BY message LIMIT $3`,
		run,
		person === undefined ? [] : [person],
	);
}

/** Also those that failed, or were kept back: whoever got an export alone was not reached. */
async function hasMessages(tx: Tx, run: number): Promise<boolean> {
	return (await tx.get("SELECT 1 FROM message WHERE run = $1 AND channel <> 'export' LIMIT 1", [run])) !== undefined;
}

/** The people of a run's control groups, each from when they were due: what they would have been sent counts from there. */
export async function controlsOf(tx: Tx, run: number): Promise<Sends> {
	return await readSends(
		tx,
		`SELECT m.message, coalesce(p.merged_into, p.person) AS person, coalesce(e.set_out_at, e.qualified_at) AS at
		 FROM message m JOIN entry e ON e.entry = m.entry JOIN person p ON p.person = m.person
		 WHERE m.run = $1 AND m.state = 'not_sent' AND m.reason IN ('control_group', 'system_control_group') AND m.message > $2 AND p.erased_at IS NULL
		 ORDER BY m.message LIMIT $3`,
		run,
	);
}

async function readSends(tx: Tx, page: string, run: number, more: Param[] = []): Promise<Sends> {
	const people = new Numbers(Uint32Array);
	const at = new Numbers(Float64Array);
	for (let after = 0; ; ) {
		const rows = await tx.all<SentRow>(page, [run, after, PAGE, ...more]);
		for (const row of rows) {
			people.push(row.person);
			at.push(row.at);
		}
		if (rows.length < PAGE) return byPerson(people.values(), at.values());
		after = (rows[rows.length - 1] as SentRow).message;
	}
}

function byPerson(people: Uint32Array, at: Float64Array): Sends {
	const order = Uint32Array.from(people, (_person, index) => index).sort((a, b) => (people[a] as number) - (people[b] as number));
	return {
		people: Uint32Array.from(order, (index) => people[index] as number),
		at: Float64Array.from(order, (index) => at[index] as number),
	};
}

/** A typed array that grows. */
class Numbers<Columns extends Uint32Array | Float64Array> {
	private column: Columns;

	private length = 0;

	constructor(private readonly make: new (size: number) => Columns) {
		this.column = new make(1024);
	}

	push(value: number): void {
		if (this.length === this.column.length) {
			const larger = new this.make(this.length * 2);
			larger.set(this.column);
			this.column = larger;
		}
		this.column[this.length++] = value;
	}

	values(): Columns {
		return this.column.subarray(0, this.length) as Columns;
	}
}
