import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import type { GroupResult } from '../../engine/delivery/attempt';
import type { RequestLedger } from '../../engine/delivery/message-mark';
import type { Channel } from '../../engine/people/records';
import { campaignTag } from '../../nodes/shared/items';
import type { Recipient } from '../../nodes/shared/recipients';
import { runSender } from '../../nodes/shared/sender';

/** One request that reached the provider. */
export interface Request {
	at: number;
	messageId: string;
	campaign: string;
	run: number;
	entry: number;
	visit: number;
	node: string;
	channel: Channel;
	person: string;
	/** What the provider made of it; of `unknown` nobody else knows. */
	outcome: 'sent' | 'recipient' | 'unknown' | 'refused';
}

interface Message {
	messageId: string;
	recipient: Recipient;
}

/** A provider that takes most messages, refuses some and leaves some unanswered: by chance, from a seed. */
export class Provider {
	readonly requests: Request[] = [];

	/** Refuses everything until this moment. */
	downUntil = 0;

	constructor(
		private readonly random: () => number,
		private readonly now: () => number,
	) {}

	async take({ messageId, recipient }: Message, node: string, channel: Channel, ledger: RequestLedger): Promise<GroupResult> {
		await ledger.beforeRequest();
		const tag = campaignTag(recipient.json);
		const outcome = this.outcome();
		this.requests.push({
			at: this.now(), messageId, node, channel, outcome,
			campaign: recipient.campaignId, run: tag?.run ?? 0, entry: tag?.entry ?? 0, visit: tag?.visit ?? 0, person: recipient.user.id ?? '',
		});
		const by = { provider: 'Simulated', kind: 'simulated', attempts: [] };
		switch (outcome) {
			case 'sent':
				return { ...by, outcome, providerId: null };
			case 'recipient':
				return { ...by, outcome, reason: 'invalid_recipient', code: 'bad', detail: 'By chance' };
			case 'unknown':
				return { ...by, outcome, code: 'silence', detail: 'By chance' };
			case 'refused':
				return { outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [] };
		}
	}

	private outcome(): Request['outcome'] {
		if (this.now() < this.downUntil) return 'refused';
		const chance = this.random();
		if (chance < 0.02) return 'recipient';
		if (chance < 0.03) return 'unknown';
		return chance < 0.05 ? 'refused' : 'sent';
	}
}

/** The provider of the simulation that runs in this process. */
let current: Provider | undefined;

export function useProvider(provider: Provider): void {
	current = provider;
}

/** A sender of this pack whose provider is the simulation's. */
export class SimulatedSender implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Simulated Sender',
		name: 'simulatedSender',
		group: ['output'],
		version: 1,
		description: '',
		defaults: { name: 'Simulated Sender' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		properties: [
			{ displayName: 'Store', name: 'store', type: 'string', default: 'embedded' },
			{ displayName: 'Channel', name: 'channel', type: 'string', default: 'sms' },
		],
		usableAsTool: true,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const channel = this.getNodeParameter('channel', 0, 'sms') as Channel;
		const node = this.getNode().name;
		return await runSender<Message>(
			this,
			{
				channel,
				address: ({ user }) => (user.phone ? { ok: true, address: user.phone } : { ok: false, reason: 'profile_not_reachable' }),
				render: (recipient, messageId) => ({ ok: true, message: { messageId, recipient } }),
				send: async (message, ledger) => await (current as Provider).take(message, node, channel, ledger),
				show: () => ({}) as IDataObject,
			},
			{ maxWaitMs: 24 * 3_600_000, sendInManualRuns: false, messageKey: () => '' },
		);
	}
}

let chanceOfTrouble: () => boolean = () => false;

export function useTrouble(happens: () => boolean): void {
	chanceOfTrouble = happens;
}

/** A node between ours that fails now and then, as an HTTP Request would. */
export class Trouble implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Trouble',
		name: 'trouble',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Trouble' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
		usableAsTool: true,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (chanceOfTrouble()) throw new Error('A node of n8n failed, by chance');
		return [this.getInputData().map((item, index) => ({ ...item, pairedItem: { item: index } }))];
	}
}
