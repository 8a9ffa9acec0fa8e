import type { CampaignError } from '../errors';
import { isRuleError } from '../segments/rule-errors';
import type { Store } from '../store/store';
import { endRun } from './control/end-run';
import type { CampaignDefinition } from './definition';
import type { DueRun } from './select';
import { ZoneStarter } from './zones/zone-starter';

const RECEIPTS_MS = 60_000;

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

	private readonly zones: ZoneStarter;

	/** When receipts that came too early are looked at next, epoch ms. */
	private nextLook = 0;

	constructor(private readonly options: ConductorOptions) {
		this.zones = new ZoneStarter({ ...options, cannotStart: async (run, error) => await this.pauseFor(run, error) });
	}

	async beat(): Promise<void> {
		const { store, campaignId } = this.options;
		await this.startDueRuns();
		await this.zones.beat();
		await store.call('recoverMessages', { campaignId });
		await this.lookAtReceipts();
		const { toAnnounce, toEnd } = await store.call('finishRuns', { campaignId });
		for (const run of toEnd ?? []) await endRun(store, run);
		for (const { run, state } of toAnnounce) void this.announce(run, state);
	}

	/** Whoever took them in looks sooner, unless that process has died. */
	private async lookAtReceipts(): Promise<void> {
		const { store } = this.options;
		const now = store.clock.now();
		if (now < this.nextLook && this.nextLook - now <= RECEIPTS_MS) return;
		this.nextLook = now + RECEIPTS_MS;
		await store.call('applyEarlyReceipts', {});
	}

	private async startDueRuns(): Promise<void> {
		const { store, campaignId, node } = this.options;
		const { due } = await store.call('dueRuns', { campaignId });
		for (const dueRun of due) {
			try {
				const { people } = await store.ask('find', { rule: dueRun.definition.segment });
				await store.call('startRun', { run: dueRun.run, node, people, of: dueRun });
			} catch (error) {
				await this.pauseFor(dueRun, error);
			}
		}
	}

	/** Pauses the campaign when the run's segment cannot be used; any other error is thrown on. */
	private async pauseFor({ run, definition, scheduledAt }: DueRun, error: unknown): Promise<void> {
		if (!isRuleError(error)) throw error;
		await this.options.store.call('pauseForRun', { run, definition, scheduledAt, reason: whyNotStarted(definition, error) });
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

/** For the operator, who knows saved segments and lists by their names. */
function whyNotStarted({ named = {} }: CampaignDefinition, { code, message, hint }: CampaignError): string {
	const readable = Object.entries(named).reduce((text, [id, name]) => text.replaceAll(id, () => name), message);
	const whatToDo =
		code === 'unknown_reference'
			? 'It was deleted after the campaign was published. Make it again and choose it in the Campaign Trigger, or change the segment there'
			: (hint ?? 'Correct the segment').replace(/\.$/, '');
	return `The run could not start. ${readable} ${whatToDo}; then publish again.`;
}
