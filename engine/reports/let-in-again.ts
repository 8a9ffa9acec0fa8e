import { firstEvents } from '../campaigns/live/awaited';
import { earliestEvents } from '../campaigns/live/earliest';
import { mayComeIn } from '../campaigns/live/reentry';
import type { LiveTrigger } from '../campaigns/live/trigger';
import type { QuestionContext } from '../questions';
import { REASONS } from '../reasons';
import type { Tx } from '../store/database';
import { liveTimeOf, timesOf } from './live-events';
import type { RunHead } from './runs';
import type { StoryEntry, StoryStep } from './story-steps';
import { timeWords } from './words';

/** Of somebody who does it all the time, the latest tell enough. */
const MOST = 20;

/**
 * Events that did not bring somebody into a live campaign because they had come in before. A row for each would cost more
 * than it tells, so they are read from the person's events when somebody asks.
 */
export async function notLetInAgain(tx: Tx, head: RunHead, entries: readonly StoryEntry[], context: QuestionContext): Promise<StoryStep[]> {
	const time = await liveTimeOf(tx, head, context.now);
	const why = time && onlyIf(time.live);
	if (!time || !why) return [];
	const cameIn = entries.map(({ qualified_at: at }) => at);
	const people = [...new Set(entries.map(({ person }) => person))];
	const steps: StoryStep[] = [];
	for (const awaited of firstEvents(time.live)) {
		for (const at of await timesOf(tx, awaited, { ...time, people }, context)) {
			if (cameIn.includes(at) || why.mayComeIn(at, cameIn)) continue;
			steps.push({ at, text: `Not let in again by "${awaited.event}": ${REASONS.re_entry} (${why.words})` });
		}
	}
	return steps.sort((a, b) => a.at - b.at).slice(-MOST);
}

/** Which events let somebody in again; undefined where all do. */
function onlyIf(live: LiveTrigger): { words: string; mayComeIn(ts: number, cameIn: readonly number[]): boolean } | undefined {
	const { reentry } = live;
	if (live.kind === 'action' && live.firstTimeOnly) return { words: 'only the first time', mayComeIn: () => false };
	if (reentry.kind === 'always') return undefined;
	const words = reentry.kind === 'once' ? 'once per person' : `once in ${Math.round(reentry.ms / 60_000).toLocaleString('en')} minutes`;
	return { words, mayComeIn: (ts, cameIn) => mayComeIn(reentry, ts, cameIn) };
}

/**
 * What kept somebody out of a live campaign that takes people only the first time, and who did it while it was live: that
 * they had done it before. Undefined where that is not why.
 */
export async function hadDoneItBefore(tx: Tx, head: RunHead, people: number[], context: QuestionContext): Promise<string | undefined> {
	const time = await liveTimeOf(tx, head, context.now);
	if (time?.live.kind !== 'action' || !time.live.firstTimeOnly) return undefined;
	const { events } = time.live;
	const first = Math.min(...(await earliestEvents(tx, { events, people }, context)).map(({ ts }) => ts));
	for (const awaited of events) {
		const again = (await timesOf(tx, awaited, { ...time, people }, context)).filter((at) => at > first);
		if (again.length === 0) continue;
		return `"${awaited.event}" at ${timeWords(Math.min(...again), context.zone)} was not the first time: the person had done it before, at ${timeWords(first, context.zone)}`;
	}
	return undefined;
}
