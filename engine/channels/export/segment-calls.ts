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

/** What is told about one person, ready to go: each call as JSON, in their order. Nobody's size has to be asked twice. */
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

/** Bytes of the frame around the calls of a batch, at most. */
const FRAME_BYTES = 100;

/** The body of a batch request. @param sentAt epoch ms */
export function segmentBatch(messages: readonly SegmentMessage[], sentAt: number): string {
	return `{"batch":[${messages.flatMap(({ calls }) => calls).join(',')}],"sentAt":"${new Date(sentAt).toISOString()}"}`;
}

/** What a message takes of a batch that may have `SEGMENT_BATCH` bytes and calls. */
export function sizeOf({ calls }: SegmentMessage): { bytes: number; calls: number } {
	return { bytes: calls.reduce((sum, call) => sum + Buffer.byteLength(call) + 1, 0), calls: calls.length };
}

/** What all messages of one batch may have together. A message that is not `tooLarge` fits by itself. */
export const SEGMENT_BATCH = { bytes: SEGMENT_LIMITS.batch - FRAME_BYTES, calls: SEGMENT_LIMITS.calls };
