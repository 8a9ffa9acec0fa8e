import type { Store } from '../store/store';

export interface ConductorOptions {
	store: Store;
	campaignId: string;
	/** Number of the Campaign Trigger's node. */
	node: number;
	/** Tells the workflow that a run is over; resolves to true when it has been told. */
	announce(run: number, state: string): Promise<boolean>;
}

/**
 * What a campaign needs to have done about every second: starts runs whose time has come, looks after messages whose
 * process died, and announces runs that are over. Everything is in the store; called twice at once it does nothing twice.
 */
export class Conductor {
	private readonly announcing = new Set<number>();

	private readonly told = new Set<number>();

	constructor(private readonly options: ConductorOptions) {}

	async beat(): Promise<void> {
		const { store, campaignId } = this.options;
		await this.startDueRuns();
		await store.call('recoverMessages', { campaignId });
		const { toAnnounce } = await store.call('finishRuns', { campaignId });
		for (const { run, state } of toAnnounce) void this.announce(run, state);
	}

	private async startDueRuns(): Promise<void> {
		const { store, campaignId, node } = this.options;
		const { due } = await store.call('dueRuns', { campaignId });
		for (const { run, definition } of due) {
			const { people } = await store.ask('find', { rule: definition.segment });
			await store.call('startRun', { run, node, people });
		}
	}

	/** Once per process; the next one says it again if this one dies before it is written down. */
	private async announce(run: number, state: string): Promise<void> {
		if (this.announcing.has(run)) return;
		this.announcing.add(run);
		try {
			if (!this.told.has(run) && (await this.options.announce(run, state))) this.told.add(run);
			if (this.told.has(run)) await this.options.store.call('announced', { run });
		} catch {
			// The store is away: the next beat writes it.
		} finally {
			this.announcing.delete(run);
		}
	}
}
