import type { Receipt, SignedFor } from '../../channels/receipts/receipt';
import { storable } from '../../storable';
import type { Store } from '../../store/store';
import { Coalescer } from '../coalesce';
import type { NumberedReceipt } from './apply';
import { isNamedByAddress } from './by-address';
import type { TakenReceipt } from './receive';

const FIRST_LOOK_MS = 1_000;
const MAX_LOOK_MS = 60_000;

/** Takes receipts in for a store, gathered over all requests of this process, and looks after those that came too early. */
export class ReceiptInbox {
	private readonly receiving: Coalescer<NumberedReceipt, TakenReceipt | undefined>;

	private readonly admitting: Coalescer<SignedFor, boolean>;

	/** Until the first look of this process, those of former ones may wait. */
	private mayWait = true;

	private timer: NodeJS.Timeout | undefined;

	private static readonly ofStores = new WeakMap<Store, ReceiptInbox>();

	private constructor(private readonly store: Store) {
		this.admitting = new Coalescer(async (signed) => await store.call('useSignatures', { signed }));
		this.receiving = new Coalescer(async (receipts) => {
			const { taken, early } = await store.call('receiveReceipts', { receipts });
			if (early > 0) this.mayWait = true;
			const byIndex = new Map(taken.map((one) => [one.index, one]));
			return receipts.map((_, index) => byIndex.get(index));
		});
	}

	static of(store: Store): ReceiptInbox {
		let inbox = ReceiptInbox.ofStores.get(store);
		if (!inbox) ReceiptInbox.ofStores.set(store, (inbox = new ReceiptInbox(store)));
		return inbox;
	}

	/** Resolves when they are stored, to those that said something new. Rejects when the store cannot take them: the provider has to send them again. */
	async receive(receipts: readonly Receipt[]): Promise<TakenReceipt[]> {
		const results = await Promise.all(receipts.flatMap((receipt) => {
			const numbered = numberedBy(this.store.fingerprint, receipt);
			return numbered ? [this.receiving.call(numbered)] : [];
		}));
		this.look(FIRST_LOOK_MS);
		return results.filter((one) => one !== undefined);
	}

	/** Whether a signature stands for this content: false where it was used for another one. Rejects when the store cannot tell. */
	async admits(signed: SignedFor): Promise<boolean> {
		return await this.admitting.call(signed);
	}

	/** Again and again while some wait, ever more seldom. */
	private look(wait: number): void {
		if (!this.mayWait || this.timer) return;
		const next = Math.min(Math.max(wait * 2, FIRST_LOOK_MS), MAX_LOOK_MS);
		this.timer = setTimeout(() => {
			this.store.call('applyEarlyReceipts', {}).then(
				({ waiting, more }) => this.looked(waiting > 0, more ? 0 : next),
				(error: { code?: string }) => this.looked(error.code !== 'store_closed', next),
			);
		}, wait).unref();
	}

	private looked(mayWait: boolean, next: number): void {
		this.timer = undefined;
		this.mayWait = mayWait;
		this.look(next);
	}
}

/**
 * With the number out of our message id. Undefined: it is of another store, and there is nothing by which to find it here.
 */
export function numberedBy(fingerprint: string, { messageId, ...receipt }: Receipt): NumberedReceipt | undefined {
	const number = messageId?.startsWith(`${fingerprint}-`) ? Number(messageId.slice(fingerprint.length + 1)) : NaN;
	const cleaned = clean(receipt);
	if (Number.isSafeInteger(number) && number > 0) return { ...cleaned, message: number };
	// An id that is none of ours is of another store, or of another sender of the account.
	const isNamed = receipt.providerId !== undefined || isNamedByAddress(receipt);
	return messageId === undefined && isNamed ? cleaned : undefined;
}

const LONGEST_TEXT = 2_000;

function clean<Row extends object>(row: Row): Row {
	const short = (value: unknown) => (typeof value === 'string' ? storable(value.slice(0, LONGEST_TEXT)) : value);
	return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, short(value)])) as Row;
}
