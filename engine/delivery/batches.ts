import type { Batching, HttpProvider, Provider, ProviderOutcome } from '../channels/provider';
import type { AskOptions } from './ask';
import { BatchRequest, type Member } from './batch-request';

/** What became of one attempt. `random`, 0 <= x < 1, of those who shared a request: with the same jitter they come back together. */
export interface Asked {
	outcome: ProviderOutcome;
	random?: number;
}

interface JoinOptions<Message> extends AskOptions<Message> {
	random(): number;
}

/** Messages per request that may become unknown together: most, where a repetition could send twice. */
export const MOST_NOT_IDEMPOTENT = 100;

/** So long without another message, ms, and nobody else is on the way: whoever comes back from a wait does so within a tick of the clock. */
const QUIET_MS = 3;

/** However many are on the way, nobody waits longer for company, ms. */
const LONGEST_MS = 100;

/**
 * Gathers messages that are on their way at the same time and may share a request. Only those of one provider object, which
 * is that of one execution: another one may have other settings.
 */
export class Batches {
	private readonly gatherers = new WeakMap<object, Gatherer<unknown>>();

	/** Undefined: this message goes alone. Rejects with what the message's `beforeRequest` rejects with. */
	join<Message>(provider: Provider<Message>, message: Message, options: JoinOptions<Message>): Promise<Asked> | undefined {
		if ('deliver' in provider || !provider.batch) return undefined;
		const most = mostOf(provider, provider.batch);
		const key = most > 1 ? keyOf(provider, provider.batch, message) : undefined;
		if (key === undefined) return undefined;
		let gatherer = this.gatherers.get(provider) as Gatherer<Message> | undefined;
		if (!gatherer) this.gatherers.set(provider, (gatherer = new Gatherer(provider, provider.batch, most)));
		return gatherer.join(key, message, options);
	}
}

function mostOf<Message>({ idempotent }: HttpProvider<Message>, { most }: Batching<Message>): number {
	return idempotent ? most : Math.min(most, MOST_NOT_IDEMPOTENT);
}

function keyOf<Message>(provider: HttpProvider<Message>, batch: Batching<Message>, message: Message): string | undefined {
	try {
		const key = batch.key(message);
		return key === undefined ? undefined : JSON.stringify([key, provider.breakerKey?.(message)]);
	} catch {
		// What is wrong with it, `request` will say.
		return undefined;
	}
}

interface Group<Message> {
	members: Array<Member<Message>>;
	recipients: Set<string>;
	random: number;
}

class Gatherer<Message> {
	private readonly groups = new Map<string, Group<Message>>();

	private waiting = false;

	/** Whether somebody has come since the last look. */
	private arrived = false;

	constructor(
		private readonly provider: HttpProvider<Message>,
		private readonly batch: Batching<Message>,
		private readonly most: number,
	) {}

	async join(key: string, message: Message, options: JoinOptions<Message>): Promise<Asked> {
		const recipient = this.batch.recipient?.(message);
		if (recipient !== undefined && this.groups.get(key)?.recipients.has(recipient)) this.send(key);
		let group = this.groups.get(key);
		if (!group) this.groups.set(key, (group = { members: [], recipients: new Set(), random: options.random() }));
		const { members, recipients, random } = group;
		if (recipient !== undefined) recipients.add(recipient);
		const outcome = new Promise<ProviderOutcome>((resolve, reject) => members.push({ message, options, resolve, reject }));
		if (members.length >= this.most) this.send(key);
		this.arrived = true;
		if (!this.waiting) void this.wait();
		return { outcome: await outcome, random };
	}

	private async wait(): Promise<void> {
		this.waiting = true;
		const begun = performance.now();
		while (this.arrived && performance.now() - begun < LONGEST_MS) {
			this.arrived = false;
			await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
			// Where the process was busy meanwhile, whoever it was busy with comes first.
			await new Promise((resolve) => setImmediate(resolve));
		}
		this.waiting = false;
		for (const key of [...this.groups.keys()]) this.send(key);
	}

	private send(key: string): void {
		const group = this.groups.get(key);
		this.groups.delete(key);
		if (group) void new BatchRequest(this.provider, this.batch).send(group.members);
	}
}

/** Where the messages of this process gather. */
export const processBatches = new Batches();
