import type { GroupResult } from '../../engine/delivery/attempt';
import type { ProviderCounts, SuppliedProvider } from './provider-group';

/** Counts what each provider did during one execution, and shows it on the provider's node on the canvas. */
export class ProviderActivity {
	private readonly counts = new Map<string, ProviderCounts>();

	constructor(private readonly supplied: ReadonlyArray<SuppliedProvider<unknown>>) {}

	count(result: GroupResult): void {
		for (const { provider, outcome } of result.attempts) {
			const counts = this.counts.get(provider) ?? { attempted: 0, sent: 0, refused: 0, unknown: 0 };
			counts.attempted += 1;
			if (outcome === 'sent') counts.sent += 1;
			else if (outcome === 'unknown') counts.unknown += 1;
			else counts.refused += 1;
			this.counts.set(provider, counts);
		}
	}

	/** Once, at the end. Providers that were not asked stay grey. */
	report(): void {
		for (const provider of this.supplied) {
			const counts = this.counts.get(provider.name);
			if (counts) provider.report(counts);
		}
	}
}
