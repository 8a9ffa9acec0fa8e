/** Where a record stood in what the caller received. */
export interface Placed {
	/**
	 * Records are taken in this order, and refusals name it. Several records of one place are taken as profile, alias,
	 * event. Without places: all profiles, then aliases, then events, each in the order of their list.
	 */
	position?: number;
}

/** What a caller hands in: one person's properties, identities and addresses. Absent fields stay as they are. */
export interface ProfileInput extends Placed {
	/** A message id already seen changes nothing. */
	messageId?: string;
	/** The user id. Either this or `anonymousId` is needed; with `identifyByEmail` an email alone will do. */
	id?: string;
	anonymousId?: string;
	/** Merged over what is known; null removes a property. */
	properties?: Record<string, unknown>;
	email?: string | null;
	/** As given; made E.164 when a message is sent. */
	phone?: string | null;
	/** IANA zone name. */
	timezone?: string | null;
	/** Push tokens to add. */
	push?: Device[];
	/** Channel -> has opted out. Merged over what is known. */
	optedOut?: Partial<Record<Channel, boolean>>;
	/** When this was said, epoch ms or ISO; the newer value of a property wins. Default: now. */
	ts?: number | string;
	/** Multi-value operators and increments on properties, applied after `properties`. */
	change?: PropertyChange[];
}

export type PropertyChange =
	| { property: string; add: unknown[] }
	| { property: string; remove: unknown[] }
	| { property: string; increment: number };

export interface Device {
	token: string;
	kind: 'fcm' | 'apns' | 'webpush';
	/** Web push keys. */
	keys?: { p256dh: string; auth: string };
	/** Epoch ms of last use. Default: the time of the record. */
	seenAt?: number;
}

/**
 * What a message goes out by. An `export` hands what is known of a person to another system and reaches nobody: there is
 * no opting out of it, and limits on how often somebody is sent to neither keep it back nor count it.
 */
export type Channel = 'sms' | 'email' | 'push' | 'webhook' | 'export';

/** Something a person did. */
export interface EventInput extends Placed {
	/** A message id already seen changes nothing. */
	messageId?: string;
	/** The user id. Either this or `anonymousId` is needed. */
	user?: string;
	anonymousId?: string;
	name: string;
	/** Epoch ms or ISO. Default: the time of arrival. More than five minutes ahead becomes the time of arrival. */
	ts?: number | string;
	properties?: Record<string, unknown>;
}

/** Two ids that are (from now on) one person. A user id is looked for first, then an anonymous id. */
export interface AliasInput extends Placed {
	/** A message id already seen changes nothing. */
	messageId?: string;
	/** The id that ends. */
	from: string;
	/** The id that stays: its person survives. */
	to: string;
}

/**
 * How far the caller is believed. `public` is for keys that everybody can read out of a web page or an app: it may not
 * change the phone, email or tokens of a person with a user id, opt-outs or protected properties, and may not make one
 * person out of two with user ids.
 */
export type Trust = 'public' | 'server';

export interface IngestInput {
	profiles?: ProfileInput[];
	events?: EventInput[];
	aliases?: AliasInput[];
	/** Imported history: never triggers a live campaign. */
	historical?: boolean;
	/** Emails identify people, too. Ignored for public trust: an email is no secret. */
	identifyByEmail?: boolean;
	/** Default: server. */
	trust?: Trust;
	/** Properties of people that public trust may not set. */
	protectedProperties?: string[];
}

/** A record that was not taken, by its place in the input. */
export interface Refusal {
	list: 'profiles' | 'events' | 'aliases';
	index: number;
	/** As the record's own. */
	position?: number;
	/** For the operator: what is wrong with it. */
	reason: string;
}

export interface IngestResult {
	accepted: number;
	/** Accepted before under the same message id; changed nothing. Not counted in `accepted`. */
	duplicates: number;
	refused: Refusal[];
	/** Accepted records of which a part was not taken, because the caller's trust does not reach that far. */
	withheld: Refusal[];
}

/** One person as the store knows them. */
export interface Profile {
	/** Internal number, dense and never reused. */
	person: number;
	/** User id, or the anonymous id of somebody who never said who they are. */
	id: string;
	anonymousIds: string[];
	properties: Record<string, unknown>;
	email: string | null;
	phone: string | null;
	timezone: string | null;
	push: Device[];
	optedOut: Partial<Record<Channel, boolean>>;
	/** Permanent random number of 0..2^32-1 that control groups and buckets hash; survives merges. */
	bucketKey: number;
	createdAt: number;
	updatedAt: number;
}

/** One event as the store knows it. */
export interface StoredEvent {
	id: number;
	name: string;
	/** Epoch ms. */
	ts: number;
	properties: Record<string, unknown>;
}
