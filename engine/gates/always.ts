import type { RunDelivery } from '../campaigns/delivery-rules';
import type { Decision } from '../holds/gate';
import type { RunInfo } from '../holds/release';
import type { Rule } from '../segments/rule';
import { isRuleError } from '../segments/rule-errors';
import type { Store } from '../store/store';
import { zoneOf } from '../time/local';
import { cutOffDecision } from './cut-off';

/** Somebody on their way, wherever they are. */
export interface OnTheirWay extends Pick<RunInfo, 'runState' | 'maxLatenessMs' | 'delivery'> {
	/** When they were due for the campaign, epoch milliseconds: see Released. */
	setOutAt: number;
	/** When they come out of a hold: the time it was due. */
	dueAt?: number;
	/** Their own zone, if they have one. */
	timezone?: string | null;
}

export interface Moment {
	/** The store's clock, epoch milliseconds. */
	now: number;
	/** Zone of people whose own is unknown. */
	accountZone: string;
}

/**
 * The decision that comes before any gate's own, and before every message: whether somebody may go on at all. Undefined:
 * they may. It may be a hold, also where nothing else is held.
 */
export function overruled(entry: OnTheirWay, { now, accountZone }: Moment): Decision | undefined {
	const { runState, maxLatenessMs, setOutAt, dueAt, timezone } = entry;
	if (runState === 'stopped') return { kind: 'drop', reason: 'campaign_stopped' };
	if (dueAt !== undefined && now - dueAt > maxLatenessMs) {
		return { kind: 'drop', reason: 'expired_ttl', detail: `Due ${iso(dueAt)}, released ${iso(now)}` };
	}
	const delivery = rulesOf(entry);
	const { ttlMs, ttlAt = Infinity } = delivery;
	const expires = Math.min(ttlAt, ttlMs === undefined ? Infinity : setOutAt + ttlMs);
	if (now >= expires) return { kind: 'drop', reason: 'expired_ttl', detail: `Time to live until ${iso(expires)}` };
	const zone = delivery.zones === 'person' ? zoneOf(timezone, accountZone) : (delivery.clock ?? accountZone);
	return cutOffDecision({ ...delivery, clock: delivery.clock ?? accountZone }, { setOutAt, now, zone });
}

/** Somebody who comes out of a hold. */
export interface ComingOut extends OnTheirWay {
	run: number;
	/** Themselves, or whom they were merged into since. */
	person: number;
}

/**
 * As `overruled`, for a batch that comes out of holds, in order; where the campaign says so, they must be in its segment
 * still: one question per run. Where a segment cannot be asked about any more (what it names was deleted) nobody is known to
 * have left it, as in still-wanted: to fail again and again would keep everybody from going on.
 */
export async function overruledOnRelease(store: Store, batch: ComingOut[], at: Moment): Promise<Array<Decision | undefined>> {
	const decisions = batch.map((entry) => overruled(entry, at));
	const asked = batch.filter((entry, index) => !decisions[index] && rulesOf(entry).checkSegmentAgain);
	if (asked.length === 0) return decisions;
	const byRun = Map.groupBy(asked, ({ run }) => run);
	const gone = new Set<ComingOut>();
	for (const { run, segment } of await store.call('segmentsOfRuns', { runs: [...byRun.keys()] })) {
		const members = byRun.get(run) ?? [];
		const still = await stillIn(store, segment, members);
		for (const member of members) if (!still.has(member.person)) gone.add(member);
	}
	return decisions.map((decision, index) => (gone.has(batch[index] as ComingOut) ? { kind: 'drop', reason: 'user_not_qualified' } : decision));
}

async function stillIn(store: Store, segment: Rule, members: readonly ComingOut[]): Promise<Set<number>> {
	const people = members.map(({ person }) => person);
	try {
		return new Set((await store.ask('matching', { rule: segment, people })).people);
	} catch (error) {
		if (isRuleError(error)) return new Set(people);
		throw error;
	}
}

const MOST_KNOWN = 100;
const known = new Map<string, RunDelivery>();

/** Everybody of a run has the same text. */
function rulesOf({ delivery }: Pick<RunInfo, 'delivery'>): RunDelivery {
	let rules = known.get(delivery);
	if (!rules) {
		if (known.size >= MOST_KNOWN) known.clear();
		known.set(delivery, (rules = JSON.parse(delivery) as RunDelivery));
	}
	return rules;
}

function iso(instant: number): string {
	return new Date(instant).toISOString();
}
