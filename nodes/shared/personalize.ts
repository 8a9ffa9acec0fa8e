import type { IDataObject } from 'n8n-workflow';

import type { RenderInput } from '../../engine/personalization/liquid';
import { constantValuesIn } from './constant-values';
import type { Recipient } from './sender';

/**
 * What templates see of a recipient: Profile.x are the person's properties and addresses, Event.x those of the event,
 * ConstantEventProperty the values for which the segment's constant event property holds, newest first.
 */
export function renderInput({ json, user }: Recipient, now: number): RenderInput {
	const { id, email, phone, timezone, properties } = user;
	const known = Object.entries({ id, email, phone, timezone }).filter(([, value]) => value !== undefined && value !== null);
	const event = json.event as IDataObject | undefined;
	const constant = constantValuesIn(json);
	return {
		profile: { ...properties, ...Object.fromEntries(known) },
		...(event && { event: { ...(event.properties as IDataObject | undefined), name: event.name } }),
		...(constant && { extra: { ConstantEventProperty: constant } }),
		now,
		timezone: timezone ?? undefined,
	};
}
