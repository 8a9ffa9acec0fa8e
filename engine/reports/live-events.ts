import type { CampaignDefinition } from '../campaigns/definition';
import { isLiveRun, LIVE_RUN_KEY, type AwaitedEvent, type LiveTrigger } from '../campaigns/live/trigger';
import { visitEvents } from '../campaigns/live/visit-events';
import type { QuestionContext } from '../questions';
import type { Tx } from '../store/database';
import type { RunHead } from './runs';

/** By what, and when, a run of a live campaign let people in. */
export interface LiveTime {
	live: LiveTrigger;
	/** Epoch milliseconds, both inclusive. */
	from: number;
	to: number;
}

/** Undefined for a run that is not that of a live campaign. One that is over is told by itself, whatever its campaign is now. */
export async function liveTimeOf(tx: Tx, { run, runKey, startedAt, scheduledAt, finishedAt }: RunHead, now: number): Promise<LiveTime | undefined> {
	if (!isLiveRun(runKey)) return undefined;
	const row = await tx.get<{ definition: string; live_since: number | null; unpublished_at: number | null }>(
		'SELECT r.definition, c.live_since, c.unpublished_at FROM run r JOIN campaign c ON c.id = r.campaign_id WHERE r.run = $1',
		[run],
	);
	const schedule = row && (JSON.parse(row.definition) as CampaignDefinition).schedule;
	if (schedule?.kind !== 'live') return undefined;
	const { live } = schedule;
	const began = startedAt ?? scheduledAt;
	// The campaign's own times are those of its open run.
	const [since, until] = runKey === LIVE_RUN_KEY ? [row?.live_since ?? began, row?.unpublished_at ?? now] : [began, now];
	return { live, from: Math.max(since, live.from ?? -Infinity), to: Math.min(now, until, finishedAt ?? Infinity, live.to ?? Infinity) };
}

/** When any of these people did an event. */
export async function timesOf(tx: Tx, awaited: AwaitedEvent, of: { people: readonly number[]; from: number; to: number }, context: QuestionContext): Promise<number[]> {
	const times = new Set<number>();
	await visitEvents(tx, awaited, of, context, (_person, at) => times.add(at));
	return [...times];
}
