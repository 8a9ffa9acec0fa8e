import type { LiveTrigger } from './trigger';

/** Whether somebody may come in at `ts` who came in at these times, in whichever order they turn up. */
export function mayComeIn(reentry: LiveTrigger['reentry'], ts: number, cameIn: readonly number[]): boolean {
	if (reentry.kind === 'always') return true;
	if (reentry.kind === 'once') return cameIn.length === 0;
	return cameIn.every((before) => Math.abs(ts - before) >= reentry.ms);
}
