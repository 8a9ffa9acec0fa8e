import { createHash } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { foreignCampaign, isForeignCampaign, NOBODY } from '../../engine/campaigns/enter-foreign';
import type { Delivery } from '../../engine/delivery/deliver';
import { overruled, overruledOnRelease, type OnTheirWay } from '../../engine/gates/always';
import type { Decision } from '../../engine/holds/gate';
import type { Reason } from '../../engine/reasons';
import type { Store } from '../../engine/store/store';
import { sortArrivals, type Arrived } from './arrivals';
import { giveHints } from './hints';
import { campaignItem, foreignKeys, isProduction, userOf } from './items';
import { readNamedEvents } from './named-events';
import { keepPayloads } from './payloads';
import { foreignUser, type Recipient, type RecipientUser } from './recipients';
import { comingOut, openRelease } from './releases';
import { passTestResults } from './send-test';
import type { Sender, SenderOptions } from './sender';
import { explain, notSent, type SenderOutputs } from './sender-outputs';
import { accountZone } from './store';

/** One message that a sender has to deliver, and the item that leaves with it. */
export interface Work<Message> {
	recipient: Recipient;
	delivery: Delivery<Message>;
	/** The item that leaves; absent for somebody who was erased while the message waited. */
	json?: IDataObject;
	index: number;
}

/** Whoever waited here for a provider, with each of the messages they waited for. */
export async function fromRelease<Message>(
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
			const { key, payload, since } = message;
			const kept = keptOf(message);
			const facts = { key, payload, since, refuse, overruled: stillMay };
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

/** Everybody who arrives with items, each once. Whoever is sent to no message comes out at once: of a dry run with what would be sent, of a lost entry with the reason. */
export async function fromArrivals<Message>(
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
