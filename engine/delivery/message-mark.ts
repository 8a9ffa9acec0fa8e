import type { Decision } from '../holds/gate';
import type { Channel } from '../people/records';
import type { Store } from '../store/store';
import { optedOutOf } from './checks/people';
import type { Ledger } from './ledger';

/** What the ledger has to be told while a message is being sent; options of attemptGroup. */
export interface RequestLedger {
	/** Must be awaited before anything leaves: the message is written as `sending`. */
	beforeRequest(): Promise<void>;
	/** In its place, in two steps, where it can be told later which requests had begun. */
	ahead?: AheadOfRequest;
	/** The request was definitely refused, and the message waits for its next one. */
	afterRefusal(): Promise<void>;
}

export interface AheadOfRequest {
	/** False: from now on `beforeRequest` has to be taken. */
	isPossible(): boolean;
	/** Writes the message as `sending`, some time before its request leaves. */
	mark(): Promise<void>;
	/** Must be awaited just before anything leaves. */
	leave(): Promise<void>;
}

/** Thrown before a request when the message has been taken over; nothing has left. */
export class TakenOver extends Error {}

/** Thrown before a request when the message may not leave any more, or not yet. */
export class Overruled extends Error {
	constructor(readonly decision: Decision) {
		super('Too late for another request');
	}
}

/** After so long between the mark and the request, ms, it is looked again whether the message may leave: a stop or an opt-out is heeded. */
const LOOK_AGAIN_MS = 250;

/** The mark of one message in the ledger, and what is known of its request. */
export class MessageMark {
	/** What is to be told of its requests. */
	readonly told: RequestLedger;

	/** False: nothing has left. */
	mayHaveLeft = false;

	private isMarked = false;

	private isToBeMarked = false;

	private markedAt = 0;

	/** Whether the store's departures were void already when it was marked. */
	private wasVoid?: boolean;

	private place?: number;

	/** @param overruling asked just before every request: why the message may not leave, or not yet */
	constructor(
		private readonly store: Pick<Store, 'departures'>,
		private readonly ledger: Ledger,
		private readonly message: { number: number; token: string; channel: Channel },
		private readonly overruling: () => Decision | undefined,
	) {
		const { departures } = store;
		this.told = {
			beforeRequest: async () => {
				await this.write(false);
				await this.leave();
			},
			...(departures && { ahead: { isPossible: () => !departures.isVoid, mark: async () => await this.markAhead(), leave: async () => await this.leave() } }),
			afterRefusal: async () => await this.takeOff(),
		};
	}

	/** When the outcome is durable, or nothing has left after all. */
	end(): void {
		if (this.place !== undefined) this.store.departures?.end(this.place);
		this.place = undefined;
	}

	/** Takes the mark off, as nothing is under way; does nothing where there is none. */
	async takeOff(): Promise<void> {
		const { isMarked, mayHaveLeft } = this;
		this.isMarked = false;
		this.isToBeMarked = false;
		this.mayHaveLeft = false;
		this.end();
		if (isMarked) await this.ledger.unmarkSending(this.message.number, this.message.token, mayHaveLeft);
	}

	/** Where an earlier request may have left, it stays marked for that one until the next has its turn. */
	private async markAhead(): Promise<void> {
		if (this.mayHaveLeft) this.isToBeMarked = true;
		else await this.write(false);
	}

	private async leave(): Promise<void> {
		const { departures } = this.store;
		if (this.isToBeMarked) await this.write(false);
		do {
			const isLate = performance.now() - this.markedAt > LOOK_AGAIN_MS;
			if (isLate || departures?.isVoid !== this.wasVoid) await this.write(true);
			else this.throwIfOverruled();
			this.place ??= departures?.begin(this.message.number);
		} while (departures?.isVoid !== this.wasVoid);
		this.mayHaveLeft = true;
	}

	private throwIfOverruled(): void {
		const decision = this.overruling();
		if (decision) throw new Overruled(decision);
	}

	private async write(again: boolean): Promise<void> {
		this.throwIfOverruled();
		const { number, token, channel } = this.message;
		const isVoid = this.store.departures?.isVoid;
		const { go, reason } = await this.ledger.markSending(number, token, again);
		if (reason !== undefined) throw new Overruled({ kind: 'drop', reason, detail: reason === 'profile_not_reachable' ? optedOutOf(channel) : undefined });
		if (!go) throw new TakenOver();
		this.isMarked = true;
		this.isToBeMarked = false;
		this.markedAt = performance.now();
		this.wasVoid = isVoid;
	}
}
