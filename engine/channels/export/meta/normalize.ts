import { hash } from 'node:crypto';
import { toE164 } from '../../phone';
import { parseDate } from '../../../segments/dates';
import { wallClock } from '../../../time/local';
import { codeOfCountry, codeOfState } from './countries';
import { PLAIN_KEYS, type Field, type Key } from './keys';

export interface NormalizeOptions {
	/** ISO 3166 country of phone numbers and postal codes of people whose country is not known. */
	defaultCountry?: string;
	/** IANA zone in which instants are dates of birth. */
	zone: string;
	/** Epoch ms: nobody is born later. */
	now: number;
}

const HASH = /^[a-f0-9]{64}$/;

/**
 * A value of a person as Meta compares it, by key; empty when there is nothing in it to compare. What has to be hashed
 * is hashed: SHA-256, in lower-case hexadecimal digits. A value that is such a hash already is taken as it is, as there
 * is no way back. Source: "Hashing and normalization for multi-key" of the guide to customer file custom audiences,
 * and the examples of the Conversions API, which Meta compares in the same way. They differ for cities: the guide wants
 * a-z only, and so are they sent.
 * @param country the person's, as a lower-case code, where it is known
 */
export function normalize(field: Field, value: unknown, options: NormalizeOptions, country?: string): Partial<Record<Key, string>> {
	const text = textOf(value);
	if (text === '') return {};
	if (field === 'DOB') return dateOfBirth(value, options);
	const hashed = text.toLowerCase();
	if (HASH.test(hashed) && !PLAIN_KEYS.includes(field)) return { [field]: hashed };
	const normal = NORMALIZERS[field](text, options, country ?? options.defaultCountry?.trim().toLowerCase());
	if (!normal) return {};
	return { [field]: PLAIN_KEYS.includes(field) ? normal : sha256(normal) };
}

/** SHA-256 of the text in UTF-8, in lower-case hexadecimal digits. */
export function sha256(text: string): string {
	return hash('sha256', text, 'hex');
}

type Normalizer = (text: string, options: NormalizeOptions, country: string | undefined) => string | undefined;

const NORMALIZERS: Record<Exclude<Field, 'DOB'>, Normalizer> = {
	EMAIL: (text) => (/^[^\s@]+@[^\s@]+$/.test(text) ? text.toLowerCase() : undefined),
	PHONE: (text, { defaultCountry }, country) => phone(text, country) ?? phone(text, defaultCountry),
	EXTERN_ID: (text) => text,
	MADID: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) && !/^[0-]+$/.test(text) ? text.toLowerCase() : undefined),
	FN: letters,
	LN: letters,
	FI: (text) => [...letters(text)][0],
	GEN: (text) => GENDERS.get(text.toLowerCase()),
	CT: roman,
	ST: (text, _options, country) => {
		const name = roman(text);
		return (country === undefined || country === 'us' ? codeOfState(name) : undefined) ?? name;
	},
	ZIP: (text, _options, country) => {
		const code = text.toLowerCase().replace(/[\s-]/g, '');
		const american = country === 'us' || (country === undefined && /^\d{5}-\d{4}$/.test(text));
		return american ? code.slice(0, 5) : code;
	},
	COUNTRY: codeOfCountry,
};

const GENDERS = new Map([['m', 'm'], ['male', 'm'], ['man', 'm'], ['f', 'f'], ['female', 'f'], ['woman', 'f']]);

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).normalize('NFC').trim() : '';
}

/** With the country code and without the plus sign. Brackets go first: around the code they keep it from being read. */
function phone(text: string, country: string | undefined): string | undefined {
	const read = toE164(text.replace(/[()]/g, ' '), country);
	return read.ok ? read.number.slice(1) : undefined;
}

/** In lower case, and letters only; of whatever script. */
function letters(text: string): string {
	return text.toLowerCase().replace(/[^\p{L}\p{M}]/gu, '');
}

/** Letters that are no a-z with something added. */
const SPELLED: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

/** In lower case, and a-z only. */
function roman(text: string): string {
	return text.toLowerCase().normalize('NFKD').replace(/[ßæœøłđðþı]/g, (letter) => SPELLED[letter] as string).replace(/[^a-z]/g, '');
}

function dateOfBirth(value: unknown, { zone, now }: NormalizeOptions): Partial<Record<Key, string>> {
	const [year, month, day] = written(textOf(value)) ?? instant(value, zone);
	if (!year || !month || !day || year < 1900 || month > 12 || day > 31) return {};
	if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day || Date.UTC(year, month - 1, day) > now) return {};
	const two = (number: number) => String(number).padStart(2, '0');
	return { DOBY: sha256(String(year)), DOBM: sha256(two(month)), DOBD: sha256(two(day)) };
}

/** 1997-02-16, 19970216, 1997/2/16; 2/16/1997 and 16/2/1997 where it is clear which is the month. */
function written(text: string): number[] | undefined {
	const first = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ].*)?$/.exec(text);
	if (first && (first[2] !== '' || text.length === 8)) return [first[1], first[3], first[4]].map(Number);
	const last = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
	if (!last) return undefined;
	const [one, other, year] = last.slice(1).map(Number) as [number, number, number];
	if (one === other || other > 12) return [year, one, other];
	return one > 12 ? [year, other, one] : [];
}

function instant(value: unknown, zone: string): number[] {
	const moment = parseDate(value, zone);
	if (moment === undefined) return [];
	const { year, month, day } = wallClock(moment, zone);
	return [year, month, day];
}
