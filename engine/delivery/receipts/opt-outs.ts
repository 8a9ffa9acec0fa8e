import { toEmailAddress } from '../../channels/email/address';
import { loadRows } from '../../people/directory';
import type { Channel } from '../../people/records';
import { PersonState } from '../../people/state';
import { updateRows } from '../../people/write-people';
import type { Tx } from '../../store/database';

/** Somebody who is not to be sent to on a channel any more. */
export interface OptOut {
	person: number;
	channel: Channel;
	/** Epoch milliseconds; whoever opted in since stays in. */
	at: number;
	/** Where the message went that says so, if that is known. */
	address?: string;
}

/**
 * Opts people out, unless they have another address by now: a message to the old one says nothing about that. Call it
 * under the lock `people`, held alone.
 * @returns those who were not out before
 */
export async function optOut<One extends OptOut>(tx: Tx, optOuts: readonly One[], now: number): Promise<One[]> {
	if (optOuts.length === 0) return [];
	const living = await tx.allOf<{ given: number; person: number }>(
		{ person: 'integer' },
		[...new Set(optOuts.map(({ person }) => person))].map((person) => [person]),
		(given) => `SELECT p.person AS given, coalesce(p.merged_into, p.person) AS person FROM ${given} AS a ${tx.dialect.each('person', 'p', 'p.person = a.person')} WHERE p.erased_at IS NULL`,
	);
	const survivors = new Map(living.map(({ given, person }) => [given, person]));
	const states = new Map((await loadRows(tx, [...new Set(survivors.values())])).map((row) => [row.person, new PersonState(row)]));
	const done = optOuts.filter(({ person, channel, at, address }) => {
		const state = states.get(survivors.get(person) ?? -1);
		return state !== undefined && isStill(state, channel, address) && state.optOut(channel, at);
	});
	await updateRows(tx, [...states.values()].filter(({ changed }) => changed).map((state) => state.toRow(now)));
	return done;
}

function isStill({ fields: { email, phone } }: PersonState, channel: Channel, address: string | undefined): boolean {
	if (address === undefined) return true;
	if (channel === 'email') return email !== null && mailbox(email) === mailbox(address);
	// People write numbers with and without a country code, providers always with one.
	if (channel === 'sms') return phone !== null && isNumber(address, phone);
	return true;
}

/** Two spellings of one address give the same text. */
export function mailbox(typed: string): string {
	const read = toEmailAddress(typed);
	return (read.ok ? read.address : typed.trim()).toLowerCase();
}

function digits(number: string): string {
	return number.replace(/\D/g, '');
}

const SHORTEST_NUMBER = 5;

function isNumber(address: string, phone: string): boolean {
	const national = digits(phone).replace(/^0+/, '');
	return national.length >= SHORTEST_NUMBER && digits(address).endsWith(national);
}
