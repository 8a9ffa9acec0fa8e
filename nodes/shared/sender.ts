import { createHash } from 'node:crypto';

import type { IDataObject, IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';

import type { GroupResult } from '../../engine/delivery/attempt';
import { foreignCampaign, isForeignCampaign, NOBODY } from '../../engine/campaigns/enter-foreign';
import { deliver, type Delivered, type Delivery, type RequestLedger } from '../../engine/delivery/deliver';
import { overruled, overruledOnRelease, type OnTheirWay } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Channel } from '../../engine/people/records';
import type { Reason } from '../../engine/reasons';
import type { NamedProperty } from '../../engine/personalization/at-form';
import type { CompiledTemplate } from '../../engine/personalization/liquid';
import type { Releaser } from '../../engine/holds/releaser';
import type { Store } from '../../engine/store/store';
import { sortArrivals, type Arrived } from './arrivals';
import { withNodeErrors } from './errors';
import { giveHints } from './hints';
import { campaignItem, foreignKeys, isProduction, userOf } from './items';
import { linkedContentOf } from './linked-content';
import { readNamedEvents } from './named-events';
import { keepPayloads } from './payloads';
import type { PersonalizedText } from './personalized-texts';
import { hintTexts } from './text-warnings';
import { sharePaceInQueueMode } from './queue-pace';
import { foreignUser, type Recipient, type RecipientUser } from './recipients';
import { comingOut, NOWHERE, numberOfSelf, openRelease, releaseFrom, releaseToken } from './releases';
import { passTestResults, runTest } from './send-test';
import { explain, notSent, route, type SenderOutputs } from './sender-outputs';
import { accountZone, getStore } from './store';

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

interface Work<Message> {
	recipient: Recipient;
	delivery: Delivery<Message>;
	/** The item that leaves; absent for somebody who was erased while the message waited. */
	json?: IDataObject;
	index: number;
}

/**
 * What `trigger` of every sender does: releases those who wait here, and looks after messages of items that were in no
 * campaign when their process died; those of campaigns the Campaign Trigger looks after.
 */
export async function releaseWaiting(context: ITriggerFunctions): Promise<Releaser> {
	if (context.getNodeParameter('sendTest', false) === true) {
		context.logger.warn(`Campaign node "${context.getNode().name}": "Send Test" is on. It is for runs by hand; a published workflow ignores it.`);
	}
	const store = await getStore(context);
	const campaignId = foreignCampaign(String(context.getWorkflow().id));
	return await releaseFrom(context, store, { limit: 100, beat: async () => await store.call('recoverMessages', { campaignId }) });
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

/** Whoever waited here for a provider, with each of the messages they waited for. */
async function fromRelease<Message>(
	context: IExecuteFunctions,
	sender: Sender<Message>,
	store: Store,
	node: number,
	token: string,
): Promise<Array<Work<Message>>> {
	const items = foreignCampaign(String(context.getWorkflow().id));
	const opened = await openRelease(store, node, token);
	const messages = Map.groupBy(await store.call('messagesOfRelease', { node, token }), ({ hold }) => hold);
	const waiting = opened.flatMap(({ released }) => (released.campaignId === items ? (messages.get(released.hold) ?? []) : []));
	const users = new Map((await foreignUsers(sender, store, waiting.map(keptOf))).map((user, index) => [waiting[index], user]));
	const decisions = await overruledOnRelease(store, comingOut(opened), { now: store.clock.now(), accountZone: accountZone() });
	return opened.flatMap(({ released, profile, event }, index) => {
		const decision = decisions[index];
		const erased = !profile && released.person !== NOBODY;
		const refuse = erased ? { reason: 'erased' as const } : decision?.kind === 'drop' ? decision : undefined;
		const stillMay = atAnyTime(released, profile?.timezone);
		return (messages.get(released.hold) ?? []).map((message): Work<Message> => {
			const { key, payload } = message;
			const kept = keptOf(message);
			const facts = { key, payload, since: released.heldAt, refuse, overruled: stillMay };
			if (released.campaignId === items && !erased) {
				const recipient: Recipient = { json: kept, user: users.get(message) ?? foreignUser(kept), campaignId: items };
				return { recipient, delivery: toDelivery(sender, recipient, released, facts), json: kept, index: 0 };
			}
			const json = profile && campaignItem(store, profile, released, released.visit + 1, kept, event);
			const recipient: Recipient = { json: json ?? {}, user: profile ?? { properties: {} }, campaignId: released.campaignId };
			return { recipient, delivery: toDelivery(sender, recipient, released, facts), json, index: 0 };
		});
	});
}

async function fromArrivals<Message>(
	context: IExecuteFunctions,
	sender: Sender<Message>,
	options: SenderOptions,
	store: Store,
	node: number,
	outputs: SenderOutputs,
): Promise<Array<Work<Message>>> {
	const results = passTestResults(context, outputs);
	const arrived = (await sortArrivals(context, store, node, options.messageKey)).filter(({ index }) => !results.has(index));
	const foreign = arrived.filter((item) => item.kind === 'foreign');
	const foreignLive = isForeignLive(context, options);
	const isDry = (item: Arrived) => item.kind === 'dry' || (item.kind === 'foreign' && !foreignLive);
	const dry = await dryRecipients(sender, store, arrived.flatMap((item) => (isDry(item) && 'json' in item ? [item] : [])));
	const shown: Message[] = [];
	for (const item of arrived) {
		if ('json' in item && isDry(item)) outputs[0].push(await explain(sender, dry.shift() as Recipient, item.index, store.clock.now(), shown));
		if (item.kind === 'lost') outputs[1].push(notSent(item.json, item.index, 'entry_lost', item.detail));
	}
	giveHints(context, sender.hints?.(shown) ?? []);
	const now = store.clock.now();
	// Before anything is claimed: an item that carries too much keeps no other from being sent.
	const payloads = keepPayloads(context, arrived.filter((item) => item.kind === 'entry'), foreignKeys, outputs[1]);
	const wholes = keepPayloads(context, foreignLive ? foreign : [], (json) => json, outputs[1]);
	const known = arrived.flatMap((item): Array<Work<Message>> => {
		if (item.kind !== 'entry' || !payloads.has(item.index)) return [];
		const { arrival, profile, index } = item;
		// A node before may have thrown the person away; they are known all the same.
		const json = item.json.user === undefined ? { ...item.json, user: userOf(profile) } : item.json;
		const recipient: Recipient = { json, user: profile, campaignId: arrival.campaignId, item: index };
		const mayLeave = atAnyTime(arrival, profile.timezone);
		const decision = mayLeave(now);
		const delivery = toDelivery(sender, recipient, arrival, {
			key: options.messageKey(index), since: now, payload: unlessEmpty(payloads.get(index)),
			overruled: mayLeave, refuse: decision?.kind === 'drop' ? decision : undefined,
		});
		return [{ recipient, delivery, json, index }];
	});
	return foreignLive ? [...known, ...(await enterForeign(context, sender, options, store, foreign, wholes))] : known;
}

/** Whom the messages of a dry run are for. */
async function dryRecipients<Message>(sender: Sender<Message>, store: Store, items: Array<{ json: IDataObject; index: number }>): Promise<Recipient[]> {
	const users = await foreignUsers(sender, store, items.map(({ json }) => json));
	const recipients = items.map(({ json, index }, order): Recipient => ({ json, user: users[order] as RecipientUser, campaignId: '', item: index }));
	await readNamedEvents(recipients, sender, store);
	return recipients;
}

/** What the campaign's cut-off and times to live say of a message at the moment it is to leave. */
function atAnyTime({ runState, maxLatenessMs, delivery, setOutAt }: OnTheirWay, timezone: string | null | undefined): (now: number) => Decision | undefined {
	const zone = accountZone();
	const entry = { runState, maxLatenessMs, delivery, setOutAt, timezone };
	return (now) => overruled(entry, { now, accountZone: zone });
}

function isForeignLive(context: IExecuteFunctions, options: SenderOptions): boolean {
	return isProduction(context) || (context.getMode() === 'manual' && options.sendInManualRuns);
}

async function enterForeign<Message>(
	context: IExecuteFunctions,
	sender: Sender<Message>,
	options: SenderOptions,
	store: Store,
	foreign: Array<Extract<Arrived, { kind: 'foreign' }>>,
	payloads: ReadonlyMap<number, string>,
): Promise<Array<Work<Message>>> {
	const items = foreign.filter(({ index }) => payloads.has(index));
	if (items.length === 0) return [];
	const { id, name } = context.getWorkflow();
	// When the execution began: a retry shares it, an execution that shares it and the content does not exist.
	const root = `${context.getExecutionContext()?.establishedAt ?? context.getExecutionId()}`;
	const campaignId = foreignCampaign(String(id));
	const users = await foreignUsers(sender, store, items.map(({ json }) => json));
	const recipients = items.map(({ json, index }, order): Recipient => ({ json, user: users[order] as RecipientUser, campaignId, item: index }));
	const entries = await store.call('enterForeign', {
		workflowId: String(id),
		workflowName: String(name ?? id),
		items: items.map(({ index, json }, order) => {
			const once = options.deduplicateBy?.(index);
			return {
				entryKey: once ? `once ${once}` : `${context.getNode().id} ${root} ${index} ${hash(json)}`,
				userId: (recipients[order] as Recipient).user.id,
			};
		}),
	});
	const seen = new Set<string>();
	return items.flatMap(({ index, json }, order) => {
		const recipient = recipients[order] as Recipient;
		const entry = entries[order] as (typeof entries)[number];
		const key = options.messageKey(index);
		const identity = `${entry.entry}/${key}`;
		if (seen.has(identity)) return [];
		seen.add(identity);
		const facts = { key, since: store.clock.now(), payload: payloads.get(index) as string };
		return [{ recipient, delivery: toDelivery(sender, recipient, { ...entry, visit: 0 }, facts), json, index }];
	});
}

function unlessEmpty(payload: string | undefined): string | null {
	return payload === undefined || payload === '{}' ? null : payload;
}

function hash(json: IDataObject): string {
	return createHash('sha256').update(JSON.stringify(json)).digest('base64url').slice(0, 16);
}

/** What a message that waited kept of its item. */
function keptOf({ payload }: { payload: string | null }): IDataObject {
	return JSON.parse(payload ?? '{}') as IDataObject;
}

/** What items say about people, completed by the sender. */
async function foreignUsers<Message>(sender: Sender<Message>, store: Store, items: IDataObject[]): Promise<RecipientUser[]> {
	const users = items.map(foreignUser);
	if (users.length > 0) await sender.complete?.(users, store);
	return users;
}

function toDelivery<Message>(
	sender: Sender<Message>,
	recipient: Recipient,
	{ entry, visit, run, campaignId, person }: Pick<Delivery<Message>, 'entry' | 'visit' | 'run' | 'campaignId' | 'person'>,
	{ key, since, payload, overruled: mayNotLeave, refuse }: Pick<Delivery<Message>, 'key' | 'since' | 'payload' | 'overruled'> & { refuse?: { reason: Reason; detail?: string } },
): Delivery<Message> {
	return {
		entry, visit, key, run, campaignId, person, since, payload, overruled: mayNotLeave,
		address: refuse ? { ok: false, reason: refuse.reason, detail: refuse.detail } : sender.address(recipient),
		addressMayRepeat: isForeignCampaign(campaignId),
		...(sender.prepare && { prepare: async () => await sender.prepare?.(recipient) }),
		render: (messageId, now) => sender.render(recipient, messageId, now),
	};
}
