import type { Tx } from '../../store/database';
import type { NumberedReceipt } from './apply';
import { isNamedByAddress, peopleOfNumbers } from './by-address';
import type { StatedConsent } from './consent';

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
