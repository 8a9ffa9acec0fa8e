import type { AttemptOptions } from '../../engine/delivery/attempt';

/** What sending needs of the world: the clock of the system, real waits, and chance. */
export const IN_REAL_TIME: Pick<AttemptOptions<never>, 'now' | 'sleep' | 'random'> = {
	now: () => Date.now(),
	sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
	random: () => Math.random(),
};
