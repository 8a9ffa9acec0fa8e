import type { Schedule } from '../../engine/campaigns/definition';
import { firstEvents } from '../../engine/campaigns/live/awaited';
import type { StoredEvent } from '../../engine/people/records';
import type { Rule } from '../../engine/segments';
import { eventKey } from '../../engine/segments/event-key';
import type { Store } from '../../engine/store/store';

/** Of a live campaign: people of the segment who have done, or have the date, that brings people in, as far as that can be said in a rule. */
export function sampleRule(schedule: Schedule, segment: Rule): Rule {
	if (schedule.kind !== 'live') return segment;
	const { live } = schedule;
	if (live.kind === 'on_date' && live.of === 'profile') return { all: [segment, { profile: live.property, is: 'exists' }] };
	const events = firstEvents(live);
	if (events.length === 0) return segment;
	return { all: [segment, { any: events.map(({ event, where }): Rule => ({ event, did: true, where })) }] };
}

/** The latest event of each of these people that would have brought them in, by its name, so that messages have an event to tell of. */
export async function sampleEvents(store: Store, schedule: Schedule, people: number[]): Promise<Map<number, StoredEvent>> {
	const names = new Set(schedule.kind === 'live' ? firstEvents(schedule.live).map(({ event }) => eventKey(event)) : []);
	if (names.size === 0 || people.length === 0) return new Map();
	const recent = await store.call('recentEvents', { people, limit: 100 });
	return new Map(
		recent.flatMap(({ person, events }): Array<[number, StoredEvent]> => {
			const latest = events.find(({ name }) => names.has(eventKey(name)));
			return latest ? [[person, latest]] : [];
		}),
	);
}
