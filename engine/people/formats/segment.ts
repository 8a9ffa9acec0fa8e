import type { AliasInput, Device, EventInput, IngestInput, ProfileInput } from '../records';
import { isZone, toMillis } from '../times';
import { isObject, objectOr, UnacceptableRequest, type FormatRefusal, type Parsed } from './parsed';

/** The format's limits: bytes of one call or batched call, bytes of a batch, calls of a batch. */
export const SEGMENT_LIMITS = { call: 32 * 1024, batch: 500 * 1024, calls: 2_500 };

/** What pages and screens are called as events; the names are those of CleverTap's Segment integration. */
const PAGE_EVENT = 'Web Page Viewed';
const SCREEN_EVENT = 'App Screen Viewed';

type CallType = 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';
const TYPES: readonly CallType[] = ['track', 'identify', 'page', 'screen', 'group', 'alias'];

/** Path endings, long and short, with the kind of call they take. */
const PATHS: Record<string, CallType | 'batch'> = {
	track: 'track',
	t: 'track',
	identify: 'identify',
	i: 'identify',
	page: 'page',
	p: 'page',
	screen: 'screen',
	s: 'screen',
	group: 'group',
	g: 'group',
	alias: 'alias',
	a: 'alias',
	batch: 'batch',
	b: 'batch',
	import: 'batch',
};

/** The kind of call behind `/v1/<ending>`; undefined for a path that is not the format's. */
export function segmentEndpoint(ending: string): CallType | 'batch' | undefined {
	return Object.hasOwn(PATHS, ending) ? PATHS[ending] : undefined;
}

/** Endings of all paths this format answers at, below `/v1/`. */
export const SEGMENT_PATHS: readonly string[] = Object.keys(PATHS);

/**
 * Translates a body of Segment's HTTP Tracking API (segment-docs: connections/sources/catalog/libraries/server/http-api
 * and connections/spec).
 *
 * identify sets traits; track, page and screen are events; group becomes the properties `groupId` and `group`. Traits
 * named email, phone and timezone, `context.timezone` and `context.device.token` go to the person's own fields;
 * `context.traits` of any call count as traits. A wrong client clock is corrected by the time between `sentAt` and
 * arrival, as Segment does.
 * @param receivedAt time of arrival, epoch milliseconds
 * @throws UnacceptableRequest when the body as a whole cannot be taken
 */
export function parseSegment(endpoint: CallType | 'batch', body: unknown, receivedAt: number): Parsed {
	if (!isObject(body)) throw new UnacceptableRequest(400, 'The body is not a JSON object.');
	if (endpoint !== 'batch') return translate([{ ...body, type: endpoint }], body, receivedAt);
	const calls = body.batch;
	if (!Array.isArray(calls)) throw new UnacceptableRequest(400, '"batch" is not a list of calls.');
	if (calls.length > SEGMENT_LIMITS.calls) throw new UnacceptableRequest(413, `A batch may have ${SEGMENT_LIMITS.calls} calls, this one has ${calls.length}.`);
	return translate(calls, body, receivedAt);
}

function translate(calls: unknown[], envelope: Record<string, unknown>, receivedAt: number): Parsed {
	const input: Required<Pick<IngestInput, 'profiles' | 'events' | 'aliases'>> = { profiles: [], events: [], aliases: [] };
	const refusals: FormatRefusal[] = [];
	calls.forEach((call, position) => {
		const reason = translateCall(call, position, envelope, receivedAt, input);
		if (reason !== undefined) refusals.push({ position, reason });
	});
	return { input, size: calls.length, refusals, records: calls };
}

/** @returns why not */
function translateCall(
	call: unknown,
	position: number,
	envelope: Record<string, unknown>,
	receivedAt: number,
	into: { profiles: ProfileInput[]; events: EventInput[]; aliases: AliasInput[] },
): string | undefined {
	if (!isObject(call)) return 'it is not an object';
	const size = Buffer.byteLength(JSON.stringify(call));
	if (size > SEGMENT_LIMITS.call) return `it is larger than ${SEGMENT_LIMITS.call / 1024} KB`;
	const type = call.type as CallType;
	if (!TYPES.includes(type)) return `its type ${JSON.stringify(call.type)} is none of ${TYPES.join(', ')}`;
	const context = { ...objectOr(envelope.context), ...objectOr(call.context) };
	const common = { position, messageId: call.messageId as string | undefined, ts: correctedTime(call, envelope, receivedAt) };
	if (type === 'alias') {
		into.aliases.push({ position, messageId: common.messageId, from: call.previousId as string, to: (call.userId ?? call.anonymousId) as string });
		return undefined;
	}
	const ids = { user: call.userId as string | undefined, anonymousId: call.anonymousId as string | undefined };
	const profile: ProfileInput = { ...profileOf(type, call, context), id: ids.user, anonymousId: ids.anonymousId, position, ts: common.ts };
	if (type === 'identify' || type === 'group') {
		into.profiles.push({ ...profile, messageId: common.messageId });
		return undefined;
	}
	// Takes no message id of its own: the event's says whether the call was seen before, and saying this twice does no harm.
	if (saysSomething(profile)) into.profiles.push(profile);
	into.events.push({ ...common, ...ids, name: eventName(type, call), properties: eventProperties(type, call) });
	return undefined;
}

/** `timestamp`, shifted by how far the client's clock was off when it sent the call. Absent or unreadable parts change nothing. */
function correctedTime(call: Record<string, unknown>, envelope: Record<string, unknown>, receivedAt: number): number | string | undefined {
	const stated = call.timestamp ?? call.originalTimestamp ?? envelope.timestamp;
	if (stated === undefined || stated === null) return undefined;
	const time = toMillis(stated);
	const sentAt = toMillis(call.sentAt ?? envelope.sentAt);
	return time === undefined || sentAt === undefined ? (stated as string) : time + (receivedAt - sentAt);
}

function profileOf(type: CallType, call: Record<string, unknown>, context: Record<string, unknown>): ProfileInput {
	const traits: Record<string, unknown> = { ...objectOr(context.traits), ...(type === 'identify' ? objectOr(call.traits) : {}) };
	const { email, phone, timezone, ...properties } = traits;
	const profile: ProfileInput = { properties };
	if (email !== undefined) profile.email = email as string | null;
	if (phone !== undefined) profile.phone = phone as string | null;
	// The context is collected by the client on its own: what is no zone there is nobody's mistake to correct.
	if (timezone !== undefined) profile.timezone = timezone as string | null;
	else if (isZone(context.timezone)) profile.timezone = context.timezone;
	const device = deviceOf(context);
	if (device) profile.push = [device];
	if (type === 'group') {
		properties.groupId = call.groupId;
		properties.group = objectOr(call.traits);
	}
	return profile;
}

function deviceOf(context: Record<string, unknown>): Device | undefined {
	const { token, type } = objectOr(context.device);
	if (typeof token !== 'string' || token === '') return undefined;
	const system = String(type ?? objectOr(context.os).name ?? '').toLowerCase();
	return { token, kind: /ios|ipados|apple|darwin/.test(system) ? 'apns' : 'fcm' };
}

function saysSomething(profile: ProfileInput): boolean {
	return Object.keys(profile.properties ?? {}).length > 0 || profile.push !== undefined || 'email' in profile || 'phone' in profile || 'timezone' in profile;
}

function eventName(type: CallType, call: Record<string, unknown>): string {
	if (type === 'page') return PAGE_EVENT;
	if (type === 'screen') return SCREEN_EVENT;
	return call.event as string;
}

function eventProperties(type: CallType, call: Record<string, unknown>): Record<string, unknown> {
	if (type === 'track') return call.properties as Record<string, unknown>;
	const { name, category } = call;
	return { ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }), ...objectOr(call.properties) };
}
