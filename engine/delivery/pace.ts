import Bottleneck from 'bottleneck';
import type { Provider } from '../channels/provider';

/** What a provider may be asked: requests at once, and requests per second (undefined: as many as fit). */
export interface Pace {
	concurrency: number;
	requestsPerSecond?: number;
}

export const DEFAULT_CONCURRENCY = 10;

/** The key by which everything that reaches one account and sender shares its limits. */
export function identityOf(provider: Provider<never>): string {
	return provider.identity ?? `${provider.kind} ${provider.label}`;
}

/** The one place where a limiter is made, whatever keeps its state. */
function createLimiter(identity: string, pace: Pace): Bottleneck {
	return new Bottleneck({ id: identity, ...settingsOf(pace) });
}

/** A gap between two starts, not a number per window: at the edge of two windows a provider would see twice the rate. */
function settingsOf({ concurrency, requestsPerSecond }: Pace): Bottleneck.ConstructorOptions {
	return { maxConcurrent: concurrency, minTime: requestsPerSecond ? 1000 / requestsPerSecond : 0 };
}

/** Limiters by provider identity, shared by all batches, sender nodes and campaigns of a process. */
export class Pacers {
	private readonly limiters = new Map<string, { limiter: Bottleneck; pace: Pace }>();

	/** Runs a task when the provider's pace allows it. Later settings of the same provider replace earlier ones. */
	run<T>(provider: Provider<never>, task: () => Promise<T>): Promise<T> {
		return this.limiterOf(provider).schedule(task);
	}

	private limiterOf(provider: Provider<never>): Bottleneck {
		const identity = identityOf(provider);
		const pace: Pace = { concurrency: provider.concurrency ?? DEFAULT_CONCURRENCY, requestsPerSecond: provider.requestsPerSecond };
		const known = this.limiters.get(identity);
		if (!known) {
			const limiter = createLimiter(identity, pace);
			this.limiters.set(identity, { limiter, pace });
			return limiter;
		}
		if (known.pace.concurrency !== pace.concurrency || known.pace.requestsPerSecond !== pace.requestsPerSecond) {
			known.pace = pace;
			known.limiter.updateSettings(settingsOf(pace));
		}
		return known.limiter;
	}
}

/** The limiters of this process. */
export const processPacers = new Pacers();
