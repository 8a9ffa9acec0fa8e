import { nextTimeOfDay } from '../../engine/gates/local-time';
import type { Decision } from '../../engine/holds/gate';
import type { Store } from '../../engine/store/store';
import { zoneOf } from '../../engine/time/local';
import type { Candidate } from '../shared/gate';
import { accountZone } from '../shared/store';
import type { Wait } from './wait';

export interface TakeOut {
	/** Who did what a goal of the workflow wants. */
	converted: boolean;
	/** Who is no longer in the segment of the run. */
	left: boolean;
}

interface At {
	store: Store;
	now: number;
	dry: boolean;
}

/** Output of those who waited until the end, and of those whose event did not happen in time. */
const PASS = 0;
const TIMED_OUT = 1;

/**
 * Everybody who comes here is held. Who comes out is looked at once more, from when they came: with the settings of now
 * and their own time zone of now, they may have to wait on.
 */
export async function decideWaits(candidates: Candidate[], wait: Wait, takeOut: TakeOut, at: At): Promise<Decision[]> {
	const released = candidates.filter(({ dueAt }) => dueAt !== undefined);
	const out = await takenOut(released, takeOut, at);
	const happened = await whoseEventHappened(released.filter((candidate) => !out.has(candidate)), wait, at);
	return candidates.map((candidate): Decision => {
		const reason = out.get(candidate);
		if (reason) return reason;
		if (happened.has(candidate)) return { kind: 'pass', output: PASS };
		const until = endOf(wait, candidate, candidate.heldAt ?? at.now);
		if (candidate.dueAt === undefined || until > at.now) return { kind: 'hold', until };
		return { kind: 'pass', output: wait.kind === 'event' ? TIMED_OUT : PASS };
	});
}

function endOf(wait: Wait, { profile }: Candidate, since: number): number {
	if (wait.kind === 'time') return since + wait.ms;
	if (wait.kind === 'event') return since + wait.timeoutMs;
	return nextTimeOfDay(since, zoneOf(wait.ofPerson ? profile?.timezone : undefined, accountZone()), wait);
}

async function whoseEventHappened(candidates: Candidate[], wait: Wait, { store }: At): Promise<Set<Candidate>> {
	if (wait.kind !== 'event' || candidates.length === 0) return new Set();
	const { awaited, timeoutMs } = wait;
	const waits = candidates.map(({ profile, heldAt }) => ({ person: profile?.person as number, heldAt: heldAt as number }));
	const happened = await store.ask('awaitedEvents', { awaited, timeoutMs, waits });
	return new Set(candidates.filter((_candidate, index) => happened[index] !== null));
}

async function takenOut(candidates: Candidate[], { converted, left }: TakeOut, { store }: At): Promise<Map<Candidate, Decision>> {
	const entries = candidates.map(({ entry }) => entry);
	const out = new Map<Candidate, Decision>();
	if (entries.length === 0) return out;
	const outside = new Set(left ? await store.ask('entriesOutsideSegment', { entries }) : []);
	const done = new Set(converted ? await store.ask('convertedEntries', { entries }) : []);
	for (const candidate of candidates) {
		// Who converted has often left the segment by that: the better news is the reason.
		if (done.has(candidate.entry)) out.set(candidate, { kind: 'drop', reason: 'converted' });
		else if (outside.has(candidate.entry)) out.set(candidate, { kind: 'drop', reason: 'user_not_qualified' });
	}
	return out;
}
