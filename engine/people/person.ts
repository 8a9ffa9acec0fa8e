import { isStorable } from '../storable';
import { operation, type Tx } from '../store/database';
import { recentEvents } from './activity';
import { emailIdentity } from './directory';
import type { Channel, Device, Profile, StoredEvent } from './records';
import type { PersonRow } from './state';

/** How a person may be named. An email names whoever it identifies, else whoever has it, the lowest number first. */
export type PersonName = { person: number } | { id: string } | { anonymousId: string } | { email: string };

/** A profile and the number it was asked for: another one where that person was merged into this one. */
export interface RequestedProfile {
	requested: number;
	profile: Profile;
}

/**
 * One person with their latest events, the newest first; undefined when there is nobody of that name.
 * @param input.events how many events; default 20
 */
export const getPerson = operation(
	async (tx: Tx, input: { name: PersonName; events?: number }, context): Promise<{ profile: Profile; events: StoredEvent[] } | undefined> => {
		const person = await findPerson(tx, input.name);
		if (person === undefined) return undefined;
		const [found] = await readProfiles(tx, [person]);
		if (!found) return undefined;
		const { profile } = found;
		const [activity] = input.events === 0 ? [] : await recentEvents.run(tx, { people: [profile.person], limit: input.events }, context);
		return { profile, events: activity?.events ?? [] };
	},
	'events',
);

/**
 * The profiles of many people, one for each number that stands for somebody: a merged person's number gives the survivor.
 * Erased people and unknown numbers are left out.
 */
export const profilesOf = operation(
	async (tx: Tx, { people }: { people: number[] }): Promise<RequestedProfile[]> => await readProfiles(tx, people),
	'events',
);

/** The number of the living person of that name. */
export async function findPerson(tx: Tx, name: PersonName): Promise<number | undefined> {
	if ('person' in name) return name.person;
	if (!Object.values(name).every(isStorable)) return undefined;
	if ('id' in name) return await byIdentity(tx, 'user', name.id);
	if ('anonymousId' in name) return await byIdentity(tx, 'anonymous', name.anonymousId);
	const email = name.email.trim();
	const identified = await byIdentity(tx, 'email', emailIdentity(email));
	if (identified !== undefined) return identified;
	const row = await tx.get<{ person: number | null }>(
		`SELECT min(person) AS person FROM person
		 WHERE email IS NOT NULL AND lower(email) = lower($1) AND merged_into IS NULL AND erased_at IS NULL`,
		[email],
	);
	return row?.person ?? undefined;
}

async function byIdentity(tx: Tx, kind: string, value: string): Promise<number | undefined> {
	const row = await tx.get<{ person: number }>('SELECT person FROM identity WHERE kind = $1 AND value = $2', [kind, value.trim()]);
	return row?.person;
}

export async function readProfiles(tx: Tx, people: readonly number[]): Promise<RequestedProfile[]> {
	if (people.length === 0) return [];
	const rows = await tx.all<PersonRow & { requested: number }>(
		`SELECT wanted.person AS requested, person.person, person.external_id, person.bucket_key, person.properties,
		        person.email, person.phone, person.timezone, person.devices, person.opted_out, person.created_at,
		        person.updated_at, person.property_times, person.first_event
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS wanted
		 JOIN person AS named ON named.person = wanted.person
		 JOIN person ON person.person = COALESCE(named.merged_into, named.person)
		 WHERE person.erased_at IS NULL`,
		[JSON.stringify([...new Set(people)].map((person) => [person]))],
	);
	const anonymousIds = await readAnonymousIds(tx, new Set(rows.map((row) => row.person)));
	return rows.map((row) => ({ requested: row.requested, profile: toProfile(row, anonymousIds.get(row.person) ?? []) }));
}

async function readAnonymousIds(tx: Tx, people: ReadonlySet<number>): Promise<Map<number, string[]>> {
	const rows = await tx.all<{ person: number; value: string }>(
		`SELECT identity.person, identity.value
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS wanted
		 JOIN identity ON identity.person = wanted.person AND identity.kind = 'anonymous'
		 ORDER BY identity.value`,
		[JSON.stringify([...people].map((person) => [person]))],
	);
	const ids = new Map<number, string[]>();
	for (const { person, value } of rows) ids.set(person, [...(ids.get(person) ?? []), value]);
	return ids;
}

function toProfile(row: PersonRow, anonymousIds: string[]): Profile {
	return {
		person: row.person,
		id: row.external_id,
		anonymousIds,
		properties: JSON.parse(row.properties) as Record<string, unknown>,
		email: row.email,
		phone: row.phone,
		timezone: row.timezone,
		push: JSON.parse(row.devices) as Device[],
		optedOut: JSON.parse(row.opted_out) as Partial<Record<Channel, boolean>>,
		bucketKey: row.bucket_key,
		createdAt: row.created_at,
		updatedAt: row.updated_at,
	};
}
