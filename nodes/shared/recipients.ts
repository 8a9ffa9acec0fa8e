import type { IDataObject } from 'n8n-workflow';

import { devicesIn } from '../../engine/channels/push/message';
import type { Channel, Device } from '../../engine/people/records';
import type { LinkedAnswer } from '../../engine/personalization/linked/answer';

/** What is known of whom a message is for: the profile, or what an item of no campaign says. */
export interface RecipientUser {
	id?: string;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	/** Number in the store, of somebody it knows. */
	person?: number;
	push?: Device[];
	/** Ids of theirs from before they said who they are; with `id` among them they never did. */
	anonymousIds?: string[];
	optedOut?: Partial<Record<Channel, boolean>>;
	properties: Record<string, unknown>;
}

/** Whom a message is for, and what it may be written from. */
export interface Recipient {
	/** The item as it came. */
	json: IDataObject;
	user: RecipientUser;
	campaignId: string;
	/** Answers of the APIs that the message takes values from, by name; there only while it is written. */
	linked?: Record<string, LinkedAnswer>;
	/** Of a test: where it goes, in place of any address of the person. */
	to?: string;
	/** Properties of the latest events that its templates ask for by name, by match key; read for the whole batch. */
	events?: ReadonlyMap<string, object>;
	/** Which item of the input it is; absent for somebody who waited here, and of whose item no binary data was kept. */
	item?: number;
}

/** What an item that is of no campaign says about a person: its `user`, or the item itself. */
export function foreignUser(json: IDataObject): RecipientUser {
	const source = (typeof json.user === 'object' && json.user !== null ? json.user : json) as IDataObject;
	const text = (value: unknown) => (value === undefined || value === null || value === '' ? undefined : String(value));
	return {
		id: text(source.id),
		email: text(source.email) ?? null,
		phone: text(source.phone) ?? null,
		timezone: text(source.timezone) ?? null,
		...(text(source.anonymousId) !== undefined && { anonymousIds: [text(source.anonymousId) as string] }),
		...(Array.isArray(source.push) && { push: devicesIn(source.push) }),
		properties: (source.properties as Record<string, unknown> | undefined) ?? source,
	};
}
