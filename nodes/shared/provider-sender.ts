import { NodeConnectionTypes, type IExecuteFunctions, type INodeTypeDescription, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';

import type { Provider } from '../../engine/channels/provider';
import type { AttemptOptions, GroupResult } from '../../engine/delivery/attempt';
import { CampaignError } from '../../engine/errors';
import type { Channel } from '../../engine/people/records';
import { IN_REAL_TIME } from './in-real-time';
import { linkedContentInput } from './linked-content';
import { ProviderActivity } from './provider-activity';
import { collectProviders, MAX_PROVIDERS, providersOf, type SuppliedProvider } from './provider-group';
import type { SenderOutputs } from './sender-outputs';
import { runSender, startSender, type Sender } from './sender';
import { readSenderOptions } from './sender-parameters';
import { storeCredentials } from './store';
import { dryRunHint, testHint } from './test-parameters';

/**
 * What the descriptions of all senders with providers have in common.
 * @param providers node types that the palette behind "Providers" offers, in this order
 */
export function providerSenderDescription(providers: string[]): Pick<INodeTypeDescription, 'group' | 'version' | 'inputs' | 'outputs' | 'outputNames' | 'credentials' | 'hints'> {
	return {
		group: ['transform'],
		version: 1,
		inputs: [
			{ type: NodeConnectionTypes.Main },
			{ type: NodeConnectionTypes.AiChain, displayName: 'Providers', required: true, maxConnections: MAX_PROVIDERS, filter: { nodes: providers } },
			linkedContentInput,
		],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: storeCredentials,
		hints: [testHint, dryRunHint('A run by hand shows each message as it would be, and sends nothing.')],
	};
}

/** A sender whose messages go through the providers connected to it. `Sent`: what a provider is handed, where it is another message. */
export interface ProviderSender<Message, Sent = Message> extends Omit<Sender<Message>, 'channel' | 'send'> {
	send(message: Message, options: AttemptOptions<Sent>): Promise<GroupResult>;
}

/** What `trigger` of every sender with providers does. `checkSettings` throws when nobody could be sent to with these. */
export async function startProviderSender(context: ITriggerFunctions, channel: Channel, checkSettings: () => void): Promise<ITriggerResponse> {
	return await startSender(context, () => {
		checkSettings();
		requireProvider(context, context.getNode().name, channel);
	});
}

/**
 * What `execute` of every sender with providers does.
 * @param make how this node writes its messages and hands them to the providers, whose sub-nodes are `supplied` in the same order; asked once per batch
 */
export async function runProviderSender<Message, Sent = Message>(
	context: IExecuteFunctions,
	channel: Channel,
	make: (providers: Array<Provider<Sent>>, options: { missing: 'fail' | 'empty' }, supplied: ReadonlyArray<SuppliedProvider<Sent>>) => ProviderSender<Message, Sent>,
): Promise<SenderOutputs> {
	const options = readSenderOptions(context);
	const supplied = await collectProviders<Sent>(context, channel);
	const activity = new ProviderActivity(supplied);
	const { send, ...messages } = make(providersOf(supplied), options, supplied);
	const sender: Sender<Message> = {
		...messages,
		channel,
		send: async (message, ledger) => {
			const result = await send(message, {
				...ledger,
				...IN_REAL_TIME,
			});
			activity.count(result);
			return result;
		},
	};
	const outputs = await runSender(context, sender, options);
	activity.report();
	return outputs;
}

/** Throws a CampaignError when no provider that is switched on is connected to a sender, or one of this pack for another channel. */
export function requireProvider(context: IExecuteFunctions | ITriggerFunctions, name: string, channel: Channel): void {
	const providers = context.getParentNodes(name, { connectionType: 'ai_chain', depth: 1 }).filter(({ disabled }) => !disabled);
	const own = new RegExp(`^n8n-nodes-campaigns\\.\\w*${channel}Provider$`, 'i');
	const stranger = providers.find(({ type }) => type.startsWith('n8n-nodes-campaigns.') && !own.test(type));
	if (stranger) throw new CampaignError('wrong_provider', `"${stranger.name}" cannot send the messages of "${name}": it is for another channel.`, 'Connect a provider of this channel in its place.');
	if (providers.length === 0) {
		throw new CampaignError('no_provider', `"${name}" has no provider.`, 'Connect one below the node, at its Providers input, and enable it.');
	}
}
