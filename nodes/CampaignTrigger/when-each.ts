import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { goesByZones } from '../../engine/campaigns/delivery-rules';
import { dateIn, occurrenceOf, type OnDate } from '../../engine/campaigns/live/on-date';
import { begin } from '../../engine/campaigns/recurrence/begin';
import { occurrencesAfter } from '../../engine/campaigns/recurrence/occurrences';
import { momentsToCome, spanOf } from '../../engine/campaigns/time-to-live';
import { wallOf } from '../../engine/campaigns/zones/moments';
import type { PersonMoment } from '../../engine/campaigns/zones/people-moments';
import type { Profile, StoredEvent } from '../../engine/people/records';
import type { Store } from '../../engine/store/store';
import { localWords } from './when-words';

/** Whom it is to be said of: profiles by number, and what brings them in. */
export interface Sampled {
	profiles: ReadonlyMap<number, Profile>;
	events: ReadonlyMap<number, StoredEvent>;
}

/** When each of these people would be sent to if the campaign were published now, by number. Empty where it is the same for everybody. */
export async function whenForEach(store: Store, definition: CampaignDefinition, sampled: Sampled): Promise<Map<number, string>> {
	const { schedule } = definition;
	if (schedule.kind === 'live' && schedule.live.kind === 'on_date') return whenByDate(store, schedule.live, sampled);
	return goesByZones(definition) ? await whenByZone(store, definition, sampled) : new Map();
}

/** Runs looked at: somebody whose time of the next one has passed is reached by the one after it. */
const MOST_RUNS = 3;

/** Of several runs the next that reaches them. */
async function whenByZone(store: Store, definition: CampaignDefinition, { profiles }: Sampled): Promise<Map<number, string>> {
	const { delivery, schedule } = definition;
	const words = new Map<number, string>();
	if (!delivery) return words;
	let left = [...profiles].map(([person, { timezone }]) => ({ person, timezone })).sort((a, b) => a.person - b.person);
	for (const moment of runsToCome(definition, store.clock.now())) {
		const wall = wallOf(moment, delivery.clock ?? store.accountZone);
		const found = await store.ask('momentsOfPeople', { people: left, wall, passedZones: delivery.passedZones, bestTime: delivery.bestTime });
		for (const one of found) {
			if (!one.isPassed) words.set(one.person, `${schedule.kind === 'at' ? '' : 'next '}${zoneWords(one, delivery.bestTime?.event)}`);
			else if (!words.has(one.person)) words.set(one.person, zoneWords(one, undefined));
		}
		left = left.filter((_one, index) => found[index]?.isPassed);
	}
	return words;
}

function runsToCome(definition: CampaignDefinition, now: number): number[] {
	const { schedule } = definition;
	const all = schedule.kind === 'recurring' ? occurrencesAfter(begin(schedule.recurrence, undefined, now), now, MOST_RUNS) : momentsToCome(definition, now);
	return all.filter((moment) => spanOf(definition, moment).last > now).sort((a, b) => a - b).slice(0, MOST_RUNS);
}

function zoneWords({ zone, dueAt, isPassed, hasBestTime }: PersonMoment, event: string | undefined): string {
	if (isPassed) return `not at all: ${localWords(dueAt, zone)} has passed in ${zone}`;
	const best = hasBestTime === undefined ? '' : hasBestTime ? `, their best time for "${event}"` : `, when the day is over: they did not do "${event}" in the last 180 days`;
	return `on ${ownWords(dueAt, zone)}${best}`;
}

function whenByDate(store: Store, live: OnDate, { profiles, events }: Sampled): Map<number, string> {
	const now = store.clock.now();
	return new Map(
		[...profiles].map(([person, profile]) => {
			const zones = { person: profile.timezone ?? null, account: store.accountZone };
			const source = live.of === 'profile' ? profile.properties : (events.get(person)?.properties ?? {});
			const value = dateIn(live.property, source as Record<string, unknown>);
			const due = occurrenceOf(value, live, zones, now);
			if (due) return [person, `on ${ownWords(due.dueAt, profile.timezone ?? store.accountZone)}, for the date ${due.day} in "${live.property}"`];
			if (value === undefined) return [person, `not at all: they have no date in "${live.property}"`];
			return [person, `not at all: "${live.property}" is ${String(value)}, which ${occurrenceOf(value, live, zones) ? 'has gone by' : 'is no date'}`];
		}),
	);
}

/** "2026-03-02 at 10:00 on their own clocks, in Asia/Tokyo: 2026-03-02 01:00 UTC". */
function ownWords(instant: number, zone: string): string {
	return `${localWords(instant, zone)} on their own clocks, in ${zone}: ${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
