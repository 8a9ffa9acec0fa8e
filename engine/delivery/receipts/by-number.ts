import type { Tx } from '../../store/database';
import type { NumberedReceipt } from './apply';
import { isNamedByAddress, peopleOfNumbers } from './by-address';
import type { StatedConsent } from './consent';
import { UNSUBSCRIBED_TYPES } from './events';
import { optOut } from './opt-outs';

/** Whether somebody says it by a text from a number, and so for everybody who has that. */
export function isSaidByNumber(receipt: NumberedReceipt): boolean {
	return receipt.channel === 'sms' && isNamedByAddress(receipt);
}

/** What was said by a number, as consents of all others who have it, each with the one it is made of. */
export async function sharedBy<One extends StatedConsent>(tx: Tx, consents: readonly One[]): Promise<Map<One, One>> {
	const said = consents.filter(({ isByNumber }) => isByNumber);
	const people = await peopleOfNumbers(tx, said.flatMap(({ address = [] }) => address));
	return new Map(said.flatMap((one) => (people.get(one.address ?? '') ?? []).filter((person) => person !== one.person).map((person): [One, One] => [{ ...one, person }, one])));
}

/**
 * Opts out everybody who has the numbers that said so, where no message is known that it is of: one whose outcome is not
 * known has no id of the provider, and one that is just being sent none yet. Call it under the lock `people`, held alone.
 */
export async function optOutNumbers(tx: Tx, receipts: readonly NumberedReceipt[], now: number): Promise<void> {
	const said = receipts.filter((receipt) => isSaidByNumber(receipt) && UNSUBSCRIBED_TYPES.has(receipt.status));
	const people = await peopleOfNumbers(tx, said.flatMap(({ address = [] }) => address));
	await optOut(tx, said.flatMap(({ channel, address = '', at = now }) => (people.get(address) ?? []).map((person) => ({ person, channel, address, at: Math.min(at, now), lasting: false }))), now);
}
