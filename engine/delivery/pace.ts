import type { Provider } from '../channels/provider';
import { Turns } from './turns';

/** What a provider may be asked: requests at once, and requests per second. Undefined: as many as fit. */
export interface Pace {
	concurrency?: number;
	requestsPerSecond?: number;
}

/** Keeps a pace over several processes. */
export interface PaceOfAll {
	/**
	 * Runs a task when the pace of all processes together allows it. Rejects only with what the task rejects with.
	 * @param longestMs a task that has been under way for longer belongs to a process that died
	 */
	run<T>(identity: string, pace: Pace, longestMs: number, task: () => Promise<T>): Promise<T>;
}

/** Requests at once of one process, where the operator states no number. */
export const DEFAULT_CONCURRENCY = 10;

/** What a task may take beside the provider's answer, ms: the store is told of each request before it leaves. */
const BESIDE_ANSWER_MS = 10_000;

/** The key by which everything that reaches one account and sender shares its limits. */
export function identityOf(provider: Provider<never>): string {
	return provider.identity ?? `${provider.kind} ${provider.label}`;
}

/** A gap between two starts, not a number per window: at the edge of two windows a provider would see twice the rate. */
export function settingsOf({ concurrency, requestsPerSecond }: Pace): { maxConcurrent: number | null; minTime: number } {
	return { maxConcurrent: concurrency ?? null, minTime: requestsPerSecond ? 1000 / requestsPerSecond : 0 };
}

export function samePace(one: Pace, other: Pace): boolean {
	return one.concurrency === other.concurrency && one.requestsPerSecond === other.requestsPerSecond;
}

/** Beside a longer answer, what comes before the request takes next to nothing, and whoever was made ready would have to wait long. */
const QUICK_MS = 100;

/** The last answer counts for one in so many. */
const LATELY = 16;

function ownPace({ concurrency = DEFAULT_CONCURRENCY, requestsPerSecond }: Provider<never>): Pace & { concurrency: number } {
	return { concurrency, requestsPerSecond };
}

/** Turns by provider identity. */
class TurnsOfAll {
	private readonly known = new Map<string, { turns: Turns; pace: Pace }>();

	of(identity: string, pace: Pace): Turns {
		const known = this.known.get(identity);
		if (!known) {
			const turns = new Turns(pace);
			this.known.set(identity, { turns, pace });
			return turns;
		}
		if (!samePace(known.pace, pace)) {
			known.pace = pace;
			known.turns.setPace(pace);
		}
		return known.turns;
	}
}

/** Paces by provider identity, shared by all batches, sender nodes and campaigns of a process. */
export class Pacers {
	private readonly turns = new TurnsOfAll();

	private readonly turnsAhead = new TurnsOfAll();

	/** How long answers have lately taken, ms, by provider identity. */
	private readonly answersTake = new Map<string, number>();

	private paceOfAll?: PaceOfAll;

	/** From now on a pace that the operator stated holds for several processes together. */
	share(ofAll: PaceOfAll): void {
		this.paceOfAll = ofAll;
	}

	/** Runs a task when the provider's pace allows it. Later settings of the same provider replace earlier ones. */
	run<T>(provider: Provider<never>, task: () => Promise<T>): Promise<T> {
		const { concurrency, requestsPerSecond } = provider;
		const identity = identityOf(provider);
		const own = ownPace(provider);
		const ofAll = this.ofAll(provider);
		if (!ofAll) return this.turns.of(identity, own).run(task);
		// Only as many wait for their turn among all processes as this one may have under way.
		const longestMs = provider.timeoutMs + BESIDE_ANSWER_MS;
		return this.turns.of(identity, { concurrency: own.concurrency }).run(() => ofAll.run(identity, { concurrency, requestsPerSecond }, longestMs, task));
	}

	/** Whether turns come as soon as others are over, and soon, so that it pays to make somebody ready for the next. */
	mayGoAhead(provider: Provider<never>): boolean {
		if (provider.requestsPerSecond !== undefined || this.ofAll(provider)) return false;
		return (this.answersTake.get(identityOf(provider)) ?? 0) < QUICK_MS;
	}

	/** How long a request took, ms. */
	noteAnswer(provider: Provider<never>, tookMs: number): void {
		const identity = identityOf(provider);
		const before = this.answersTake.get(identity) ?? tookMs;
		this.answersTake.set(identity, before + (tookMs - before) / LATELY);
	}

	/** Runs a task that waits for its turn by itself, by `run`: of those that have and those that wait for one, twice as many as may have one. */
	ahead<T>(provider: Provider<never>, task: () => Promise<T>): Promise<T> {
		return this.turnsAhead.of(identityOf(provider), { concurrency: 2 * ownPace(provider).concurrency }).run(task);
	}

	private ofAll({ concurrency, requestsPerSecond }: Provider<never>): PaceOfAll | undefined {
		return concurrency !== undefined || requestsPerSecond !== undefined ? this.paceOfAll : undefined;
	}
}

/** The pace of this process. */
export const processPacers = new Pacers();
