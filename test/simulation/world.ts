import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { IExecuteFunctions } from 'n8n-workflow';

import { Conductor } from '../../engine/campaigns/conductor';
import { enterByDates } from '../../engine/campaigns/live/by-dates';
import { scanLive } from '../../engine/campaigns/live/scanner';
import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { mulberry32 } from '../../engine/campaigns/shuffle';
import type { Store } from '../../engine/store/store';
import { getStore } from '../../nodes/shared/store';
import { CAMPAIGN_NODES } from '../support/campaign-workflow';
import { execute, type TestWorkflow } from '../support/n8n-core';
import { Provider, SimulatedSender, Trouble, useProvider, useTrouble } from './provider';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The account's. */
export const ZONE = 'Europe/Paris';

/** Releases happen on the next multiple of this: it keeps a year short. */
const GRID = 5 * MINUTE;

/** A campaign of the calendar: what its trigger says, and what is drawn behind it. */
export interface Drawn {
	name: string;
	publishedAt: number;
	definition: CampaignDefinition;
	workflow: TestWorkflow;
}

interface Publication extends Drawn {
	id: string;
	conductor: Conductor;
	/** Numbers of the nodes that hold people, and their names. */
	nodes: Array<{ node: number; name: string }>;
}

/** Something that happens at a moment of the year besides campaigns. */
export interface Happening {
	at: number;
	what(world: World): Promise<void>;
}

/**
 * A store on a virtual clock, with campaigns whose workflows run in n8n's own engine. Executions fail, processes are lost
 * between a release and its settlement, and providers misbehave: by chance, from one seed.
 */
export class World {
	readonly provider: Provider;

	readonly random: () => number;

	now: number;

	/** What people did, as it was told to the store. */
	readonly events: Array<{ user: string; name: string; ts: number }> = [];

	/** People who moved, opted out, were merged or erased. */
	readonly changed = new Set<string>();

	/** Messages to one person within seven days, over all campaigns that are not outside of limits. */
	weeklyLimit = Infinity;

	private readonly published: Publication[] = [];

	private constructor(
		readonly store: Store,
		private readonly folder: string,
		seed: number,
		start: number,
	) {
		this.random = mulberry32(seed);
		this.now = start;
		this.provider = new Provider(this.random, () => this.now);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		useProvider(this.provider);
		useTrouble(() => this.random() < 0.03);
	}

	static async open(seed: number, start: number): Promise<World> {
		const folder = mkdtempSync(path.join(tmpdir(), 'campaigns-year-'));
		process.env.N8N_CAMPAIGNS_STORE = path.join(folder, 'store.sqlite');
		process.env.N8N_CAMPAIGNS_TIMEZONE = ZONE;
		const context = { getInputData: () => [], getNodeParameter: () => 'embedded' };
		const store = await getStore(context as unknown as IExecuteFunctions);
		return new World(store, folder, seed, start);
	}

	get file(): string {
		return path.join(this.folder, 'store.sqlite');
	}

	async close(): Promise<void> {
		jest.restoreAllMocks();
		await this.store.close();
		delete process.env.N8N_CAMPAIGNS_STORE;
		delete process.env.N8N_CAMPAIGNS_TIMEZONE;
		rmSync(this.folder, { recursive: true, force: true });
	}

	async publish(drawn: Drawn): Promise<void> {
		const { store } = this;
		const workflowId = drawn.name;
		const workflow = { ...drawn.workflow, id: workflowId, name: drawn.name };
		const nodes = await Promise.all(
			workflow.nodes.map(async ({ name, type }, index) => {
				return { ...(await store.call('registerNode', { workflowId, nodeId: `node-${index + 1}`, name, type })), name };
			}),
		);
		const id = `${workflowId}:node-1`;
		await store.call('publishCampaign', { campaignId: id, workflowId, name: drawn.name, labels: [], definition: drawn.definition, byOperator: true });
		const conductor = new Conductor({ store, campaignId: id, node: (nodes[0] as { node: number }).node, announce: async () => true });
		this.published.push({ ...drawn, workflow, id, conductor, nodes });
	}

	/** Lets time pass until `end`: at every moment at which anything is due, whatever is due is done. */
	async runUntil(end: number, happenings: readonly Happening[], checkDaily: (world: World) => Promise<void>): Promise<void> {
		const left = [...happenings].sort((a, b) => a.at - b.at);
		let [nextCheck, nextDue, nextDates] = [this.now + DAY, this.now, this.now];
		while (this.now < end) {
			let isBusy = this.now >= nextDue;
			for (; left[0] && left[0].at <= this.now; isBusy = true) await left.shift()?.what(this);
			if (this.now >= nextDates) {
				isBusy = (await enterByDates(this.store)) > 0 || isBusy;
				nextDates = this.now + HOUR;
			}
			if (isBusy) nextDue = await this.doWhatIsDue();
			if (this.now >= nextCheck) {
				await checkDaily(this);
				nextCheck += DAY;
			}
			const next = Math.min(nextDue, left[0]?.at ?? Infinity, nextDates, nextCheck, end);
			this.now = Math.min(end, Math.max(this.now + GRID, Math.ceil(next / GRID) * GRID));
		}
	}

	private async doWhatIsDue(): Promise<number> {
		let next = Infinity;
		await scanLive(this.store);
		for (const campaign of this.published) {
			await campaign.conductor.beat();
			const { nextAt } = await this.store.call('dueRuns', { campaignId: campaign.id });
			next = Math.min(next, nextAt ?? Infinity, await this.nextZone(campaign));
			for (const { node, name } of campaign.nodes) next = Math.min(next, await this.releaseFrom(campaign, node, name));
		}
		return next;
	}

	/** When the next time zone of a campaign is due that goes by people's clocks. */
	private async nextZone({ id, definition }: Publication): Promise<number> {
		if (definition.delivery?.zones !== 'person') return Infinity;
		const runs = await this.store.call('zoneRuns', { campaignId: id });
		return Math.min(...runs.flatMap(({ zones }) => zones.filter(({ state, dueAt }) => state === 'waiting' && dueAt > this.now).map(({ dueAt }) => dueAt)), this.now + 12 * HOUR);
	}

	private async releaseFrom(campaign: Publication, node: number, name: string): Promise<number> {
		for (;;) {
			const { release, nextDue } = await this.store.call('claimRelease', { node, limit: campaign.definition.blockSize });
			if (!release) return nextDue ?? Infinity;
			if (release.size === 0) continue;
			// The process is lost before it begins: the lease runs out.
			if (this.random() < 0.01) return this.now + MINUTE;
			const { status } = await execute({
				workflow: campaign.workflow,
				nodes: [...CAMPAIGN_NODES, SimulatedSender, Trouble],
				start: name,
				items: [{ campaignRelease: { token: release.token } }],
				mode: 'trigger',
				active: true,
			});
			// Or when all is done, and nobody has written that down.
			if (this.random() < 0.01) return this.now + MINUTE;
			await this.store.call('settleRelease', { token: release.token, end: status === 'success' ? 'success' : 'failed' });
		}
	}
}
