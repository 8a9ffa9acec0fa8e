import { HttpTransport } from '../../engine/channels/http/transport';
import { Breakers } from '../../engine/delivery/breaker';
import { Pacers } from '../../engine/delivery/pace';
import { MAX_ANSWER_BYTES, type LinkedAnswer } from '../../engine/personalization/linked/answer';
import { AnswerCache } from '../../engine/personalization/linked/cache';
import type { LinkedDefinition } from '../../engine/personalization/linked/definition';
import { LinkedContent, type AskOptions } from '../../engine/personalization/linked/linked-content';

const transport = new HttpTransport({ maxResponseBytes: MAX_ANSWER_BYTES });
afterAll(() => transport.close());

/** A definition that asks a server on loopback, and what of it differs. */
export function linkedDefinition(url: string, more: Partial<LinkedDefinition> = {}): LinkedDefinition {
	return { name: 'Weather', method: 'GET', url, allowPrivate: true, timeoutMs: 2_000, cacheMs: 600_000, ...more };
}

/** Pace, breakers and kept answers of its own; nothing waits between attempts. */
export function ownProcess(): AskOptions & { cache: AnswerCache<LinkedAnswer> } {
	return {
		now: Date.now,
		sleep: async () => {},
		random: () => 0,
		transport,
		pacers: new Pacers(),
		breakers: new Breakers(),
		cache: new AnswerCache(1_000_000),
	};
}

export function linkedContent(definition: LinkedDefinition, options: AskOptions = ownProcess()): LinkedContent {
	return new LinkedContent(definition, options);
}
