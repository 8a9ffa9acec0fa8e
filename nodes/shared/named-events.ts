import type { IDataObject } from 'n8n-workflow';

import { eventMatchKey } from '../../engine/people/event-names';
import type { NamedProperty } from '../../engine/personalization/at-form';
import type { Store } from '../../engine/store/store';
import { numbersOf } from './known-people';
import type { Recipient } from './recipients';
import type { Sender } from './sender';

/**
 * Reads what the templates of a sender, and those of what it fetches for its messages, ask of events by their names
 * (`@Add to Cart - eventName`), just before the messages of a batch are written: with one query for the batch, and none where every event asked for is the one that brought people in.
 */
export async function readNamedEvents(recipients: readonly Recipient[], { templates = {}, fetchNamed = [] }: Pick<Sender<unknown>, 'templates' | 'fetchNamed'>, store: Store): Promise<void> {
	const named = distinct([...Object.values(templates).flatMap((template) => template.named), ...fetchNamed]);
	if (named.length === 0) return;
	const lacking = recipients.filter((recipient) => named.some(({ event }) => ownEvent(recipient, event) === undefined));
	const numbers = await peopleOf(lacking, store);
	const people = [...new Set(numbers.values())];
	if (people.length === 0) return;
	const found = Map.groupBy(await store.ask('latestEvents', { people, named }), ({ person }) => person);
	for (const recipient of lacking) {
		const events = found.get(numbers.get(recipient) ?? -1) ?? [];
		recipient.events = new Map(events.map(({ event, properties }) => [event, properties]));
	}
}

/** Properties of an event by the match key of its name: of the event that brought them in, else of the person's latest. */
export function eventOf(recipient: Recipient, event: string): object | undefined {
	return ownEvent(recipient, event) ?? recipient.events?.get(event);
}

function ownEvent({ json }: Recipient, key: string): object | undefined {
	const event = json.event as IDataObject | undefined;
	if (typeof event?.name !== 'string' || eventMatchKey(event.name) !== key) return undefined;
	return (event.properties as IDataObject | undefined) ?? {};
}

/** A profile has its number; whom an item of no campaign names is looked up. */
async function peopleOf(recipients: readonly Recipient[], store: Store): Promise<Map<Recipient, number>> {
	const unknown = recipients.filter(({ user }) => user.person === undefined);
	const numbers = await numbersOf(unknown.map(({ user }) => user), store);
	return new Map(recipients.flatMap((recipient): Array<[Recipient, number]> => {
		const person = recipient.user.person ?? numbers.get(recipient.user);
		return person === undefined ? [] : [[recipient, person]];
	}));
}

function distinct(named: readonly NamedProperty[]): NamedProperty[] {
	return [...new Map(named.map((one) => [JSON.stringify(one), one])).values()];
}
