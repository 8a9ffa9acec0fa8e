import type { ResourceLimits } from 'node:worker_threads';

/**
 * What the engine's threads may take for what is new: V8 would let each have some 100 MB before it cleans up, and keep
 * them. Nothing fails for want of it, it is only cleaned more often.
 */
export const THREAD_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 16 };
