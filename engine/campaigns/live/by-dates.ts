import { HoldState } from '../../holds/states';
import { isRuleError } from '../../segments/rule-errors';
import type { Rule } from '../../segments/rule';
import { operation, type Tx } from '../../store/database';
import type { Store } from '../../store/store';
import { liveCampaigns, type LiveCampaign } from './campaigns';
import { readSelected, writeSelected } from './cursor';
import { insertLiveEntries, type NewEntry } from './entries';
import { keyOfDay } from './keys';
import { dateIn, occurrenceOf, type OnDate } from './on-date';
import { mayComeIn, timesCameIn } from './reentry';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** People come in so long before they are due, so that a date that changes later than that is all that has to be followed. */
const AHEAD_MS = 2 * HOUR_MS;

/** And they are looked for so often, with those whose date has been set since for a time that was looked at before. */
const AGAIN_MS = HOUR_MS / 4;

/** A date without a time of day is due up to this much earlier or later than the account's clocks say. */
const ZONES_MS = DAY_MS + 15 * HOUR_MS;

const PEOPLE_AT_ONCE = 1_000;

export interface DueDates {
	run: number;
	campaignId: string;
	segment: Rule;
	live: OnDate;
	/** Due times: after `from`, up to and including `until`. */
	from: number;
	until: number;
}

/** The campaigns on a date of people for whom it is time to look who is due next: every quarter of an hour. */
export const dueDates = operation<void, DueDates[]>(async (tx, _input, { now }) => {
	const campaigns = (await liveCampaigns(tx)).filter(({ live, unpublishedAt }) => live.kind === 'on_date' && live.of === 'profile' && unpublishedAt === Infinity);
	const due: DueDates[] = [];
	for (const { run, campaignId, definition, live, liveSince } of campaigns) {
		const selected = (await readSelected(tx, run)) ?? 0;
		if (selected - now > AHEAD_MS - AGAIN_MS) continue;
		const from = Math.max(selected - AHEAD_MS, liveSince, now - definition.maxLatenessMs);
		due.push({ run, campaignId, segment: definition.segment, live: live as OnDate, from, until: now + AHEAD_MS });
	}
	return due;
}, 'events');

/** Brings in whoever is due within the next two hours, in every campaign on a date of people. @returns how many are new */
export async function enterByDates(store: Store): Promise<number> {
	let entered = 0;
	for (const due of await store.call('dueDates', undefined)) {
		try {
			entered += await enterDue(store, due);
		} catch (error) {
			if (!isRuleError(error)) throw error;
			await store.call('pauseCampaign', { campaignId: due.campaignId, reason: `Dates bring nobody in. ${error.message} Correct the segment in the Campaign Trigger; then publish again.` });
		}
	}
	return entered;
}

async function enterDue(store: Store, { run, segment, live, from, until }: DueDates): Promise<number> {
	const nearby = await store.ask('find', near(live, from, until));
	const isEverybody = 'all' in segment && segment.all.length === 0;
	const { people } = nearby.people.length === 0 || isEverybody ? nearby : await store.ask('matching', { rule: segment, people: nearby.people });
	let entered = 0;
	for (let start = 0; start < people.length; start += PEOPLE_AT_ONCE) {
		entered += await store.call('enterDates', { run, people: [...people.subarray(start, start + PEOPLE_AT_ONCE)], from, until, zone: store.accountZone });
	}
	await store.call('datesSelected', { run, until });
	return entered;
}

/** A question that has everybody who may be due in a span of time, and few others. Exported for tests. */
export function near({ property, offsetMs, everyYear }: OnDate, from: number, until: number): { rule: Rule; now?: number } {
	const first = from - offsetMs - ZONES_MS;
	const last = until - offsetMs + ZONES_MS;
	const between: Rule = { profile: property, is: 'between_dates', value: [new Date(first).toISOString(), new Date(last).toISOString()] };
	if (!everyYear) return { rule: between };
	const days = Math.ceil((last - first) / DAY_MS) + 1;
	return { rule: { any: [between, { profile: property, is: 'anniversary_in', value: { amount: days, unit: 'days' } }] }, now: first };
}

export interface EnterDatesInput {
	run: number;
	people: number[];
	from: number;
	until: number;
	/** The account's zone. */
	zone: string;
}

interface Row {
	person: number;
	properties: string;
	timezone: string | null;
}

/** Brings those of some people in whose date is due in a span of time. Called twice it does nothing twice. @returns how many are new */
export const enterDates = operation<EnterDatesInput, number>(async (tx, { run, people, from, until, zone }, { now }) => {
	const [campaign] = await liveCampaigns(tx, [run]);
	if (campaign?.live.kind !== 'on_date' || campaign.live.of !== 'profile') return 0;
	const { live } = campaign;
	const asked = [JSON.stringify(people.map((person) => [person]))];
	const rows = await tx.all<Row>(
		`SELECT p.person, p.properties, p.timezone FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN person p ON p.person = r.person
		 WHERE p.merged_into IS NULL AND p.erased_at IS NULL ORDER BY p.person ${tx.dialect.forShareOf('p')}`,
		asked,
	);
	const before = await timesCameIn(tx, run, live.reentry, people, 'may change');
	const due = rows.flatMap(({ person, properties, timezone }): NewEntry[] => {
		const value = dateIn(live.property, JSON.parse(properties) as Record<string, unknown>);
		const next = occurrenceOf(value, live, { person: timezone, account: zone }, from + 1);
		if (!next || next.dueAt > until || next.dueAt < (live.from ?? -Infinity) || next.dueAt > (live.to ?? Infinity)) return [];
		return [{ person, key: keyOfDay(next.day), event: null, qualifiedAt: next.dueAt, dueAt: next.dueAt }];
	});
	await bringForward(tx, campaign, due);
	return await insertLiveEntries(tx, campaign, due.filter(({ person, dueAt }) => mayComeIn(live.reentry, dueAt, before.get(person) ?? [])), now);
}, 'events');

/** The same day sooner than when they came in for it. Whoever is due later waits on when they are released: see check-release. */
async function bringForward(tx: Tx, { run, node }: LiveCampaign, due: readonly NewEntry[]): Promise<void> {
	if (due.length === 0) return;
	const brought = await tx.all<{ entry: number }>(
		`UPDATE hold SET due_at = r.due_at
		 FROM (SELECT e.entry, r.due_at FROM ${tx.dialect.rows('$1', { person: 'integer', entry_key: 'text', due_at: 'integer' })} AS r
			JOIN entry e ON e.run = $2 AND e.person = r.person AND e.entry_key = r.entry_key) AS r
		 WHERE hold.entry = r.entry AND hold.node = $3 AND hold.visit = 0 AND hold.state = ${HoldState.waiting} AND hold.attempts = 0
		   AND hold.due_at > r.due_at RETURNING hold.entry`,
		[JSON.stringify(due.map(({ person, key, dueAt }) => [person, key, dueAt])), run, node],
	);
	await tx.run(
		`UPDATE entry SET qualified_at = (SELECT h.due_at FROM hold h WHERE h.entry = entry.entry AND h.node = $2 AND h.visit = 0)
		 WHERE entry IN (SELECT entry FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS brought)`,
		[JSON.stringify(brought.map(({ entry }) => [entry])), node],
	);
}

/** Everybody due up to `until` has been brought in. */
export const datesSelected = operation<{ run: number; until: number }, void>(async (tx, { run, until }) => await writeSelected(tx, run, until), 'events');
