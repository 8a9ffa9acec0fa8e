import type { RunInfo } from '../holds/release';
import type { Decision } from '../holds/gate';

/** The decision that comes before any gate's own: whether the entry may go on at all. Undefined: it may. */
export function overruled(run: RunInfo, dueAt: number | undefined, now: number): Decision | undefined {
	if (run.runState === 'stopped') return { kind: 'drop', reason: 'campaign_stopped' };
	if (dueAt !== undefined && now - dueAt > run.maxLatenessMs) {
		return { kind: 'drop', reason: 'expired_ttl', detail: `Due ${new Date(dueAt).toISOString()}, released ${new Date(now).toISOString()}` };
	}
	return undefined;
}
