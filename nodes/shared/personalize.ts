import type { IDataObject } from 'n8n-workflow';

import type { RenderInput } from '../../engine/personalization/liquid';
import type { Scalar } from '../../engine/segments/values';
import { zoneOf } from '../../engine/time/local';
import { foreignKeys } from './items';
import { eventOf } from './named-events';
import type { Recipient } from './recipients';
import { accountZone } from './store';

/**
 * What templates see of a recipient: Profile.x are the person's properties and addresses, Event.x those of the event,
 * ConstantEventProperty what the item carries of a constant event property, Item.x what nodes between have put on the item,
 * Linked.x the answers of APIs; `@Name - x` an event of that name. Dates of people without a time zone are in the account's.
 */
export function renderInput(recipient: Recipient, now: number): RenderInput {
	const { json, user, linked } = recipient;
	const { id, email, phone, timezone, properties } = user;
	const known = Object.entries({ id, email, phone, timezone }).filter(([, value]) => value !== undefined && value !== null);
	const event = json.event as IDataObject | undefined;
	return {
		profile: { ...properties, ...Object.fromEntries(known) },
		...(event && { event: { ...(event.properties as IDataObject | undefined), name: event.name } }),
		eventOf: (name) => eventOf(recipient, name),
		constantEventProperty: plainValues(json.constantEventProperty),
		extra: { Item: foreignKeys(json), ...(linked && { Linked: linked }) },
		now,
		timezone: zoneOf(timezone, accountZone()),
	};
}

/** Other nodes may have put anything there. */
function plainValues(given: unknown): Scalar[] {
	if (!Array.isArray(given)) return [];
	return given.filter((value): value is Scalar => value !== '' && ['string', 'number', 'boolean'].includes(typeof value));
}
