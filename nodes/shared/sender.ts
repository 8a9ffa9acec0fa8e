import type { IDataObject, IExecuteFunctions, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import type { GroupResult } from '../../engine/delivery/attempt';
import { foreignCampaign } from '../../engine/campaigns/enter-foreign';
import { deliver, type Delivered, type Delivery } from '../../engine/delivery/deliver';
import type { RequestLedger } from '../../engine/delivery/message-mark';
import type { Channel } from '../../engine/people/records';
import type { NamedProperty } from '../../engine/personalization/at-form';
import type { CompiledTemplate } from '../../engine/personalization/liquid';
import type { Store } from '../../engine/store/store';
import { withNodeErrors } from './errors';
import { refuseLoop } from './graph';
import { isProduction } from './items';
import { checkLinkedContent, linkedContentOf } from './linked-content';
import { readNamedEvents } from './named-events';
import type { PersonalizedText } from './personalized-texts';
import { hintTexts } from './text-warnings';
import { sharePaceInQueueMode } from './queue-pace';
import type { Recipient, RecipientUser } from './recipients';
import { NOWHERE, numberOfSelf, releaseFrom, releaseToken } from './releases';
import { runTest } from './send-test';
import { route, type SenderOutputs } from './sender-outputs';
import { fromArrivals, fromRelease } from './sender-work';
import { getStore } from './store';

/** What a sender node supplies: how its messages are made and sent. Everything else is the same for all channels. */
export interface Sender<Message> {
	channel: Channel;
	/** What is written anew for each person, and as it was compiled. */
	texts?: readonly PersonalizedText[];
	templates?: Readonly<Record<string, CompiledTemplate>>;
	/** Adds what the store knows of people whose items do not carry all this channel needs; those of a campaign come whole. */
	complete?(users: RecipientUser[], store: Store): Promise<void>;
	/** False: what a message needs cannot be kept, so it fails where others wait for a provider. Default true. */
	canWait?: boolean;
	/** The address of this channel, or why there is none. */
	address(recipient: Recipient): Delivery<Message>['address'];
	/** Fetches what the message takes from elsewhere onto the recipient, or says why it cannot be had. Must not throw. */
	prepare?(recipient: Recipient): ReturnType<NonNullable<Delivery<Message>['prepare']>>;
	/** Properties of events that `prepare` and `foresee` ask for by the events' names. */
	fetchNamed?: readonly NamedProperty[];
	/** The same for a dry run: what is to be shown of it, and in place of a message that cannot be shown. */
	foresee?(recipient: Recipient): Promise<{ shown: IDataObject; instead?: IDataObject }>;
	/** @param now the store's clock, epoch ms */
	render(recipient: Recipient, messageId: string, now: number): ReturnType<Delivery<Message>['render']>;
	send(message: Message, ledger: RequestLedger): Promise<GroupResult>;
	/** For a dry run: the message as the operator may read it. */
	show(message: Message): IDataObject;
	/** For a dry run: what is to be known of its messages together. */
	hints?(messages: readonly Message[]): string[];
	/**
	 * The message as a test: with the operator's mark (may be empty), to the test address alone, and with nothing in it by
	 * which a program would act for the person. Absent: the node has no `testParameters`.
	 */
	markTest?(message: Message, mark: string): Message;
}

export interface SenderOptions {
	/** What becomes of values that somebody lacks. Default fail. */
	missing?: 'fail' | 'empty';
	/** Longest wait for a provider, ms. */
	maxWaitMs: number;
	/** Foreign items are sent for real even in a manual run. */
	sendInManualRuns: boolean;
	/** Value that makes a foreign item be sent once ever, per item; empty: it has none, and is sent once per execution. */
	deduplicateBy?(itemIndex: number): string;
	/** Tells several messages of one entry at this node apart, per item. */
	messageKey(itemIndex: number): string;
}

/**
 * What `trigger` of every sender does: refuses what cannot work, releases those who wait here, and looks after messages of
 * items that were in no campaign when their process died; those of campaigns the Campaign Trigger looks after.
 * @param checkSettings throws when nobody could be sent to with these
 */
export async function startSender(context: ITriggerFunctions, checkSettings: () => void): Promise<ITriggerResponse> {
	return await withNodeErrors(context, async () => {
		checkSettings();
		checkLinkedContent(context, context.getNode());
		refuseLoop(context);
		if (context.getNodeParameter('sendTest', false) === true) {
			context.logger.warn(`Campaign node "${context.getNode().name}": "Send Test" is on. It is for runs by hand; a published workflow ignores it.`);
		}
		const store = await getStore(context);
		const campaignId = foreignCampaign(String(context.getWorkflow().id));
		const releaser = await releaseFrom(context, store, { limit: 100, beat: async () => await store.call('recoverMessages', { campaignId }) });
		return { closeFunction: async () => releaser.stop() };
	});
}

/** What `execute` of every sender does. */
export async function runSender<Message>(
	context: IExecuteFunctions,
	given: Sender<Message>,
	options: SenderOptions,
): Promise<SenderOutputs> {
	return await withNodeErrors(context, async () => {
		sharePaceInQueueMode();
		const store = await getStore(context);
		const linked = await linkedContentOf(context, store);
		const sender = linked?.addTo(given) ?? given;
		const node = context.getMode() === 'manual' && !options.sendInManualRuns ? NOWHERE : await numberOfSelf(context, store);
		const outputs: SenderOutputs = [[], [], []];
		await runTest(context, sender, store, outputs);
		const token = releaseToken(context);
		if (context.getMode() === 'manual' && token === undefined) await hintTexts(context, store, sender, options.missing ?? 'fail');
		const work =
			token === undefined
				? await fromArrivals(context, sender, options, store, node, outputs)
				: await fromRelease(context, sender, store, node, token);
		await readNamedEvents(work.map(({ recipient }) => recipient), sender, store);
		const results = await deliver(work.map(({ delivery }) => delivery), {
			store,
			node,
			channel: sender.channel,
			send: async (message, ledger) => await sender.send(message, ledger),
			maxWaitMs: options.maxWaitMs,
			canHold: isProduction(context) && sender.canWait !== false,
		});
		work.forEach(({ json, index }, order) => {
			if (json) route(outputs, json, index, results[order] as Delivered);
		});
		linked?.report();
		return outputs;
	});
}
