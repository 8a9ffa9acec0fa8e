import { wallClock } from '../../time/local';
import type { Tx } from '../../store/database';
import { addPlaces, giveBackPlaces, hasLimits, limitsOf, mayComeBack, periodsOf, placesLock, takenPlaces, type Limit } from '../places';
import { takesRoom, type Candidate, type ClaimBatch } from './candidate';
import type { Check, Verdict } from './check';

const WAIT_MS = 2_000;

/**
 * At most so many people of a run, a day, a campaign. Whoever finds all places taken waits while one of them may come
 * back, and is refused when none can.
 */
export const targeting: Check = {
	locks: ({ runs }) => [...runs.values()].filter(({ who }) => hasLimits(who)).map(({ campaignId }) => placesLock(campaignId)),
	async prepare(tx, batch) {
		await leaveFormerDays(tx, batch);
		const isLimited = ({ run, place }: Candidate) => hasLimits(run.who) && place === null;
		const limited = batch.candidates.filter(isLimited);
		if (limited.length === 0) return undefined;
		const places = await Places.read(tx, batch, limited);
		return {
			judge: (candidate) => (isLimited(candidate) ? places.judge(candidate) : undefined),
			take(candidate, wait) {
				if (isLimited(candidate) && !wait) places.take(candidate);
			},
			write: async () => await places.write(tx),
		};
	},
};

/** A place under a limit per day is one of the day on which the message leaves: one that has waited over midnight takes another. */
async function leaveFormerDays(tx: Tx, { now, zone, candidates }: ClaimBatch): Promise<void> {
	const day = dayOf(now, zone);
	const former = candidates.filter(({ run, place, known }) => known !== undefined && run.who.limits.perDay !== undefined && place !== null && place !== day);
	await giveBackPlaces(tx, former.map(({ known }) => known as number));
	for (const candidate of former) candidate.place = null;
}

function dayOf(now: number, zone: string): string {
	return wallClock(now, zone).toISODate() as string;
}

/** The places of the runs of one batch. */
class Places {
	/** By campaign and period. */
	private readonly added = new Map<string, Map<string, number>>();

	private constructor(
		private readonly day: string,
		private readonly now: number,
		private readonly taken: ReadonlyMap<string, Map<string, number>>,
		/** Periods, by campaign, whose places are all taken and none of them for good. */
		private readonly open: ReadonlySet<string>,
		/** `run/person` of those who have a place. */
		private readonly placed: Set<string>,
	) {}

	static async read(tx: Tx, { now, zone }: ClaimBatch, candidates: readonly Candidate[]): Promise<Places> {
		const day = dayOf(now, zone);
		const taken = new Map<string, Map<string, number>>();
		const open = new Set<string>();
		const runs = [...new Map(candidates.map(({ run }) => [run.run, run])).values()];
		for (const { run, campaignId, who } of runs) {
			const limits = limitsOf(run, who, day);
			const counts = await takenPlaces(tx, campaignId, limits.map(({ period }) => period));
			taken.set(campaignId, new Map([...(taken.get(campaignId) ?? []), ...counts]));
			for (const { period, most } of limits) {
				const isFull = (counts.get(period) ?? 0) >= most;
				if (isFull && (await mayComeBack(tx, campaignId, run, period))) open.add(`${campaignId} ${period}`);
			}
		}
		return new Places(day, now, taken, open, await placedPeople(tx, candidates));
	}

	judge({ run, message }: Candidate): Verdict {
		if (this.placed.has(`${run.run}/${message.person}`)) return undefined;
		const full = limitsOf(run.run, run.who, this.day).filter((limit) => this.isFull(run.campaignId, limit));
		const final = full.find(({ period }) => !this.isOpen(run.campaignId, period));
		if (final) return { kind: 'refuse', reason: final.reason };
		const [first] = full;
		if (!first) return undefined;
		const detail = 'All places are taken, but some may come free';
		return { kind: 'wait', until: this.now + WAIT_MS, detail, otherwise: first.reason };
	}

	take(candidate: Candidate): void {
		const { run, message } = candidate;
		const who = `${run.run}/${message.person}`;
		if (this.placed.has(who)) return;
		this.placed.add(who);
		candidate.place = this.day;
		const added = this.added.get(run.campaignId) ?? new Map<string, number>();
		this.added.set(run.campaignId, added);
		for (const period of periodsOf(run.run, this.day)) added.set(period, (added.get(period) ?? 0) + 1);
	}

	async write(tx: Tx): Promise<void> {
		for (const [campaignId, added] of this.added) await addPlaces(tx, campaignId, added);
	}

	private isFull(campaignId: string, { period, most }: Limit): boolean {
		return (this.taken.get(campaignId)?.get(period) ?? 0) + (this.added.get(campaignId)?.get(period) ?? 0) >= most;
	}

	/** Places taken in this batch may come back, too. */
	private isOpen(campaignId: string, period: string): boolean {
		return this.open.has(`${campaignId} ${period}`) || (this.added.get(campaignId)?.get(period) ?? 0) > 0;
	}
}

async function placedPeople(tx: Tx, candidates: readonly Candidate[]): Promise<Set<string>> {
	const rows = await tx.allOf<{ run: number; person: number }>(
		{ run: 'integer', person: 'integer' },
		candidates.map(({ message }) => [message.run, message.person]),
		(given) => `SELECT DISTINCT m.run, m.person FROM ${given} AS a
			 ${tx.dialect.each('message', 'm', 'm.person = a.person AND m.run = a.run')} WHERE m.place IS NOT NULL AND ${takesRoom('m')}`,
	);
	return new Set(rows.map(({ run, person }) => `${run}/${person}`));
}
