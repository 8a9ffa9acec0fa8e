import { createHash } from 'node:crypto';

import type { IDataObject, IExecuteFunctions, INodeExecutionData, ITriggerFunctions } from 'n8n-workflow';

import type { GroupResult } from '../../engine/delivery/attempt';
import { foreignCampaign, isForeignCampaign, NOBODY } from '../../engine/campaigns/enter-foreign';
import { deliver, type Delivered, type Delivery, type RequestLedger } from '../../engine/delivery/deliver';
import { overruled, overruledOnRelease, type OnTheirWay } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Channel } from '../../engine/people/records';
import { REASONS, type Reason } from '../../engine/reasons';
import type { Releaser } from '../../engine/holds/releaser';
import type { Store } from '../../engine/store/store';
import { sortArrivals, type Arrived } from './arrivals';
import { withNodeErrors } from './errors';
import { campaignItem, foreignKeys, isProduction, outputItem, userOf } from './items';
import { keepPayloads } from './payloads';
import { sharePaceInQueueMode } from './queue-pace';
import { NOWHERE, openRelease, registerSelf, releaseFrom, releaseToken } from './releases';
import { accountZone, getStore } from './store';

/** What is known of whom a message is for: the profile, or what an item of no campaign says. */
export interface RecipientUser {
	id?: string;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	properties: Record<string, unknown>;
}

/** Whom a message is for, and what it may be written from. */
export interface Recipient {
	/** The item as it came. */
	json: IDataObject;
	user: RecipientUser;
	campaignId: string;
}

/** What a sender node supplies: how its messages are made and sent. Everything else is the same for all channels. */
export interface Sender<Message> {
	channel: Channel;
	/** The address of this channel, or why there is none. */
	address(recipient: Recipient): Delivery<Message>['address'];
	/** @param now the store's clock, epoch ms */
	render(recipient: Recipient, messageId: string, now: number): ReturnType<Delivery<Message>['render']>;
	send(message: Message, ledger: RequestLedger): Promise<GroupResult>;
	/** For a dry run: the message as the operator may read it. */
	show(message: Message): IDataObject;
}

export interface SenderOptions {
	/** Longest wait for a provider, ms. */
	maxWaitMs: number;
	/** Foreign items are sent for real even in a manual run. */
	sendInManualRuns: boolean;
	/** Value that makes a foreign item be sent once ever, per item; empty: it has none, and is sent once per execution. */
	deduplicateBy?(itemIndex: number): string;
	/** Tells several messages of one entry at this node apart, per item. */
	messageKey(itemIndex: number): string;
}

/** Outputs of every sender: Sent, Not sent, Unknown. Whoever waits for a provider comes out of this node later. */
export type SenderOutputs = [sent: INodeExecutionData[], notSent: INodeExecutionData[], unknown: INodeExecutionData[]];

interface Work<Message> {
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
	const store = await getStore(context);
	const campaignId = foreignCampaign(String(context.getWorkflow().id));
	return await releaseFrom(context, store, { limit: 100, beat: async () => await store.call('recoverMessages', { campaignId }) });
}

/** What `execute` of every sender does. */
export async function runSender<Message>(
	context: IExecuteFunctions,
	sender: Sender<Message>,
	options: SenderOptions,
): Promise<SenderOutputs> {
	return await withNodeErrors(context, async () => {
		sharePaceInQueueMode();
		const store = await getStore(context);
		const node = context.getMode() === 'manual' && !options.sendInManualRuns ? NOWHERE : await registerSelf(context, store);
		const outputs: SenderOutputs = [[], [], []];
		const token = releaseToken(context);
		const work =
			token === undefined
				? await fromArrivals(context, sender, options, store, node, outputs)
				: await fromRelease(context, sender, store, node, token);
		const results = await deliver(work.map(({ delivery }) => delivery), {
			store,
			node,
			channel: sender.channel,
			send: async (message, ledger) => await sender.send(message, ledger),
			maxWaitMs: options.maxWaitMs,
			canHold: isProduction(context),
		});
		work.forEach(({ json, index }, order) => {
			if (json) route(outputs, json, index, results[order] as Delivered);
		});
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
	const comingOut = opened.map(({ released, profile }) => ({ ...released, person: profile?.person ?? released.person, timezone: profile?.timezone }));
	const decisions = await overruledOnRelease(store, comingOut, { now: store.clock.now(), accountZone: accountZone() });
	return opened.flatMap(({ released, profile, event }, index) => {
		const decision = decisions[index];
		const erased = !profile && released.person !== NOBODY;
		const refuse = erased ? { reason: 'erased' as const } : decision?.kind === 'drop' ? decision : undefined;
		const stillMay = atAnyTime({ ...released, dueAt: undefined, timezone: profile?.timezone });
		return (messages.get(released.hold) ?? []).map(({ key, payload }): Work<Message> => {
			const kept = JSON.parse(payload ?? '{}') as IDataObject;
			const facts = { ...released, key, payload, since: released.heldAt, refuse, overruled: stillMay };
			if (released.campaignId === items && !erased) {
				const recipient: Recipient = { json: kept, user: foreignUser(kept), campaignId: items };
				return { delivery: toDelivery(sender, recipient, facts), json: kept, index: 0 };
			}
			const json = profile && campaignItem(store, profile, { ...released, visit: released.visit + 1 }, kept, event);
			const recipient: Recipient = { json: json ?? {}, user: profile ?? { properties: {} }, campaignId: released.campaignId };
			return { delivery: toDelivery(sender, recipient, facts), json, index: 0 };
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
	const arrived = await sortArrivals(context, store, node, options.messageKey);
	const foreign = arrived.filter((item) => item.kind === 'foreign');
	const foreignLive = isForeignLive(context, options);
	for (const item of arrived) {
		if (item.kind === 'dry' || (item.kind === 'foreign' && !foreignLive)) outputs[0].push(explain(sender, item, store.clock.now()));
		if (item.kind === 'lost') outputs[1].push(notSent(item.json, item.index, 'entry_lost', item.detail));
	}
	const now = store.clock.now();
	// Before anything is claimed: an item that carries too much keeps no other from being sent.
	const payloads = keepPayloads(context, arrived.filter((item) => item.kind === 'entry'), foreignKeys, outputs[1]);
	const wholes = keepPayloads(context, foreignLive ? foreign : [], (json) => json, outputs[1]);
	const known = arrived.flatMap((item): Array<Work<Message>> => {
		if (item.kind !== 'entry' || !payloads.has(item.index)) return [];
		const { arrival, profile, index } = item;
		// A node before may have thrown the person away; they are known all the same.
		const json = item.json.user === undefined ? { ...item.json, user: userOf(profile) } : item.json;
		const recipient: Recipient = { json, user: profile, campaignId: arrival.campaignId };
		const mayLeave = atAnyTime({ ...arrival, timezone: profile.timezone });
		const decision = mayLeave(now);
		const delivery = toDelivery(sender, recipient, {
			...arrival, key: options.messageKey(index), since: now, payload: unlessEmpty(payloads.get(index)),
			overruled: mayLeave, refuse: decision?.kind === 'drop' ? decision : undefined,
		});
		return [{ delivery, json, index }];
	});
	return foreignLive ? [...known, ...(await enterForeign(context, sender, options, store, foreign, wholes))] : known;
}

/** What the campaign's cut-off and times to live say of a message at the moment it is to leave. */
function atAnyTime(entry: OnTheirWay): (now: number) => Decision | undefined {
	return (now) => overruled(entry, { now, accountZone: accountZone() });
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
	const recipients = items.map(({ json }): Recipient => ({ json, user: foreignUser(json), campaignId }));
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
		const facts = { ...entry, visit: 0, key, since: store.clock.now(), payload: payloads.get(index) as string };
		return [{ delivery: toDelivery(sender, recipient, facts), json, index }];
	});
}

function unlessEmpty(payload: string | undefined): string | null {
	return payload === undefined || payload === '{}' ? null : payload;
}

function hash(json: IDataObject): string {
	return createHash('sha256').update(JSON.stringify(json)).digest('base64url').slice(0, 16);
}

/** What an item that is of no campaign says about a person: its `user`, or the item itself. */
function foreignUser(json: IDataObject): RecipientUser {
	const source = (typeof json.user === 'object' && json.user !== null ? json.user : json) as IDataObject;
	const text = (value: unknown) => (value === undefined || value === null || value === '' ? undefined : String(value));
	return {
		id: text(source.id),
		email: text(source.email) ?? null,
		phone: text(source.phone) ?? null,
		timezone: text(source.timezone) ?? null,
		properties: (source.properties as Record<string, unknown> | undefined) ?? source,
	};
}

function toDelivery<Message>(
	sender: Sender<Message>,
	recipient: Recipient,
	facts: Pick<Delivery<Message>, 'entry' | 'visit' | 'key' | 'run' | 'campaignId' | 'person' | 'since' | 'payload' | 'overruled'> & { refuse?: { reason: Reason; detail?: string } },
): Delivery<Message> {
	const { entry, visit, key, run, campaignId, person, since, payload, refuse } = facts;
	return {
		entry, visit, key, run, campaignId, person, since, payload, overruled: facts.overruled,
		address: refuse ? { ok: false, reason: refuse.reason, detail: refuse.detail } : sender.address(recipient),
		addressMayRepeat: isForeignCampaign(campaignId),
		render: (messageId, now) => sender.render(recipient, messageId, now),
	};
}

/** A dry run: the message as it would be, and nothing leaves. */
function explain<Message>(sender: Sender<Message>, item: { json: IDataObject; index: number }, now: number): INodeExecutionData {
	const recipient: Recipient = { json: item.json, user: foreignUser(item.json), campaignId: '' };
	const optedOut = (item.json.user as { optedOut?: Partial<Record<Channel, boolean>> } | undefined)?.optedOut?.[sender.channel];
	const address = optedOut
		? { ok: false as const, reason: 'profile_not_reachable' as const, detail: `Opted out of ${sender.channel}` }
		: sender.address(recipient);
	const rendered = address.ok ? sender.render(recipient, 'preview', now) : undefined;
	const preview: IDataObject = !address.ok
		? { wouldNotSend: REASONS[address.reason], detail: address.detail }
		: rendered?.ok
			? { wouldSend: sender.show(rendered.message) }
			: { wouldNotSend: rendered && REASONS[rendered.reason], detail: rendered?.detail };
	return outputItem({ ...item.json, preview: { ...(item.json.preview as IDataObject | undefined), [sender.channel]: preview } }, item.index);
}

function route(outputs: SenderOutputs, json: IDataObject, index: number, result: Delivered): void {
	const { state, reason, detail, provider, messageId } = result;
	const delivery = { messageId, provider };
	if (state === 'sent') outputs[0].push(outputItem({ ...json, delivery }, index));
	if (state === 'failed' || state === 'not_sent') outputs[1].push(notSent({ ...json, delivery }, index, reason as Reason, detail ?? undefined));
	if (state === 'unknown') {
		outputs[2].push(outputItem({ ...json, delivery, reason, reasonText: REASONS.unknown_outcome, detail }, index));
	}
}

function notSent(json: IDataObject, index: number, reason: Reason, detail?: string): INodeExecutionData {
	return outputItem({ ...json, reason, reasonText: REASONS[reason], ...(detail ? { detail } : {}) }, index);
}
