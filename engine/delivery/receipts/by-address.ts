import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Channel } from '../../people/records';
import type { Tx } from '../../store/database';
import { addressHash } from '../address-hash';
import { CLOCKS_APART_MS } from './attempts';
import { RESUBSCRIBED } from './events';
import type { About } from './find';
import { digits, isNumber } from './opt-outs';

const DAY_MS = 86_400_000;

/** Mail servers try for five days (RFC 5321, section 4.5.4.1), and somebody has to read what they give back. */
export const RETURNED_WITHIN_MS = 7 * DAY_MS;

/** What people say of an old message holds as well, and concerns nothing but what they get from now on. */
const EVER: ReadonlySet<ReceiptStatus> = new Set(['complained', 'unsubscribed', RESUBSCRIBED]);

interface Candidate {
	key: string;
	/** As the person has it now. */
	own: string;
	message: number;
	sentAt: number;
	providerId: string;
	addressHash: string | null;
}

/** How messages of a channel are found whose reports may name nothing but an address. Of each channel one provider has such reports. */
interface Way {
	channel: Channel;
	/** SQL: what of a person `p` is compared with the keys; as the index has it. */
	expression: string;
	column: 'email' | 'phone';
	keysOf(address: string): string[];
	/** Whether it is a message of that provider. */
	isTheirs(candidate: Candidate): boolean;
	/** Whether it went to this address: the person may have had another one then. */
	wentTo(candidate: Candidate, address: string): boolean;
}

/** Reports on SMTP. Its messages have the id that `messageIdHeader` makes. */
const BY_SMTP: Way = {
	channel: 'email',
	expression: 'lower(p.email)',
	column: 'email',
	keysOf: (address) => [address.toLowerCase()],
	isTheirs: ({ providerId, message }) => providerId.includes(`-${message}@`),
	// Whoever reports may write it in another case.
	wentTo: ({ addressHash: sentTo, own }, address) => sentTo === null || sentTo === addressHash(own) || sentTo === addressHash(address),
};

/** Texts of people to a number of Twilio. */
const BY_TWILIO: Way = {
	channel: 'sms',
	expression: `replace(replace(replace(replace(replace(replace(p.phone, '+', ''), ' ', ''), '-', ''), '(', ''), ')', ''), '.', '')`,
	column: 'phone',
	keysOf: (address) => {
		const national = parsePhoneNumberFromString(address)?.nationalNumber;
		return [...withCountryCode(address), ...(national === undefined ? [] : [national, `0${national}`])];
	},
	isTheirs: ({ providerId }) => /^(SM|MM)[0-9a-f]{32}$/.test(providerId),
	wentTo: ({ addressHash: sentTo, own }, address) => (sentTo === null ? isNumber(address, own) : sentTo === addressHash(address)),
};

function withCountryCode(address: string): string[] {
	return [digits(address), `00${digits(address)}`];
}

function wayOf({ channel }: About): Way | undefined {
	return [BY_SMTP, BY_TWILIO].find((way) => way.channel === channel);
}

export function isNamedByAddress(about: About): boolean {
	const { message, providerId, address } = about;
	return message === undefined && providerId === undefined && address !== undefined && wayOf(about) !== undefined;
}

/** Numbers of the last messages that had left to these addresses when each was reported on, by what names them by an address alone. */
export async function lastByAddress(tx: Tx, abouts: readonly About[], now: number): Promise<Map<About, number>> {
	const found = new Map<About, number>();
	for (const [way, named] of Map.groupBy(abouts.filter(isNamedByAddress), wayOf)) {
		if (way) for (const [about, message] of await lastBy(way, tx, named, now)) found.set(about, message);
	}
	return found;
}

async function lastBy({ channel, expression, column, keysOf, isTheirs, wentTo }: Way, tx: Tx, abouts: readonly About[], now: number): Promise<Array<[About, number]>> {
	const windows = abouts.map((about) => windowOf(about, now));
	const rows = await tx.allOf<Candidate>(
		{ key: 'text' },
		[...new Set(abouts.flatMap(({ address = '' }) => keysOf(address)))].map((key) => [key]),
		(given) => `SELECT a.key, p.${column} AS own, m.message, m.sent_at AS "sentAt", m.provider_id AS "providerId", m.address_hash AS "addressHash"
			FROM ${given} AS a ${tx.dialect.each('person', 'p', `${expression} = a.key AND p.${column} IS NOT NULL`)} ${tx.dialect.each('message', 'm', 'm.person = p.person')}
			WHERE m.channel = '${channel}' AND m.state IN ('sent', 'unknown', 'failed') AND m.provider_id IS NOT NULL AND m.sent_at >= $1
			ORDER BY m.sent_at DESC, m.message DESC`,
		[Math.min(...windows.map(({ from }) => from))],
	);
	const byKey = Map.groupBy(rows, ({ key }) => key);
	return abouts.flatMap((about, index): Array<[About, number]> => {
		const { address = '' } = about;
		const { from, to } = windows[index] as { from: number; to: number };
		const candidates = keysOf(address).flatMap((key) => byKey.get(key) ?? []).sort((a, b) => b.sentAt - a.sentAt || b.message - a.message);
		const last = candidates.find((one) => one.sentAt >= from && one.sentAt <= to && isTheirs(one) && wentTo(one, address));
		return last ? [[about, last.message]] : [];
	});
}

/**
 * Who has these numbers, which come with their country codes: several people may share one. Whoever wrote theirs without has it
 * only if a message to them went there, as the same digits are another number elsewhere.
 */
export async function peopleOfNumbers(tx: Tx, numbers: Iterable<string>): Promise<Map<string, number[]>> {
	const { expression, channel, keysOf } = BY_TWILIO;
	const keys = [...new Set(numbers)].flatMap((number) => keysOf(number).map((key) => [number, key, withCountryCode(number).includes(key) ? 1 : 0, addressHash(number)]));
	if (keys.length === 0) return new Map();
	const rows = await tx.allOf<{ number: string; person: number }>(
		{ number: 'text', key: 'text', is_whole: 'integer', hash: 'text' },
		keys,
		(given) => `SELECT DISTINCT a.number, p.person FROM ${given} AS a ${tx.dialect.each('person', 'p', `${expression} = a.key AND p.phone IS NOT NULL`)}
			WHERE a.is_whole = 1 OR EXISTS (SELECT 1 FROM message m WHERE m.person = p.person AND m.channel = '${channel}' AND coalesce(m.address_hash, a.hash) = a.hash)`,
	);
	return new Map([...Map.groupBy(rows, ({ number }) => number)].map(([number, all]) => [number, all.map(({ person }) => person)]));
}

/** When the message may have left that is reported on. */
function windowOf({ status, at, heardAt }: About, now: number): { from: number; to: number } {
	const time = Math.min(at ?? heardAt ?? now, now);
	return { from: EVER.has(status) ? 0 : time - RETURNED_WITHIN_MS, to: time + CLOCKS_APART_MS };
}
