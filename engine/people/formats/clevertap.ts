import { eventMatchKey } from '../event-names';
import type { Channel, Device, EventInput, IngestInput, ProfileInput, PropertyChange } from '../records';
import { isObject, objectOr, UnacceptableRequest, type FormatRefusal, type Parsed } from './parsed';

/** The format's limits: records of one request, properties of one event, characters of a key, elements of a multi-value property. */
export const CLEVERTAP_LIMITS = { records: 1_000, eventProperties: 256, keyLength: 120, multiValues: 100 };

/** Numbers of refusals that are documented or were seen in answers; others go without one. */
const CODES = { eventNameMandatory: 509, restrictedEvent: 513 };

/** Events that only CleverTap's own SDKs and its engine raise. */
const RESTRICTED = new Set(
	[
		'Notification Sent', 'Notification Viewed', 'Notification Clicked', 'Notification Delivered', 'Notification Replied', 'UTM Visited',
		'App Launched', 'App Uninstalled', 'App Version Changed', 'Stayed', 'Reply Sent', 'Experiment Rendered', 'Reachable By',
		'Identity Reset', 'Identity Set', 'Identity Error',
	].map(eventMatchKey),
);

/** What profile keys mean for reaching somebody; false: opted out. */
const SUBSCRIPTIONS: Record<string, Channel> = { 'MSG-sms': 'sms', 'MSG-email': 'email', 'MSG-push': 'push' };

const TOKEN_KINDS: Record<string, Device['kind']> = { fcm: 'fcm', gcm: 'fcm', apns: 'apns', chrome: 'webpush' };

const DATE = /^\$D_(-?\d{1,11})$/;

class Refused extends Error {
	constructor(
		message: string,
		readonly code?: number,
	) {
		super(message);
	}
}

interface Ids {
	id?: string;
	anonymousId?: string;
}

/**
 * Translates a body of CleverTap's upload API: `{ "d": [ records ] }` with records of type event, profile and token
 * (developer.clevertap.com: upload-events, upload-user-profiles-api, upload-device-tokens). `identity` is the user id,
 * `objectId` (a device's CleverTap id) an anonymous id; FBID and GPID are user ids with their kind in front.
 * @throws UnacceptableRequest when the body as a whole cannot be taken
 */
export function parseCleverTap(body: unknown): Parsed {
	const records = isObject(body) ? body.d : body;
	if (!Array.isArray(records)) throw new UnacceptableRequest(400, 'The body has no list of records "d".');
	if (records.length > CLEVERTAP_LIMITS.records) throw new UnacceptableRequest(413, `A request may have ${CLEVERTAP_LIMITS.records} records, this one has ${records.length}.`);
	const input: Required<Pick<IngestInput, 'profiles' | 'events'>> = { profiles: [], events: [] };
	const refusals: FormatRefusal[] = [];
	records.forEach((record: unknown, position) => {
		try {
			const { profile, event } = translate(record);
			if (profile) input.profiles.push({ ...profile, position });
			if (event) input.events.push({ ...event, position });
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			refusals.push({ position, reason: error.message, code: error.code });
		}
	});
	return { input, size: records.length, refusals, records };
}

/** The body of the answer, and its status line's meaning in it. */
export function cleverTapAnswer(size: number, refusals: readonly FormatRefusal[], records: readonly unknown[]): object {
	const failed = new Map(refusals.map((refusal) => [refusal.position, refusal]));
	const processed = size - failed.size;
	const unprocessed = [...failed.values()].map(({ position, reason, code }) => ({
		status: 'fail',
		...(code === undefined ? {} : { code }),
		error: `${reason}. Skipped record number : ${position + 1}`,
		record: records[position],
	}));
	const status = unprocessed.length === 0 ? 'success' : processed > 0 ? 'partial' : 'fail';
	return { status, processed, unprocessed };
}

function translate(record: unknown): { profile?: ProfileInput; event?: EventInput } {
	if (!isObject(record)) throw new Refused('A record is an object');
	switch (record.type) {
		case 'event':
			return { event: toEvent(record) };
		case 'profile':
			return { profile: toProfile(record) };
		case 'token':
			return { profile: toToken(record) };
		default:
			throw new Refused(`Type ${JSON.stringify(record.type)} is incorrect: it is event, profile or token`);
	}
}

function toEvent(record: Record<string, unknown>): EventInput {
	const { evtName, evtData } = record;
	if (typeof evtName !== 'string' || evtName.trim() === '') {
		throw new Refused('Event Name is incorrect. ErrorCode: 509 - Event name is mandatory', CODES.eventNameMandatory);
	}
	if (RESTRICTED.has(eventMatchKey(evtName))) {
		throw new Refused('Event Name is incorrect. ErrorCode: 513 - Trying to raise a restricted system event', CODES.restrictedEvent);
	}
	const { id, anonymousId } = idsOf(record);
	const entries = Object.entries(objectOr(evtData));
	if (entries.length > CLEVERTAP_LIMITS.eventProperties) throw new Refused(`An event has at most ${CLEVERTAP_LIMITS.eventProperties} properties`);
	for (const [key] of entries) checkKey(key);
	const properties = Object.fromEntries(entries.map(([key, value]) => [key, fromWire(value)]));
	return { user: id, anonymousId, name: evtName, ts: timeOf(record), properties };
}

function toProfile(record: Record<string, unknown>): ProfileInput {
	if (!isObject(record.profileData)) throw new Refused('profileData is mandatory and an object');
	const profile: ProfileInput = { ...idsOf(record), ts: timeOf(record) };
	const properties: Array<[string, unknown]> = [];
	const optedOut: Array<[Channel, boolean]> = [];
	const change: PropertyChange[] = [];
	for (const [key, value] of Object.entries(record.profileData)) {
		const channel = Object.hasOwn(SUBSCRIPTIONS, key) ? SUBSCRIPTIONS[key] : undefined;
		if (channel) optedOut.push([channel, !isTrue(value, key)]);
		else if (key === 'Email') profile.email = value as string | null;
		else if (key === 'Phone') profile.phone = value as string | null;
		else if (key === 'Tz') profile.timezone = value as string | null;
		else {
			checkKey(key);
			takeProperty(key, value, properties, change);
		}
	}
	profile.properties = Object.fromEntries(properties);
	if (optedOut.length > 0) profile.optedOut = Object.fromEntries(optedOut);
	if (change.length > 0) profile.change = change;
	return profile;
}

/** A plain value, or one of the operators $set, $add, $remove, $incr, $decr and $delete. */
function takeProperty(key: string, value: unknown, properties: Array<[string, unknown]>, change: PropertyChange[]): void {
	const operators = isObject(value) ? Object.keys(value).filter((name) => name.startsWith('$')) : [];
	if (!isObject(value) || operators.length === 0) {
		properties.push([key, fromWire(value)]);
		return;
	}
	for (const operator of operators) {
		const operand = value[operator];
		if (operator === '$delete') properties.push([key, null]);
		else if (operator === '$set') properties.push([key, elements(key, operand)]);
		else if (operator === '$add') change.push({ property: key, add: elements(key, operand) });
		else if (operator === '$remove') change.push({ property: key, remove: elements(key, operand) });
		else if (operator === '$incr' || operator === '$decr') {
			if (typeof operand !== 'number') throw new Refused(`${operator} of "${key}" is not a number`);
			change.push({ property: key, increment: operator === '$incr' ? operand : -operand });
		} else throw new Refused(`"${key}" has an unknown operator ${operator}`);
	}
}

function toToken(record: Record<string, unknown>): ProfileInput {
	const { id, type, keys } = objectOr(record.tokenData);
	if (typeof id !== 'string' || id === '') throw new Refused('tokenData.id is mandatory');
	const kind = typeof type === 'string' && Object.hasOwn(TOKEN_KINDS, type) ? TOKEN_KINDS[type] : undefined;
	if (!kind) throw new Refused(`tokenData.type ${JSON.stringify(type)} is none of ${Object.keys(TOKEN_KINDS).join(', ')}`);
	const device: Device = { token: id, kind };
	if (isObject(keys)) device.keys = { p256dh: keys.p256dh as string, auth: keys.auth as string };
	return { ...idsOf(record), ts: timeOf(record), push: [device] };
}

function idsOf(record: Record<string, unknown>): Ids {
	const { identity, FBID, GPID, objectId } = record;
	const id = given(identity) ?? prefixed('FBID', FBID) ?? prefixed('GPID', GPID);
	const anonymousId = given(objectId);
	if (id === undefined && anonymousId === undefined) throw new Refused('One of identity, FBID, GPID and objectId is mandatory');
	return { ...(id === undefined ? {} : { id: id as string }), ...(anonymousId === undefined ? {} : { anonymousId: anonymousId as string }) };
}

function given(value: unknown): unknown {
	return value === null || value === '' ? undefined : value;
}

function prefixed(kind: string, value: unknown): string | undefined {
	return typeof value === 'string' || typeof value === 'number' ? (value === '' ? undefined : `${kind}:${value}`) : undefined;
}

/** Seconds; milliseconds are told by their size. Absent: the time of arrival. */
function timeOf({ ts }: Record<string, unknown>): number | undefined {
	if (ts === undefined || ts === null || ts === '') return undefined;
	const time = Number(ts);
	if (!Number.isFinite(time)) throw new Refused('ts is not a UNIX time in seconds');
	return Math.abs(time) < 1e11 ? Math.round(time * 1000) : Math.round(time);
}

/** Dates come as `$D_<epoch seconds>`; they are kept as ISO text. */
function fromWire(value: unknown): unknown {
	if (typeof value === 'string') {
		const seconds = DATE.exec(value)?.[1];
		return seconds === undefined ? value : new Date(Number(seconds) * 1000).toISOString();
	}
	if (Array.isArray(value)) return value.map(fromWire);
	if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fromWire(inner)]));
	return value;
}

function elements(key: string, operand: unknown): unknown[] {
	const list = Array.isArray(operand) ? operand : [operand];
	if (list.length > CLEVERTAP_LIMITS.multiValues) throw new Refused(`"${key}" has more than ${CLEVERTAP_LIMITS.multiValues} values`);
	return list.map(fromWire);
}

function isTrue(value: unknown, key: string): boolean {
	if (value === true || value === 'true' || value === 1) return true;
	if (value === false || value === 'false' || value === 0) return false;
	throw new Refused(`"${key}" is neither true nor false`);
}

function checkKey(key: string): void {
	if (key.length > CLEVERTAP_LIMITS.keyLength) throw new Refused(`The key "${key.slice(0, 20)}..." is longer than ${CLEVERTAP_LIMITS.keyLength} characters`);
}
