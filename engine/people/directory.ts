import { createHash } from 'node:crypto';

import type { Param, Tx } from '../store/database';
import type { CleanRecord } from './clean';
import { isEverybodyKnown, KINDS, type IdentityKind, type Ids, type People } from './look-up';
import { PersonState, type PersonRow } from './state';

/** Somebody, perhaps about to get a number, perhaps about to become somebody else. */
export interface Somebody {
	/** Undefined until a new person is numbered. */
	person?: number;
	/** Has a user id; somebody without one is a device or an address nobody has claimed yet. */
	known: boolean;
	/** Loaded for those whose content may change. */
	state?: PersonState;
	survivor?: Somebody;
}

/** Who is who, during one ingestion: what the store knew of the ids in it, and what the records add to that. */
export class Directory {
	private readonly byId: Record<IdentityKind, Map<string, Somebody>> = { user: new Map(), anonymous: new Map(), email: new Map() };

	private readonly byNumber = new Map<number, Somebody>();

	/** Ids to be written. */
	readonly bound = new Map<string, { kind: IdentityKind; value: string; who: Somebody }>();

	readonly created: Somebody[] = [];

	/** People of the store who became somebody else. */
	readonly merged: Somebody[] = [];

	/** Whether an id that was somebody's has become somebody else's. */
	isAnyRebound = false;

	private constructor(
		private readonly now: number,
		private readonly firstEvent: number,
	) {}

	/**
	 * Everybody an input names, with a fixed number of statements. Call it under the lock `people`.
	 * @param ids the ids in the records; `people`: whose they are
	 */
	static async load(tx: Tx, records: readonly CleanRecord[], ids: Ids, people: People, { emails, now }: { emails: boolean; now: number }): Promise<Directory> {
		const directory = new Directory(now, isEverybodyKnown(ids, people) ? 0 : await nextEvent(tx));
		const users = await withUserId(tx, [...people.anonymous.values(), ...people.email.values()]);
		for (const kind of KINDS) {
			for (const [value, person] of people[kind]) {
				let who = directory.byNumber.get(person);
				if (!who) directory.byNumber.set(person, (who = { person, known: kind === 'user' || users.has(person) }));
				directory.byId[kind].set(value, who);
			}
		}
		await directory.loadStates(tx, records, emails);
		return directory;
	}

	find(kind: IdentityKind, value: string): Somebody | undefined {
		const who = this.byId[kind].get(value);
		return who && survivorOf(who);
	}

	create(ids: Array<[IdentityKind, string]>): Somebody {
		const [kind, value] = ids[0] as [IdentityKind, string];
		const who: Somebody = { known: kind === 'user', state: new PersonState(emptyRow(kind, value, this.now, this.firstEvent)) };
		this.created.push(who);
		for (const id of ids) this.bind(id[0], id[1], who);
		return who;
	}

	/** From now on `value` is `who`. */
	bind(kind: IdentityKind, value: string, who: Somebody): void {
		if (this.byId[kind].get(value)?.person !== undefined) this.isAnyRebound = true;
		this.byId[kind].set(value, who);
		this.bound.set(`${kind}\0${value}`, { kind, value, who });
		if (kind !== 'user' || who.known) return;
		who.known = true;
		if (who.state) {
			who.state.row.external_id = value;
			who.state.changed = true;
		}
	}

	/** `from` has become `into`; their contents have been put together. */
	merge(from: Somebody, into: Somebody): void {
		from.survivor = into;
		if (from.person !== undefined) this.merged.push(from);
	}

	/** Whether nobody is new, nobody has become somebody else, and no id has another owner. */
	get isAsBefore(): boolean {
		return this.created.length + this.merged.length + this.bound.size === 0;
	}

	/** Everybody whose content is in memory. */
	loaded(): Somebody[] {
		return [...this.byNumber.values(), ...this.created].filter((who) => who.state && !who.survivor);
	}

	/** Gives numbers to new people: dense, in the order of their appearance. */
	async number(tx: Tx): Promise<Somebody[]> {
		const fresh = this.created.filter((who) => !who.survivor);
		if (fresh.length === 0) return [];
		const top = await tx.get<{ top: number | null }>('SELECT max(person) AS top FROM person');
		let person = top?.top ?? 0;
		for (const who of fresh) {
			who.person = ++person;
			if (who.state) who.state.row.person = person;
		}
		return fresh;
	}

	private async loadPeople(tx: Tx, numbers: Iterable<number>): Promise<void> {
		const missing = [...new Set(numbers)].filter((person) => !this.byNumber.get(person)?.state);
		if (missing.length === 0) return;
		for (const row of await loadRows(tx, missing)) {
			const who = this.byNumber.get(row.person);
			if (who) who.state = new PersonState(row);
		}
	}

	/** Whose each push token is, of those that belong to anybody; loads the content of these people. */
	async loadOwners(tx: Tx, tokens: Iterable<string>): Promise<Map<string, Somebody>> {
		const wanted = [...new Set(tokens)].map((token) => [token]);
		if (wanted.length === 0) return new Map();
		const rows = await tx.all<{ token: string; person: number; known: number }>(
			`SELECT device_owner.token, device_owner.person,
			        CASE WHEN EXISTS (
			          SELECT 1 FROM identity WHERE identity.person = device_owner.person AND identity.kind = 'user'
			        ) THEN 1 ELSE 0 END AS known
			 FROM ${tx.dialect.rows('$1', { token: 'text' })} AS wanted
			 JOIN device_owner ON device_owner.token = wanted.token`,
			[JSON.stringify(wanted)],
		);
		for (const { person, known } of rows) {
			if (!this.byNumber.has(person)) this.byNumber.set(person, { person, known: known === 1 });
		}
		await this.loadPeople(
			tx,
			rows.map((row) => row.person),
		);
		return new Map(rows.map((row) => [row.token, this.byNumber.get(row.person) as Somebody]));
	}

	/** The content of people is read only where it may change: for events it is enough to know who. */
	private async loadStates(tx: Tx, records: readonly CleanRecord[], emails: boolean): Promise<void> {
		const needed = new Set<number>();
		for (const record of records) {
			if (record.list === 'events' && (record.user === undefined || record.anonymousId === undefined)) continue;
			const ids = idsOf(record, emails);
			const people = ids.map(([kind, value]) => this.find(kind, value));
			if (record.list === 'events' && people[0] && people[0] === people[1]) continue;
			for (const who of people) if (who?.person !== undefined) needed.add(who.person);
		}
		await this.loadPeople(tx, needed);
	}
}

export function survivorOf(who: Somebody): Somebody {
	let survivor = who;
	while (survivor.survivor) survivor = survivor.survivor;
	return survivor;
}

/** Emails identify without regard to case. */
export function emailIdentity(email: string): string {
	return email.toLowerCase();
}

/** No event that is still to come has a lower id. */
async function nextEvent(tx: Tx): Promise<number> {
	const last = await tx.get<{ id: number | null }>('SELECT max(id) AS id FROM event');
	return (last?.id ?? 0) + 1;
}

/** Which of these people have a user id. */
async function withUserId(tx: Tx, people: readonly number[]): Promise<Set<number>> {
	if (people.length === 0) return new Set();
	const rows = await tx.all<{ person: number }>(
		`SELECT DISTINCT identity.person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS asked
		 JOIN identity ON identity.person = asked.person AND identity.kind = 'user'`,
		[JSON.stringify(people.map((person) => [person]))],
	);
	return new Set(rows.map((row) => row.person));
}

export async function loadRows(tx: Tx, people: readonly number[]): Promise<PersonRow[]> {
	const params: Param[] = [JSON.stringify(people.map((person) => [person]))];
	return await tx.all<PersonRow>(
		`SELECT person.person, external_id, bucket_key, properties, email, phone, timezone, devices, opted_out, created_at,
		        updated_at, property_times, first_event
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS wanted
		 JOIN person ON person.person = wanted.person`,
		params,
	);
}

/** Every id in the records, each once. */
export function idsIn(records: readonly CleanRecord[], emails: boolean): Ids {
	const wanted: Ids = { user: new Set(), anonymous: new Set(), email: new Set() };
	for (const record of records) {
		if (record.list !== 'events') for (const [kind, value] of idsOf(record, emails)) wanted[kind].add(value);
		else {
			if (record.user !== undefined) wanted.user.add(record.user);
			if (record.anonymousId !== undefined) wanted.anonymous.add(record.anonymousId);
		}
	}
	return wanted;
}

function idsOf(record: CleanRecord, emails: boolean): Array<[IdentityKind, string]> {
	const ids: Array<[IdentityKind, string]> = [];
	if (record.list === 'aliases') {
		for (const id of [record.from, record.to]) ids.push(['user', id], ['anonymous', id]);
		return ids;
	}
	if (record.user !== undefined) ids.push(['user', record.user]);
	if (record.anonymousId !== undefined) ids.push(['anonymous', record.anonymousId]);
	if (emails && record.list === 'profiles' && typeof record.email === 'string') ids.push(['email', emailIdentity(record.email)]);
	return ids;
}

/** The bucket key is drawn from the first id: the same people get the same buckets whenever they are imported anew. */
function emptyRow(kind: IdentityKind, value: string, now: number, firstEvent: number): PersonRow {
	return {
		person: 0,
		external_id: value,
		bucket_key: createHash('sha256').update(`bucket\0${kind}\0${value}`).digest().readUInt32LE(0),
		properties: '{}',
		email: null,
		phone: null,
		timezone: null,
		devices: '[]',
		opted_out: '{}',
		created_at: now,
		updated_at: now,
		property_times: '{}',
		first_event: firstEvent,
	};
}
