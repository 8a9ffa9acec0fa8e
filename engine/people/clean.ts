import { eventMatchKey, isEngineEvent } from './event-names';
import { checkId, checkName, checkProperties, checkText, checkValue, ID_LENGTH, LIMITS, TOKEN_LENGTH, Unacceptable, type Limits } from './limits';
import { noteProperties, type PropertyKinds } from './property-names';
import type { AliasInput, Channel, Device, EventInput, IngestInput, ProfileInput, PropertyChange, Refusal, Trust } from './records';
import { checkZone, readTime } from './times';

/** A record that has passed every check that needs no store, in the form the store takes it. */
export type CleanRecord = CleanProfile | CleanEvent | CleanAlias;

interface CleanBase {
	index: number;
	position?: number;
	messageId?: string;
}

export interface CleanProfile extends CleanBase {
	list: 'profiles';
	user?: string;
	anonymousId?: string;
	ts: number;
	/** null removes. */
	properties: Array<[string, unknown]>;
	/** Length of its properties as JSON. */
	size: number;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	push: Device[];
	optedOut: Array<[Channel, boolean]>;
	change: PropertyChange[];
}

export interface CleanEvent extends CleanBase {
	list: 'events';
	user?: string;
	anonymousId?: string;
	ts: number;
	name: string;
	matchKey: string;
	/** Its properties. */
	json: string;
}

export interface CleanAlias extends CleanBase {
	list: 'aliases';
	from: string;
	to: string;
}

const CHANNELS: readonly Channel[] = ['sms', 'email', 'push', 'webhook'];
const DEVICE_KINDS: ReadonlyArray<Device['kind']> = ['fcm', 'apns', 'webpush'];

/** An input whose records have been checked, as far as that needs no store. */
export interface CleanInput extends Pick<IngestInput, 'historical' | 'identifyByEmail' | 'protectedProperties' | 'trust'> {
	records: CleanRecord[];
	refused: Refusal[];
	/** Which properties its events have: match key of the event's name -> names and kinds. */
	propertiesOfEvents: Map<string, PropertyKinds>;
}

/** Checks every record of an input and puts those that pass in the order in which they are to be taken. */
export function cleanInput(input: IngestInput, now: number): CleanInput {
	const { historical, identifyByEmail, protectedProperties } = input;
	const propertiesOfEvents: CleanInput['propertiesOfEvents'] = new Map();
	const trust = input.trust ?? 'server';
	const emailIdentifies = input.identifyByEmail === true && trust === 'server';
	const refused: Refusal[] = [];
	const read = <Input extends { position?: number }, Clean extends CleanRecord>(
		list: Refusal['list'],
		inputs: readonly Input[] | undefined,
		clean: (input: Input, index: number) => Clean,
	): Clean[] =>
		(inputs ?? []).flatMap((record, index) => {
			try {
				return [clean(record, index)];
			} catch (error) {
				if (!(error instanceof Unacceptable)) throw error;
				refused.push(refusal({ list, index, position: record?.position }, error.message));
				return [];
			}
		});
	const records: CleanRecord[] = [
		...read('profiles', input.profiles, (record, index) => cleanProfile(record, index, now, LIMITS[trust], emailIdentifies)),
		...read('aliases', input.aliases, cleanAlias),
		...read('events', input.events, (record, index) => cleanEvent(record, index, now, trust, propertiesOfEvents)),
	];
	if (records.some((record) => record.position !== undefined)) {
		records.sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
	}
	return { historical, identifyByEmail, protectedProperties, trust: input.trust, records, refused, propertiesOfEvents };
}

export function refusal(record: { list: Refusal['list']; index: number; position?: number }, reason: string): Refusal {
	const { list, index, position } = record;
	return position === undefined ? { list, index, reason } : { list, index, position, reason };
}

function cleanProfile(input: ProfileInput, index: number, now: number, limits: Limits, emailIdentifies: boolean): CleanProfile {
	assertObject(input);
	const { entries, json } = checkProperties(input.properties, limits);
	const ts = readTime(input.ts, now);
	const email = optionalText(input.email, 'its email');
	const ids = cleanIds(input.id, input.anonymousId, emailIdentifies && typeof email === 'string');
	return {
		list: 'profiles',
		index,
		position: input.position,
		messageId: cleanMessageId(input.messageId),
		...ids,
		ts,
		properties: entries,
		size: json.length,
		email,
		phone: optionalText(input.phone, 'its phone'),
		timezone: input.timezone === undefined || input.timezone === null ? input.timezone : checkZone(input.timezone),
		push: list(input.push, 'its push tokens').map((device) => cleanDevice(device, ts)),
		optedOut: cleanOptOuts(input.optedOut),
		change: list(input.change, 'its changes').map((change) => cleanChange(change, limits)),
	};
}

function cleanEvent(input: EventInput, index: number, now: number, trust: Trust, seen: CleanInput['propertiesOfEvents']): CleanEvent {
	assertObject(input);
	const limits = LIMITS[trust];
	const name = checkName(input.name, 'its event name', limits).trim();
	const matchKey = eventMatchKey(name);
	if (trust === 'public' && isEngineEvent(matchKey)) throw new Unacceptable(`only the campaign engine writes "${name}" events`);
	const { entries, json } = checkProperties(input.properties, limits);
	const { user, anonymousId } = cleanIds(input.user, input.anonymousId, false);
	const event: CleanEvent = {
		list: 'events',
		index,
		position: input.position,
		messageId: cleanMessageId(input.messageId),
		user,
		anonymousId,
		ts: readTime(input.ts, now),
		name,
		matchKey,
		json,
	};
	noteProperties(seen, matchKey, entries);
	return event;
}

function cleanAlias(input: AliasInput, index: number): CleanAlias {
	assertObject(input);
	return {
		list: 'aliases',
		index,
		position: input.position,
		messageId: cleanMessageId(input.messageId),
		from: checkId(input.from, 'its previous id'),
		to: checkId(input.to, 'its id'),
	};
}

function cleanIds(user: unknown, anonymousId: unknown, otherwise: boolean): { user?: string; anonymousId?: string } {
	const given = (value: unknown) => value !== undefined && value !== null && value !== '';
	if (!given(user) && !given(anonymousId) && !otherwise) throw new Unacceptable('it has neither a user id nor an anonymous id');
	return {
		user: given(user) ? checkId(user, 'its user id') : undefined,
		anonymousId: given(anonymousId) ? checkId(anonymousId, 'its anonymous id') : undefined,
	};
}

function cleanMessageId(value: unknown): string | undefined {
	return value === undefined || value === null || value === '' ? undefined : checkId(value, 'its message id');
}

/** Absent stays, null and blank remove. */
function optionalText(value: unknown, what: string): string | null | undefined {
	if (value === undefined || value === null) return value;
	if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
	if (typeof value !== 'string') throw new Unacceptable(`${what} is not a text`);
	const text = value.trim();
	return text === '' ? null : checkText(text, what, ID_LENGTH);
}

function cleanDevice(device: Device, ts: number): Device {
	assertObject(device);
	if (typeof device.token !== 'string' || device.token === '') throw new Unacceptable('a push token is empty');
	if (!DEVICE_KINDS.includes(device.kind)) throw new Unacceptable(`a push token is of an unknown kind; known are ${DEVICE_KINDS.join(', ')}`);
	const clean: Device = { token: checkText(device.token, 'a push token', TOKEN_LENGTH), kind: device.kind, seenAt: readTime(device.seenAt, ts) };
	if (device.kind !== 'webpush') return clean;
	const { p256dh, auth } = device.keys ?? {};
	if (typeof p256dh !== 'string' || typeof auth !== 'string') throw new Unacceptable('a web push subscription lacks its keys p256dh and auth');
	return { ...clean, keys: { p256dh: checkText(p256dh, 'a web push key', ID_LENGTH), auth: checkText(auth, 'a web push key', ID_LENGTH) } };
}

function cleanOptOuts(value: unknown): Array<[Channel, boolean]> {
	if (value === undefined || value === null) return [];
	if (typeof value !== 'object' || Array.isArray(value)) throw new Unacceptable('its opt-outs are not an object such as { "sms": true }');
	return Object.entries(value).flatMap(([channel, out]): Array<[Channel, boolean]> => {
		if (out === undefined) return [];
		if (!CHANNELS.includes(channel as Channel)) throw new Unacceptable(`its opt-out names an unknown channel "${channel}"; known are ${CHANNELS.join(', ')}`);
		if (typeof out !== 'boolean') throw new Unacceptable(`its opt-out of ${channel} is neither true nor false`);
		return [[channel as Channel, out]];
	});
}

function cleanChange(change: PropertyChange, limits: Limits): PropertyChange {
	assertObject(change);
	const property = checkName(change.property, 'a property name', limits);
	if ('increment' in change) {
		if (typeof change.increment !== 'number' || !Number.isFinite(change.increment)) throw new Unacceptable(`property "${property}" cannot be incremented by what is not a number`);
		return { property, increment: change.increment };
	}
	const key = 'add' in change ? 'add' : 'remove';
	const values = list((change as Record<string, unknown>)[key] as unknown[] | undefined, `the values to ${key}`);
	checkValue(values, property, limits);
	return { property, [key]: values } as PropertyChange;
}

function list<T>(value: readonly T[] | undefined | null, what: string): readonly T[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw new Unacceptable(`${what} are not a list`);
	return value;
}

function assertObject(value: unknown): asserts value is object {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unacceptable('it is not an object');
}
