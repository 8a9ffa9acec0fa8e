import { CampaignError } from '../errors';
import { allLiving, timesOf, type Column, type ColumnSource, type EventBatch, type EventQuery, type PeopleBatch, type PeopleQuery } from './columns';
import { parseDate } from './dates';
import { evaluate } from './evaluate';
import { eventKey } from './event-key';
import { listUnknown } from './list-members';
import type { OperatorContext } from './operators';
import { pathReader } from './paths';
import { profileField, type ProfileFields } from './profile-fields';
import type { Rule } from './rule';
import { requireRule } from './validate';

/** A person given by the caller. What the store returns as a profile will do. */
export interface MemoryProfile extends ProfileFields {
	properties?: Record<string, unknown>;
	/** Needed by `list` rules only: ids of the custom lists the person is in. */
	lists?: readonly string[];
	/** Needed by `bucket` rules only. */
	bucketKey?: number;
}

export interface MemoryEvent {
	name: string;
	/** Epoch milliseconds or ISO. */
	ts: number | string;
	properties?: Record<string, unknown>;
}

export interface MemoryPerson {
	profile: MemoryProfile;
	events?: readonly MemoryEvent[];
}

/** A few people held in memory, numbered by their place in the list; read by the same evaluator as the store. */
export function memorySource(people: readonly MemoryPerson[]): ColumnSource {
	const events = eventsByName(people);
	return {
		span: () => ({ from: 0, to: people.length }),
		*people({ range }: PeopleQuery) {
			yield peopleBatch(people, range.from, Math.min(range.to, people.length));
		},
		*events({ name }: EventQuery) {
			const batch = events.get(name);
			if (batch) yield batch.finish();
		},
		list: (id) => Uint32Array.from(people.keys()).filter((index) => listsOf(people[index] as MemoryPerson, id).includes(id)),
	};
}

/**
 * Whether one person matches a rule at `now`, with nothing but what is given. `rule` may be unchecked JSON.
 * @throws CampaignError `invalid_rule`; `invalid_time`; `unresolved_segment` when it refers to a saved segment; `bucket_unknown` and
 * `list_unknown` when it asks for a bucket or list and the profile has no `bucketKey` or `lists`.
 */
export async function matches(rule: Rule, person: MemoryPerson & OperatorContext): Promise<boolean> {
	const { now, zone } = person;
	if (!Number.isFinite(now)) throw new CampaignError('invalid_time', 'The moment that the rule is asked about is missing, or no number.', 'Give "now" in epoch milliseconds.');
	const matching = await evaluate(requireRule(rule), memorySource([person]), { now, zone });
	return matching.length === 1;
}

function listsOf({ profile }: MemoryPerson, id: string): readonly string[] {
	if (profile.lists) return profile.lists;
	throw listUnknown(id);
}

function peopleBatch(people: readonly MemoryPerson[], from: number, to: number): PeopleBatch {
	const column = (read: (profile: MemoryProfile) => unknown): Column => ({
		get: (row) => read((people[from + row] as MemoryPerson).profile),
	});
	const numbers = Uint32Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
	return {
		people: numbers,
		dense: from % 32 === 0,
		living: allLiving(numbers.length),
		bucketKeys: column(bucketKey),
		property(path) {
			const field = profileField(path);
			if (field) return column(field);
			const read = pathReader(path);
			return column((profile) => read(profile.properties));
		},
	};
}

function bucketKey(profile: MemoryProfile): number {
	if (profile.bucketKey !== undefined) return profile.bucketKey;
	throw new CampaignError(
		'bucket_unknown',
		'The rule asks for a bucket, but the profile does not say which one it is in.',
		'Give the profile its bucketKey, as the store returns it.',
	);
}

class Collected {
	private readonly person: number[] = [];
	private readonly ts: number[] = [];
	private readonly properties: Array<Record<string, unknown> | undefined> = [];

	add(person: number, event: MemoryEvent): void {
		this.person.push(person);
		this.ts.push(timeOf(event));
		this.properties.push(event.properties);
	}

	finish(): EventBatch {
		return {
			person: Uint32Array.from(this.person),
			...timesOf(this.ts),
			property: (path) => {
				const read = pathReader(path);
				return { get: (row) => read(this.properties[row]) };
			},
		};
	}
}

function eventsByName(people: readonly MemoryPerson[]): Map<string, Collected> {
	const names = new Map<string, Collected>();
	people.forEach(({ events = [] }, person) => {
		for (const event of events) {
			const key = eventKey(event.name);
			let collected = names.get(key);
			if (!collected) names.set(key, (collected = new Collected()));
			collected.add(person, event);
		}
	});
	return names;
}

function timeOf({ name, ts }: MemoryEvent): number {
	const time = typeof ts === 'number' ? ts : parseDate(ts, 'UTC');
	if (time !== undefined && Number.isFinite(time)) return time;
	throw new CampaignError('invalid_time', `The time of the event "${name}" is no date.`, 'Give epoch milliseconds or an ISO text.');
}
