import { toEmailAddress } from '../../channels/email/address';
import { loadRows } from '../../people/directory';
import type { OptOutBy } from '../../people/opt-outs';
import type { Channel } from '../../people/records';
import { PersonState } from '../../people/state';
import { updateRows } from '../../people/write-people';
import type { Tx } from '../../store/database';
import { addressHash } from '../address-hash';

/** Who is not to be sent to on a channel any more, or is again. */
export interface Consent {
	person: number;
	channel: Channel;
	/** Epoch milliseconds; whoever said otherwise since is left alone. */
	at: number;
	/** Where the message went that says so, if that is known. */
	address?: string;
	/** Of an email of which that is not: the hash of it. */
	addressHash?: string | null;
}

/** That somebody is not to be sent to any more. */
export interface OptOut extends Consent {
	by: OptOutBy;
	/** Times at which they came back, and which do not matter. */
	outlasts?: ReadonlySet<number>;
}

/**
 * Opts people out, unless they have another address by now: a message to the old one says nothing about that. Call it
 * under the lock `people`, held alone.
 * @returns those who were not out before
 */
export async function optOut<One extends OptOut>(tx: Tx, optOuts: readonly One[], now: number): Promise<One[]> {
	return await change(tx, optOuts, (state, { channel, at, by, outlasts }) => state.optOut(channel, at, by, outlasts), now);
}

/** As `optOut`, takes back what was stated at one of the moments `statedAt`, or by a text. @returns those who were out before */
export async function takeBack<One extends Consent & { statedAt: ReadonlySet<number> }>(tx: Tx, consents: readonly One[], now: number): Promise<One[]> {
	return await change(tx, consents, (state, { channel, at, statedAt }) => state.takeBackOptOut(channel, statedAt, at), now);
}

/** Returns those for whom `apply` did. */
async function change<One extends Consent>(tx: Tx, consents: readonly One[], apply: (state: PersonState, one: One) => boolean, now: number): Promise<One[]> {
	if (consents.length === 0) return [];
	const living = await tx.allOf<{ given: number; person: number }>(
		{ person: 'integer' },
		[...new Set(consents.map(({ person }) => person))].map((person) => [person]),
		(given) => `SELECT p.person AS given, coalesce(p.merged_into, p.person) AS person FROM ${given} AS a ${tx.dialect.each('person', 'p', 'p.person = a.person')} WHERE p.erased_at IS NULL`,
	);
	const survivors = new Map(living.map(({ given, person }) => [given, person]));
	const states = new Map((await loadRows(tx, [...new Set(survivors.values())])).map((row) => [row.person, new PersonState(row)]));
	const done = consents.filter((one) => {
		const state = states.get(survivors.get(one.person) ?? -1);
		return state !== undefined && isStill(state, one) && apply(state, one);
	});
	await updateRows(tx, [...states.values()].filter(({ changed }) => changed).map((state) => state.toRow(now)));
	return done;
}

function isStill({ fields: { email, phone } }: PersonState, { channel, address, addressHash: sentTo }: Consent): boolean {
	if (channel === 'email') {
		if (address !== undefined) return email !== null && mailbox(email) === mailbox(address);
		return sentTo === undefined || sentTo === null || (email !== null && isOf(email, sentTo));
	}
	// People write numbers with and without a country code, and so do providers.
	if (channel === 'sms' && address !== undefined) return phone !== null && (isNumber(address, phone) || isNumber(phone, address));
	return true;
}

function isOf(email: string, hash: string): boolean {
	const read = toEmailAddress(email);
	return read.ok && addressHash(read.address) === hash;
}

/** Two spellings of one address give the same text. */
export function mailbox(typed: string): string {
	const read = toEmailAddress(typed);
	return (read.ok ? read.address : typed.trim()).toLowerCase();
}

export function digits(number: string): string {
	return number.replace(/\D/g, '');
}

const SHORTEST_NUMBER = 5;

/** Whether a number with its country code is this one, as somebody wrote it. */
export function isNumber(address: string, phone: string): boolean {
	const national = digits(phone).replace(/^0+/, '');
	return national.length >= SHORTEST_NUMBER && digits(address).endsWith(national);
}
