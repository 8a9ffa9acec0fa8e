import type { Tx } from '../../store/database';
import type { NumberedReceipt } from './apply';
import { peopleOfNumbers } from './by-address';
import { isSaidByNumber } from './by-number';
import { isConsentOfPerson, subscribeAgain } from './consent';
import { RESUBSCRIBED } from './events';
import { optOut } from './opt-outs';

/**
 * Opts out everybody who has the numbers that said so, or takes it back, one text after the other, where no message is known that
 * they are of: one whose outcome is not known has no id of the provider, and one that is just being sent none yet. Call it under the
 * lock `people`, held alone.
 */
export async function applyTexts(tx: Tx, receipts: readonly NumberedReceipt[], now: number): Promise<void> {
	const texts = receipts.filter((receipt) => isSaidByNumber(receipt) && isConsentOfPerson(receipt.status));
	const people = await peopleOfNumbers(tx, texts.flatMap(({ address = [] }) => address));
	for (const { channel, status, address = '', at = now } of texts) {
		const consents = (people.get(address) ?? []).map((person) => ({ person, channel, address, at: Math.min(at, now), by: 'text' as const }));
		if (status === RESUBSCRIBED) await subscribeAgain(tx, consents, now);
		else await optOut(tx, consents, now);
	}
}
