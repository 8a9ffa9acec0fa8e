import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

/*
 * The small metadata set and the check of the length on purpose: country code and number of digits must fit the
 * country. The large set also knows which number ranges are assigned today; ranges open faster than packages are
 * updated, and turning a real customer away is worse than a request that the provider refuses as an invalid recipient.
 */

export type PhoneResult = { ok: true; number: string } | { ok: false; why: string };

/**
 * Brings a phone number as people write it to E.164.
 * @param defaultCountry ISO 3166 country of numbers written without a country code
 * @returns `why` is a sentence for operators
 */
export function toE164(raw: unknown, defaultCountry?: string): PhoneResult {
	if (typeof raw !== 'string') return read(raw, defaultCountry);
	const key = `${defaultCountry ?? ''} ${raw}`;
	const known = recent.get(key);
	if (known) return known;
	const result = read(raw, defaultCountry);
	if (recent.size >= MOST_RECENT) recent.clear();
	recent.set(key, result);
	return result;
}

/** A sender asks for each number twice: whether there is an address, and for the message. */
const recent = new Map<string, PhoneResult>();
const MOST_RECENT = 2_000;

function read(raw: unknown, defaultCountry?: string): PhoneResult {
	// NFKC turns full-width digits and signs, common on Asian keyboards, into plain ones.
	const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.normalize('NFKC').trim() : '';
	if (text === '') return { ok: false, why: 'There is no phone number' };
	const shown = text.slice(0, 40);
	const country = defaultCountry?.trim().toUpperCase() || undefined;
	if (country && !isSupportedCountry(country)) return { ok: false, why: `The default country "${country}" is not a two-letter country code such as US or IN` };

	// 00 is the international prefix nearly everywhere; with a default country the library knows that country's own.
	const international = country ? text : text.replace(/^00/, '+');
	const parsed = parsePhoneNumberFromString(international, { defaultCountry: country as CountryCode | undefined, extract: false });
	if (!parsed) {
		const noCode = !country && /^\d/.test(international);
		return { ok: false, why: noCode ? `"${shown}" has no country code: write it as +<country code><number>, or set a default country` : `"${shown}" is not a phone number` };
	}
	if (parsed.ext) return { ok: false, why: `"${shown}" has an extension: a text message cannot reach it` };
	if (!parsed.isPossible()) return { ok: false, why: `"${shown}" has too many or too few digits${parsed.country ? ` for ${parsed.country}` : ''}` };
	return { ok: true, number: parsed.number };
}
