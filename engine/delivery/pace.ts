import Bottleneck from 'bottleneck';
import type { Provider } from '../channels/provider';

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

/** Limiters by provider identity, shared by all batches, sender nodes and campaigns of a process. */
export class Pacers {
	private readonly limiters = new Map<string, { limiter: Bottleneck; pace: Pace }>();

	private ofAll?: PaceOfAll;

	/** From now on a pace that the operator stated holds for several processes together. */
	share(ofAll: PaceOfAll): void {
		this.ofAll = ofAll;
	}

	/** Runs a task when the provider's pace allows it. Later settings of the same provider replace earlier ones. */
	run<T>(provider: Provider<never>, task: () => Promise<T>): Promise<T> {
		const { concurrency, requestsPerSecond } = provider;
		const identity = identityOf(provider);
		const stated = concurrency !== undefined || requestsPerSecond !== undefined;
		const { ofAll } = this;
		const own = { concurrency: concurrency ?? DEFAULT_CONCURRENCY };
		if (!ofAll || !stated) return this.limiterOf(identity, { ...own, requestsPerSecond }).schedule(task);
		// Only as many wait for their turn among all processes as this one may have under way.
		const longestMs = provider.timeoutMs + BESIDE_ANSWER_MS;
		return this.limiterOf(identity, own).schedule(() => ofAll.run(identity, { concurrency, requestsPerSecond }, longestMs, task));
	}

	private limiterOf(identity: string, pace: Pace): Bottleneck {
		const known = this.limiters.get(identity);
		if (!known) {
			const limiter = new Bottleneck({ id: identity, ...settingsOf(pace) });
			this.limiters.set(identity, { limiter, pace });
			return limiter;
		}
		if (!samePace(known.pace, pace)) {
			known.pace = pace;
			known.limiter.updateSettings(settingsOf(pace));
		}
		return known.limiter;
	}
}

/** The limiters of this process. */
export const processPacers = new Pacers();
