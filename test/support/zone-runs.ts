import { Conductor } from '../../engine/campaigns/conductor';
import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { PLAIN_DELIVERY, type DeliveryRules } from '../../engine/campaigns/delivery-rules';
import type { RunReport } from '../../engine/reports/run-report';
import type { Store } from '../../engine/store/store';
import { CAMPAIGN_ID, node } from './campaign';
import type { StoreFixture } from './stores';

/** Publishes a campaign that goes by zones, and returns its run. */
export async function publishByZones(store: Store, at: number, delivery: Partial<DeliveryRules> = {}, more: Partial<CampaignDefinition> = {}): Promise<number> {
	const { run } = await store.call('publishCampaign', {
		campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'By zones', labels: [], byOperator: true,
		definition: {
			segment: { all: [] }, schedule: { kind: 'at', at }, runKey: `at ${at}`, blockSize: 100, graceMs: 0, maxLatenessMs: 86_400_000,
			delivery: { ...PLAIN_DELIVERY, zones: 'person', ...delivery }, ...more,
		},
	});
	return run?.run as number;
}

export async function conductorOf(store: Store): Promise<Conductor> {
	return new Conductor({ store, campaignId: CAMPAIGN_ID, node: await node(store, 'trigger'), announce: async () => true });
}

export async function reportOf(store: Store, run: number): Promise<RunReport> {
	return (await store.ask('runReport', { run })) as RunReport;
}

/** Who has left the trigger by now, and when: by user id, epoch milliseconds. Somebody released twice has two times. */
export class Releases {
	readonly times = new Map<string, number[]>();

	constructor(private readonly fixture: StoreFixture) {}

	/** Releases everybody who is due; their executions end at once. */
	async take(): Promise<void> {
		const { store, clock } = this.fixture;
		const trigger = await node(store, 'trigger');
		for (;;) {
			const claim = await store.call('claimRelease', { node: trigger, limit: 500 });
			if (!claim.release) return;
			const people = await store.call('openRelease', { token: claim.release.token, node: trigger });
			for (const { profile: { id } } of await store.call('profilesOf', { people: people.map(({ person }) => person) })) {
				this.times.set(id, [...(this.times.get(id) ?? []), clock.now()]);
			}
			await store.call('settleRelease', { token: claim.release.token, end: 'success' });
		}
	}

	/** Moves the clock on to `until` in steps, and beats these conductors at once and releases after each. */
	async run(conductors: Conductor[], until: number, stepMs: number): Promise<void> {
		const times: number[] = [];
		for (let time = this.fixture.clock.now(); time < until; time += stepMs) times.push(time);
		await this.runAt(conductors, [...times, until]);
	}

	/** As `run`, at these times. */
	async runAt(conductors: Conductor[], times: number[]): Promise<void> {
		for (const time of times) {
			this.fixture.clock.set(time);
			await Promise.all(conductors.map(async (conductor) => await conductor.beat()));
			await this.take();
		}
	}

	/** As ISO, for reading. */
	shown(): Record<string, string[]> {
		return Object.fromEntries([...this.times].sort().map(([id, times]) => [id, times.map((time) => new Date(time).toISOString().slice(5, 16))]));
	}
}
