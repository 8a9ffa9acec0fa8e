import { SEGMENT_LIMITS } from '../../people/formats/segment';

/** Who a call is about: a known person by their user id, anybody else by an anonymous id. */
export type SegmentWho = { userId: string } | { anonymousId: string };

/** What is told about one person. */
export interface SegmentContent {
	who: SegmentWho;
	/** Of an identify call; absent: none is made. */
	identify?: { traits: Record<string, unknown> };
	/** Of a track call; absent: none is made. `event` is not empty. */
	track?: { event: string; properties: Record<string, unknown> };
	context: Record<string, unknown>;
	/** Which destinations get it; absent: all. */
	integrations?: Record<string, unknown>;
	/** Epoch ms. */
	timestamp: number;
	/** Our message id: stable over retries, opaque. */
	messageId: string;
}

/** What is told about one person, ready to go: one call or two, each as JSON, in their order. */
export interface SegmentMessage {
	messageId: string;
	calls: readonly string[];
}

/**
 * The calls of one message: identify, then track. Each has a `messageId` of its own, made of ours: Segment drops what comes
 * again under the same one.
 */
export function segmentMessage({ who, identify, track, context, integrations, timestamp, messageId }: SegmentContent): SegmentMessage {
	const common = { ...who, timestamp: new Date(timestamp).toISOString(), context, ...(integrations && { integrations }) };
	const calls = [
		...(identify ? [{ type: 'identify', messageId: `${messageId}-identify`, ...common, ...identify }] : []),
		...(track ? [{ type: 'track', messageId: `${messageId}-track`, ...common, ...track }] : []),
	];
	return { messageId, calls: calls.map((call) => JSON.stringify(call)) };
}

/** Why Segment would not take one of the calls, or undefined. */
export function tooLarge({ calls }: SegmentMessage): string | undefined {
	const largest = Math.max(...calls.map((call) => Buffer.byteLength(call)));
	if (largest <= SEGMENT_LIMITS.call) return undefined;
	return `A call has ${largest.toLocaleString('en')} bytes, and Segment takes at most ${SEGMENT_LIMITS.call.toLocaleString('en')}`;
}

/** The body of a batch request. @param calls as JSON; @param sentAt epoch ms */
export function segmentBatch(calls: readonly string[], sentAt: number): string {
	return `{"batch":[${calls.join(',')}],"sentAt":"${new Date(sentAt).toISOString()}"}`;
}
