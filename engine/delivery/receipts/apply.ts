import type { Receipt, ReceiptStatus } from '../../channels/receipts/receipt';
import { eventMatchKey, findEventNames, internEventNames } from '../../people/event-names';
import { RepeatTransaction, type Tx } from '../../store/database';
import { appendCampaignEvents, SENT_EVENT, type Occasion } from '../campaign-events';
import { giveBackPlaces, lockPlacesOf } from '../places';
import { isSaidByNumber } from './by-number';
import { applyConsents, type StatedConsent } from './consent';
import { EARLIER } from './attempts';
import { eventOf, eventsOf, OPT_OUT_TYPES, propertiesOf, reasonOf, RESUBSCRIBED, SUBSCRIBED_EVENT, UNSUBSCRIBED_EVENT } from './events';
import { messagesOf, numbersOf, type FoundMessage } from './find';
import { freshOf, place, type Placed } from './fresh';
import { isReady, stateAfter } from './moves';
import { ofCopies } from './copies';
import { addReceipts, type KnownReceipt } from './rows';
import { applyTexts } from './texts';

/** A receipt with the number of its message, where our id of it was in it. */
export interface NumberedReceipt extends Omit<Receipt, 'messageId'> {
	message?: number;
	/** When one that had to wait came. Epoch milliseconds. */
	heardAt?: number;
}

/** What became of receipts, by their places in what was given. */
export interface Applied {
	/** They said something new, and it counts. */
	taken: Array<{ index: number; message: FoundMessage }>;
	/** Their messages are not settled, or unknown so far. */
	early: number[];
}

/**
 * Applies receipts, each once, whatever their order. It begins with the locks: call it before anything else of a transaction.
 * A message that has failed gives back its place and its room under the caps, to whoever comes next; who was refused before is not asked again.
 */
export async function applyReceipts(tx: Tx, receipts: readonly NumberedReceipt[], now: number): Promise<Applied> {
	const { names, found } = await lockFor(tx, receipts, now);
	const early: number[] = [];
	const copies = await ofCopies(tx, receipts, found);
	const placed = receipts.flatMap((receipt, index): Placed[] => {
		const message = found[index];
		// Whoever may report on one channel may not on another.
		if (copies.has(receipt) || (message && message.channel !== receipt.channel)) return [];
		if (message && isReady(message.state)) return [place(index, receipt, message, now)];
		// Our own ids are of messages that exist: one that does not was erased with its run, or is forged by whoever may sign.
		if (message || (receipt.message === undefined && receipt.providerId !== undefined)) early.push(index);
		return [];
	});
	const { fresh, known, saidBefore } = await freshOf(tx, placed);
	const moves = await move(tx, fresh, known, now);
	await addReceipts(tx, fresh.map(({ receipt, message, at, mark }) => {
		const { status, code = null, detail = null } = receipt;
		return { run: message.run, message: message.message, status, mark, at, code, detail, movedFrom: moves.by.get(receipt) ?? null };
	}), now);
	const consents = await applyConsents(tx, fresh.flatMap(consentOf), now);
	await applyTexts(tx, receipts.filter((_, index) => !found[index]), now);
	await recordEvents(tx, names, { fresh, known, consents, sent: moves.sentAtLast }, now);
	const changed = new Set([...consents.out, ...consents.in].map(({ receipt }) => receipt));
	// Nothing to act upon: a failure that sending again has put right, and what a person says once more.
	return { taken: fresh.filter(({ receipt, mark }) => mark !== EARLIER && (!saidBefore.has(receipt) || changed.has(receipt))).map(({ index, message }) => ({ index, message })), early };
}

/**
 * Takes the locks of what receipts change: people, before all else as settling does, then places, then messages. Who
 * opts out, or may not know a message that is just being settled, has to hold the people alone.
 */
async function lockFor(tx: Tx, receipts: readonly NumberedReceipt[], now: number): Promise<{ names: Map<string, number>; found: Array<FoundMessage | undefined> }> {
	const wanted = new Map(eventsOf(receipts.map(({ status }) => status)).map((name) => [eventMatchKey(name), name]));
	const isAlone =
		receipts.some(({ status }) => OPT_OUT_TYPES[status] !== undefined || status === RESUBSCRIBED) ||
		(await findEventNames(tx, [...wanted.keys()])).size < wanted.size ||
		(await numbersOf(tx, receipts, now)).includes(undefined);
	await tx.lock('people', isAlone ? undefined : 'beside others');
	const numbers = await numbersOf(tx, receipts, now);
	if (!isAlone && numbers.includes(undefined)) throw new RepeatTransaction('A message is not known any more.');
	const given = numbers.filter((number) => number !== undefined);
	const mayFail = receipts.some(({ status }) => status === 'failed' || status === 'bounced');
	await lockPlacesOf(tx, mayFail ? given : []);
	const messages = await messagesOf(tx, given, true);
	const byKey = isAlone ? await internEventNames(tx, wanted) : await findEventNames(tx, [...wanted.keys()]);
	const names = new Map([...wanted].map(([key, name]) => [name, byKey.get(key) as number]));
	return { names, found: numbers.map((number) => (number === undefined ? undefined : messages.get(number))) };
}

/** What messages become. `by`: the receipts that moved one, and from which state. `sentAtLast`: those nobody knew were sent. */
async function move(tx: Tx, fresh: readonly Placed[], known: ReadonlyMap<number, KnownReceipt[]>, now: number): Promise<{ by: Map<NumberedReceipt, string>; sentAtLast: Occasion[] }> {
	const by = new Map<NumberedReceipt, string>();
	const sent: Placed[] = [];
	const failed: Placed[] = [];
	const sentAtLast: Occasion[] = [];
	for (const ofMessage of Map.groupBy(fresh, ({ message }) => message.message).values()) {
		const { message } = ofMessage[0] as Placed;
		const own = known.get(message.message) ?? [];
		const target = stateAfter(message.state, statusesOf(own));
		if (target === undefined) continue;
		const decisive = decisiveOf(ofMessage, target);
		by.set(decisive.receipt, message.state);
		(target === 'sent' ? sent : failed).push(decisive);
		const wasSent = own.some(({ movedFrom }) => movedFrom === 'sent');
		if (target === 'sent' && !wasSent) sentAtLast.push({ ...message, at: Math.min(...ofMessage.map(({ at }) => at)) });
	}
	await writeSent(tx, sent, now);
	await writeFailed(tx, failed, now);
	return { by, sentAtLast };
}

/** Of the new receipts of a message that moved the one that says why. */
function decisiveOf(ofMessage: readonly Placed[], target: 'sent' | 'failed'): Placed {
	const order: ReceiptStatus[] = target === 'failed' ? ['bounced', 'failed'] : ['delivered', 'viewed', 'clicked', 'replied', 'complained', 'sent'];
	const byOrder = [...ofMessage].sort((a, b) => rank(order, a) - rank(order, b));
	return byOrder[0] as Placed;
}

function rank(order: readonly ReceiptStatus[], { receipt: { status } }: Placed): number {
	return order.includes(status) ? order.indexOf(status) : order.length;
}

async function writeSent(tx: Tx, sent: readonly Placed[], now: number): Promise<void> {
	if (sent.length === 0) return;
	await tx.run(
		`UPDATE message SET state = 'sent', reason = NULL, detail = NULL, settled_at = coalesce(message.settled_at, $2),
			sent_at = coalesce(message.sent_at, a.at), provider_id = coalesce(message.provider_id, a.provider_id),
			payload = CASE WHEN message.waited = 1 THEN message.payload END
		 FROM ${tx.dialect.rows('$1', { message: 'integer', at: 'integer', provider_id: 'text' })} AS a WHERE message.message = a.message`,
		[JSON.stringify(sent.map(({ message, at, receipt }) => [message.message, at, receipt.mayBeOfPart ? null : (receipt.providerId ?? null)])), now],
	);
}

async function writeFailed(tx: Tx, failed: readonly Placed[], now: number): Promise<void> {
	if (failed.length === 0) return;
	await tx.run(
		`UPDATE message SET state = 'failed', reason = a.reason, detail = a.detail, settled_at = coalesce(message.settled_at, $2),
			payload = CASE WHEN message.waited = 1 THEN message.payload END
		 FROM ${tx.dialect.rows('$1', { message: 'integer', reason: 'text', detail: 'text' })} AS a WHERE message.message = a.message`,
		[JSON.stringify(failed.map(({ message, receipt }) => [message.message, reasonOf(receipt), wordsOf(receipt)])), now],
	);
	await giveBackPlaces(tx, failed.map(({ message }) => message.message));
}

function wordsOf({ code, detail }: NumberedReceipt): string | null {
	return [code, detail].filter(Boolean).join(': ') || null;
}

function consentOf({ receipt, message, at }: Placed): Array<StatedConsent & { receipt: NumberedReceipt }> {
	const { status, address, code } = receipt;
	const type = OPT_OUT_TYPES[status];
	if ((type === undefined && status !== RESUBSCRIBED) || message.person <= 0) return [];
	const { person, channel, addressHash } = message;
	const occasion: Occasion = { ...message, at, more: { ...(type !== undefined && { Type: type }), ...(code !== undefined && { Code: code }) } };
	// A bounce is of an address also where it names none; what people say is of the channel.
	const why = status === 'bounced' ? { by: 'bounce' as const, addressHash } : { by: 'report' as const };
	return [{ person, channel, status, at, ...why, isByNumber: isSaidByNumber(receipt), ...(address !== undefined && { address }), occasion, receipt }];
}

interface Happened {
	fresh: readonly Placed[];
	known: ReadonlyMap<number, KnownReceipt[]>;
	consents: Record<'out' | 'in', ReadonlyArray<{ occasion: Occasion }>>;
	sent: readonly Occasion[];
}

async function recordEvents(tx: Tx, names: ReadonlyMap<string, number>, { fresh, known, consents, sent }: Happened, now: number): Promise<void> {
	const occasions = new Map<string, Occasion[]>([[SENT_EVENT, [...sent]], [UNSUBSCRIBED_EVENT, consents.out.map(({ occasion }) => occasion)], [SUBSCRIBED_EVENT, consents.in.map(({ occasion }) => occasion)]]);
	for (const { receipt, message, at, mark } of fresh) {
		const name = eventOf(receipt.status);
		if (name === undefined || mark === EARLIER || isOutdone(receipt.status, known.get(message.message) ?? [])) continue;
		const more = propertiesOf(receipt);
		occasions.set(name, [...(occasions.get(name) ?? []), { ...message, at, ...(more && { more }) }]);
	}
	for (const [name, all] of occasions) {
		const ofPeople = all.filter(({ person }) => person > 0);
		if (ofPeople.length > 0) await appendCampaignEvents(tx, names.get(name) as number, ofPeople, now);
	}
}

/** A failure of what arrived is kept, but is no event of the person; nor are two failures of one message two. */
function isOutdone(status: ReceiptStatus, own: readonly KnownReceipt[]): boolean {
	const known = statusesOf(own);
	return status === 'failed' && (known.includes('bounced') || stateAfter('sent', known) !== 'failed');
}

/** What is known of the last attempt. */
function statusesOf(own: readonly KnownReceipt[]): ReceiptStatus[] {
	return own.filter(({ mark }) => mark !== EARLIER).map(({ status }) => status);
}
