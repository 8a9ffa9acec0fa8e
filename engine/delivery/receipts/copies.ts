import { toEmailAddress } from '../../channels/email/address';
import type { Tx } from '../../store/database';
import { addressHash } from '../address-hash';
import type { NumberedReceipt } from './apply';
import type { FoundMessage } from './find';
import { mailbox } from './opt-outs';

/**
 * Receipts of copies (CC and BCC) of an email, which come under the same id: they say nothing of the person. Providers
 * may write the address of the person in another case than it was sent to.
 */
export async function ofCopies(tx: Tx, receipts: readonly NumberedReceipt[], found: ReadonlyArray<FoundMessage | undefined>): Promise<Set<NumberedReceipt>> {
	const doubtful = receipts.flatMap((receipt, index) => {
		const { channel, address } = receipt;
		const message = found[index];
		if (channel !== 'email' || address === undefined || !message || message.addressHash === null) return [];
		const read = toEmailAddress(address);
		return read.ok && addressHash(read.address) === message.addressHash ? [] : [{ receipt, address, person: message.person }];
	});
	if (doubtful.length === 0) return new Set();
	const rows = await tx.allOf<{ person: number; email: string | null }>(
		{ person: 'integer' },
		[...new Set(doubtful.map(({ person }) => person))].map((person) => [person]),
		(given) => `SELECT p.person, coalesce(s.email, p.email) AS email FROM ${given} AS a
			JOIN person p ON p.person = a.person LEFT JOIN person s ON s.person = p.merged_into`,
	);
	const emails = new Map(rows.map(({ person, email }) => [person, email]));
	return new Set(doubtful.flatMap(({ receipt, address, person }) => {
		const email = emails.get(person);
		return email && mailbox(email) === mailbox(address) ? [] : [receipt];
	}));
}
