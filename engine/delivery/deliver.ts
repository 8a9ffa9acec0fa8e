import { WAITS_FOR_MIDNIGHT } from '../gates/cut-off';
import type { Decision } from '../holds/gate';
import type { Channel } from '../people/records';
import type { Reason } from '../reasons';
import { storable } from '../storable';
import type { Store } from '../store/store';
import { addressHash } from './address-hash';
import type { GroupResult } from './attempt';
import { AuthFailures } from './auth-failures';
import { claimToken, type ClaimedMessage, type MessageClaim } from './claim';
import type { MessageHold } from './hold-message';
import { Ledger } from './ledger';
import { MessageMark, Overruled, TakenOver, type RequestLedger } from './message-mark';
import type { Settlement } from './settle';
import { identityOf } from './stored-messages';
import { processStretches } from './stretches';

/** One message to be delivered. */
export interface Delivery<Message> {
	entry: number;
	visit: number;
	/** Tells several messages of one entry at one sender apart; usually ''. */
	key: string;
	run: number;
	campaignId: string;
	person: number;
	/** Since when no provider takes it, or now: an outage is waited out from here. */
	since: number;
	/** Where it goes, or why it cannot go anywhere. */
	address: { ok: true; address: string } | { ok: false; reason: Reason; detail?: string };
	/** Another person's message may go to the same address, too: items of no campaign are not one audience. */
	addressMayRepeat?: boolean;
	/**
	 * Why it may not leave at `now`, or not yet; asked just before every request, because a message may wait long for its
	 * turn. Absent, or undefined: it may.
	 */
	overruled?(now: number): Decision | undefined;
	/**
	 * Fetches what the message is made from elsewhere, or says why it cannot be made. Only called when it is really to be
	 * sent, just before `render`, at the same time as for other messages; the claim is kept however long it takes. Must not throw.
	 */
	prepare?(): Promise<{ reason: Reason; detail: string } | undefined>;
	/** Makes the message, under the id given to it, at `now` (the store's clock, epoch ms). Only called when it is really to be sent. */
	render(messageId: string, now: number): { ok: true; message: Message } | { ok: false; reason: Reason; detail: string };
	/** JSON of what other nodes had put on the item; kept if the message has to wait. */
	payload: string | null;
}

/** What became of one delivery. `elsewhere`: another execution has it in hand, and will pass its item on. */
export interface Delivered {
	state: 'sent' | 'failed' | 'not_sent' | 'unknown' | 'held' | 'elsewhere';
	reason: Reason | null;
	detail: string | null;
	/** The provider's label. */
	provider: string | null;
	/** Our id of the message; absent when there was none to make. */
	messageId?: string;
}

export interface DeliverOptions<Message> {
	store: Store;
	/** Number of the sender's node. */
	node: number;
	channel: Channel;
	/** Sends one message through the sender's providers, and tells `ledger` about every request. */
	send(message: Message, ledger: RequestLedger): Promise<GroupResult>;
	/** How long an outage is waited out before a message fails as provider_unavailable, ms. */
	maxWaitMs: number;
	/** False inside a sub-workflow, where nothing can be released: a message that would wait fails instead. */
	canHold: boolean;
}

const RENEW_MS = 20_000;
const FIRST_HOLD_MS = 30_000;
const MAX_HOLD_MS = 15 * 60_000;

/**
 * The one path of every message: claim, send, settle. Messages that exist already keep their recorded outcome and send
 * nothing. Results are in the order of `deliveries`.
 */
export async function deliver<Message>(deliveries: Delivery<Message>[], options: DeliverOptions<Message>): Promise<Delivered[]> {
	if (deliveries.length === 0) return [];
	const { store, node, channel } = options;
	const token = claimToken();
	const claimed = await store.call('claimMessages', { node, channel, token, messages: deliveries.map(toClaim), canHold: options.canHold });
	const byIdentity = new Map(claimed.map((message) => [identityOf(message), message]));
	const mine = claimed.flatMap((one) => (one.mine ? [one.message] : []));
	const renewal = setInterval(() => void store.call('renewClaims', { token, messages: mine }).catch(() => {}), RENEW_MS).unref();
	try {
		const begun = new Set<string>();
		const ends = await Promise.allSettled(
			deliveries.map(async (delivery): Promise<Delivered> => {
				const message = byIdentity.get(identityOf(delivery)) as ClaimedMessage;
				// The same message twice in one batch: the first item stands for it.
				if (begun.has(identityOf(delivery))) return { state: 'elsewhere', reason: null, detail: null, provider: null };
				begun.add(identityOf(delivery));
				return message.mine ? await new OneMessage(delivery, message, token, options).run() : recorded(message, store);
			}),
		);
		// Everybody else is seen to their end before one failure fails the batch.
		return ends.map((end) => {
			if (end.status === 'rejected') throw end.reason;
			return end.value;
		});
	} finally {
		clearInterval(renewal);
	}
}

function toClaim(delivery: Delivery<unknown>): MessageClaim {
	const { entry, visit, key, run, campaignId, person, address, addressMayRepeat, payload } = delivery;
	return {
		entry, visit, key, run, campaignId, person, payload,
		addressHash: address.ok && !addressMayRepeat ? addressHash(address.address) : null,
		// The detail may quote what stands in the place of an address.
		...(address.ok ? {} : { refuse: { reason: address.reason, detail: address.detail && storable(address.detail) } }),
	};
}

function recorded(message: ClaimedMessage, store: Store): Delivered {
	const { state, reason, detail, provider } = message;
	const settled = state === 'sent' || state === 'failed' || state === 'not_sent' || state === 'unknown' || state === 'held';
	return { state: settled ? state : 'elsewhere', reason, detail, provider, messageId: messageId(store, message.message) };
}

/** Opaque, stable over retries, unique over stores. */
function messageId(store: Store, message: number): string {
	return `${store.fingerprint}-${message}`;
}

/** A message that is ours, from rendering to its settlement. */
class OneMessage<Message> {
	private readonly id: string;

	private readonly ledger: Ledger;

	private readonly mark: MessageMark;

	constructor(
		private readonly delivery: Delivery<Message>,
		private readonly claimed: ClaimedMessage,
		private readonly token: string,
		private readonly options: DeliverOptions<Message>,
	) {
		this.id = messageId(options.store, claimed.message);
		this.ledger = Ledger.of(options.store);
		this.mark = new MessageMark(options.store, this.ledger, { number: claimed.message, token, channel: options.channel }, () => this.overruling());
	}

	async run(): Promise<Delivered> {
		const { address } = this.delivery;
		// Claimed before, held, and no longer to be sent when it came out.
		if (!address.ok) return await this.settle('not_sent', address.reason, address.detail ?? null);
		const overruled = this.overruling();
		if (overruled) return await this.endBy(overruled);
		const missing = await this.delivery.prepare?.();
		if (missing) return await this.settle('failed', missing.reason, missing.detail);
		const rendered = await processStretches.do(() => this.delivery.render(this.id, this.options.store.clock.now()));
		if (!rendered.ok) return await this.settle('failed', rendered.reason, rendered.detail);
		const { mark } = this;
		let result: GroupResult;
		try {
			result = await this.options.send(rendered.message, mark.told);
		} catch (error) {
			// It may have been noted before it turned out that it may not leave.
			if (!mark.mayHaveLeft) mark.end();
			if (error instanceof TakenOver) return { state: 'elsewhere', reason: null, detail: null, provider: null };
			if (!mark.mayHaveLeft && error instanceof Overruled) return await this.endBy(error.decision);
			if (!mark.mayHaveLeft) {
				// The store failed before the request, perhaps after it had written the mark: the claim is left to whoever comes next.
				await this.ledger.unmarkSending(this.claimed.message, this.token, false);
				throw error;
			}
			return await this.settle('unknown', 'unknown_outcome', (error as Error).message);
		}
		switch (result.outcome) {
			case 'sent':
				AuthFailures.of(this.options.store).succeeded(this.delivery.campaignId);
				return await this.settle('sent', null, null, result.provider, result.providerId);
			case 'recipient':
				return await this.settle('failed', result.reason, `${result.code}: ${result.detail}`, result.provider);
			case 'unknown':
				return await this.settle('unknown', 'unknown_outcome', `${result.code}: ${result.detail}`, result.provider, result.providerId);
			case 'failed':
				return await this.refused(result);
		}
	}

	private overruling(): Decision | undefined {
		const decision = this.delivery.overruled?.(this.options.store.clock.now());
		return decision?.kind === 'pass' ? undefined : decision;
	}

	/** Nothing has left, and nothing may: it ends here, or waits at the sender for its time. */
	private async endBy(decision: Decision): Promise<Delivered> {
		if (decision.kind === 'hold' && this.options.canHold) {
			await this.hold(decision.until, WAITS_FOR_MIDNIGHT);
			return { state: 'held', reason: null, detail: WAITS_FOR_MIDNIGHT, provider: null, messageId: this.id };
		}
		const { reason, detail = null } = decision.kind === 'drop' ? decision : { reason: 'cut_off' as const };
		return await this.settle('not_sent', reason, detail);
	}

	/** No provider took it. For a passing reason it waits at the sender, as long as there is time. */
	private async refused(result: Extract<GroupResult, { outcome: 'failed' }>): Promise<Delivered> {
		const detail = result.attempts.map((attempt) => `${attempt.provider}: ${attempt.code ?? attempt.outcome} ${attempt.detail ?? ''}`.trim()).join('; ');
		const { store, maxWaitMs, canHold } = this.options;
		if (result.reason === 'provider_auth') await AuthFailures.of(store).failed(this.delivery.campaignId, detail);
		const now = store.clock.now();
		const waited = now - this.delivery.since;
		const until = now + Math.ceil(Math.max(Math.min(Math.max(waited, FIRST_HOLD_MS), MAX_HOLD_MS), result.retryAfterMs ?? 0));
		const inTime = canHold && until - this.delivery.since <= maxWaitMs;
		if (!result.transient || !inTime) return await this.settle('failed', result.reason, detail, result.attempts.at(-1)?.provider);
		await this.hold(until, detail, this.delivery.since);
		return { state: 'held', reason: null, detail, provider: null, messageId: this.id };
	}

	private async hold(until: number, detail: string, refusedSince?: number): Promise<void> {
		const { node } = this.options;
		const { entry, visit, run, payload } = this.delivery;
		const hold: MessageHold = { message: this.claimed.message, token: this.token, entry, visit, run, until, payload, detail, refusedSince };
		// It was marked ahead of a request that was not made.
		if (!this.mark.mayHaveLeft) await this.mark.takeOff();
		await this.ledger.hold(node, hold);
		this.mark.end();
	}

	private async settle(
		state: Settlement['state'],
		reason: Reason | null,
		detail: string | null,
		provider: string | null = null,
		providerId: string | null = null,
	): Promise<Delivered> {
		await this.ledger.settle({ message: this.claimed.message, token: this.token, state, reason, detail, provider, providerId });
		this.mark.end();
		return { state, reason, detail, provider, messageId: this.id };
	}
}
