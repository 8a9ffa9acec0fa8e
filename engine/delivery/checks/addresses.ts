import type { Tx } from '../../store/database';
import type { ClaimBatch } from './candidate';
import type { Check } from './check';

/** A second profile with the same address in one run and sender. Several messages to one person under different keys are meant. */
export const addresses: Check = {
	locks: ({ candidates, node }) => withAddress(candidates).map(({ message }) => `addresses ${message.run} ${node}`),
	async prepare(tx, batch) {
		const holders = await takenAddresses(tx, batch);
		return {
			judge({ message }) {
				const holder = holders.get(`${message.run}/${message.addressHash}`);
				return holder !== undefined && holder !== message.person ? { kind: 'refuse', reason: 'duplicate_address' } : undefined;
			},
			take({ message }) {
				if (message.addressHash !== null) holders.set(`${message.run}/${message.addressHash}`, message.person);
			},
		};
	},
};

function withAddress(candidates: ClaimBatch['candidates']): ClaimBatch['candidates'] {
	return candidates.filter(({ message }) => message.addressHash !== null);
}

/** Addresses that a message of this run and sender has (or may have) gone to: run/hash -> person. */
async function takenAddresses(tx: Tx, { node, candidates }: ClaimBatch): Promise<Map<string, number>> {
	const rows = await tx.allOf<{ run: number; address_hash: string; person: number }>(
		{ run: 'integer', address_hash: 'text' },
		withAddress(candidates).map(({ message }) => [message.run, message.addressHash]),
		(given) => `SELECT m.run, m.address_hash, m.person FROM ${given} AS a
			 ${tx.dialect.each('message', 'm', 'm.run = a.run AND m.node = $1 AND m.address_hash = a.address_hash')}
			 WHERE m.state NOT IN ('failed', 'not_sent')`,
		[node],
	);
	return new Map(rows.map((row) => [`${row.run}/${row.address_hash}`, row.person]));
}
