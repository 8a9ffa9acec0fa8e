import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { IExecuteFunctions } from 'n8n-workflow';

import { Conductor } from '../../engine/campaigns/conductor';
import { enterByDates } from '../../engine/campaigns/live/by-dates';
import { scanLive } from '../../engine/campaigns/live/scanner';
import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { mulberry32 } from '../../engine/campaigns/shuffle';
import type { Store } from '../../engine/store/store';
import { getStore } from '../../nodes/shared/store';
import { CAMPAIGN_NODES } from '../support/campaign-workflow';
import { executor, type TestWorkflow } from '../support/n8n-core';
import { Due, earliest, later, NEVER, sooner, type Moments } from './due';
import { Provider, SimulatedSender, Trouble, useProvider, useTrouble } from './provider';
import { DAY, HOUR, MINUTE, ZONE } from './units';

/** Nodes look for what is due about so often. */
const SECOND = 1_000;

/** People whose date comes are brought in two hours ahead: looking less often than that is enough. */
const DATES_LOOK = 105 * MINUTE;

/** Every campaign is looked after so often though nothing of it is due: then nothing must come of it. */
const IDLE_LOOK = 7 * DAY;

/** In memory, where there is such a folder: the year's thousands of commits would wait for a disk. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

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
	run: ReturnType<typeof executor>;
	nodes: Array<{ node: number; name: string }>;
	/** Something has happened since it was looked after: a run of it may be over. */
	isStirred: boolean;
	lookedAfterAt: number;
}

/** Where people wait. */
interface Place {
	campaign: Publication;
	/** Of the node. */
	name: string;
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
	readonly events: Array<{ user: string; name: string; ts: number; arrivedAt: number }> = [];

	/** People who moved, opted out, were merged or erased. */
	readonly changed = new Set<string>();

	/** Messages to one person within seven days, over all campaigns that are not outside of limits. */
	weeklyLimit = Infinity;

	/** The store's rows, as they are. */
	readonly rows: DatabaseSync;

	private readonly published: Publication[] = [];

	/** By number of the node. */
	private readonly places = new Map<number, Place>();

	private readonly due: Due;

	private dueCampaigns: Moments<string> = new Map();

	/** Of nodes that gave nobody though somebody is due: they wait for somebody else's place. */
	private readonly notBefore = new Map<number, number>();

	private constructor(
		readonly store: Store,
		private readonly folder: string,
		seed: number,
		start: number,
		private readonly systemNow = Date.now,
	) {
		this.random = mulberry32(seed);
		this.now = start;
		this.rows = new DatabaseSync(path.join(folder, 'store.sqlite'), { readOnly: true });
		this.due = new Due(this.rows);
		this.provider = new Provider(this.random, () => this.now);
		Date.now = () => this.now;
		useProvider(this.provider);
		useTrouble(() => this.random() < 0.03);
	}

	static async open(seed: number, start: number): Promise<World> {
		const folder = mkdtempSync(path.join(FOLDER, 'campaigns-year-'));
		process.env.N8N_CAMPAIGNS_STORE = path.join(folder, 'store.sqlite');
		process.env.N8N_CAMPAIGNS_TIMEZONE = ZONE;
		const context = { getInputData: () => [], getNodeParameter: () => 'embedded' };
		const store = await getStore(context as unknown as IExecuteFunctions);
		return new World(store, folder, seed, start);
	}

	async close(): Promise<void> {
		Date.now = this.systemNow;
		this.rows.close();
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
		const run = executor({ workflow, nodes: [...CAMPAIGN_NODES, SimulatedSender, Trouble] }, true);
		const campaign: Publication = { ...drawn, workflow, id, conductor, run, nodes, isStirred: true, lookedAfterAt: this.now };
		this.published.push(campaign);
		for (const { node, name } of nodes) this.places.set(node, { campaign, name });
	}

	/** Lets time pass until `end`: at every moment at which anything is due, whatever is due is done. */
	async runUntil(end: number, happenings: readonly Happening[], checkDaily: (day: number) => void): Promise<void> {
		const left = [...happenings].sort((a, b) => a.at - b.at);
		let [nextCheck, nextDates, days] = [this.now + DAY, this.now, 0];
		while (this.now < end) {
			let hasHappened = false;
			for (; left[0] && left[0].at <= this.now; hasHappened = true) await left.shift()?.what(this);
			if (hasHappened) await scanLive(this.store);
			if (this.now >= nextDates) {
				await enterByDates(this.store);
				nextDates = this.now + DATES_LOOK;
			}
			const nextDue = await this.doWhatIsDue();
			if (this.now >= nextCheck) {
				await this.lookAfterIdle();
				checkDaily(++days);
				nextCheck += DAY;
			}
			const next = Math.min(nextDue, left[0]?.at ?? Infinity, nextDates, nextCheck, end);
			this.now = Math.min(end, Math.max(this.now + SECOND, Math.ceil(next / SECOND) * SECOND));
		}
	}

	/** @returns when something is due next */
	private async doWhatIsDue(): Promise<number> {
		for (;;) {
			const campaigns = this.published.filter((campaign) => campaign.isStirred || this.nextLook(campaign) <= this.now);
			for (const campaign of campaigns) await this.lookAfter(campaign);
			if (campaigns.length > 0) this.dueCampaigns = this.due.campaigns();
			let next = earliest(this.published.map((campaign) => this.nextLook(campaign)));
			let isDone = true;
			for (const [node, at] of this.due.nodes()) {
				const place = this.places.get(node);
				const dueAt = later(at, this.notBefore.get(node));
				if (!place || dueAt > this.now) next = sooner(next, dueAt);
				else await this.releaseFrom(place, node);
				isDone &&= dueAt > this.now;
			}
			if (isDone) return next;
		}
	}

	/** A campaign that goes by zones looks for zones that have appeared, too, while its next one is to come. */
	private nextLook({ id, definition, lookedAfterAt }: Publication): number {
		const dueAt = this.dueCampaigns.get(id);
		if (dueAt === undefined) return NEVER;
		const soonest = later(dueAt, lookedAfterAt + SECOND);
		return definition.delivery?.zones === 'person' ? sooner(soonest, later(dueAt - DAY, lookedAfterAt + HOUR)) : soonest;
	}

	private async lookAfter(campaign: Publication): Promise<void> {
		campaign.isStirred = false;
		campaign.lookedAfterAt = this.now;
		await campaign.conductor.beat();
	}

	/** Looks after campaigns of which nothing is due: nobody comes out, and the engine knows when the next one does. */
	private async lookAfterIdle(): Promise<void> {
		for (const campaign of this.published.filter(({ lookedAfterAt }) => this.now - lookedAfterAt >= IDLE_LOOK)) {
			await this.lookAfter(campaign);
			for (const { node, name } of campaign.nodes) {
				const { release, nextDue } = await this.store.call('claimRelease', { node, limit: campaign.definition.blockSize });
				if (release) throw new Error(`${campaign.name}: ${name} released ${JSON.stringify(release)}, and nobody was due`);
				this.dueLater(node, nextDue);
			}
		}
	}

	/** The engine says when somebody is due next as it is written in the store. */
	private dueLater(node: number, said: number | undefined): void {
		const waiting = this.due.waiting(node);
		if (waiting !== undefined && waiting <= this.now) this.notBefore.set(node, this.now + MINUTE);
		else if (said !== waiting) throw new Error(`${this.places.get(node)?.campaign.name}: somebody is due at ${waiting}, and the engine says ${said}`);
	}

	private async releaseFrom({ campaign, name }: Place, node: number): Promise<void> {
		campaign.isStirred = true;
		for (;;) {
			const { release, nextDue } = await this.store.call('claimRelease', { node, limit: campaign.definition.blockSize });
			if (!release) return this.dueLater(node, nextDue);
			if (release.size === 0) continue;
			// The process is lost before it begins: the lease runs out.
			if (this.random() < 0.01) return;
			const { status } = await campaign.run({ start: name, items: [{ campaignRelease: { token: release.token } }], mode: 'trigger' });
			// Or when all is done, and nobody has written that down.
			if (this.random() < 0.01) return;
			await this.store.call('settleRelease', { token: release.token, end: status === 'success' ? 'success' : 'failed' });
		}
	}
}
