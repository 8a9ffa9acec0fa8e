import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

/*
 * The small metadata set on purpose: it checks country code, length and the country's general pattern. The large set
 * also knows which number ranges are assigned today; ranges open faster than packages are updated, and turning a real
 * customer away is worse than one request that the provider refuses as an invalid recipient, free of charge.
 */

export type PhoneResult = { ok: true; number: string } | { ok: false; why: string };

/**
 * Brings a phone number as people write it to E.164.
 * @param defaultCountry ISO 3166 country of numbers written without a country code
 * @returns `why` is a sentence for operators
 */
export function toE164(raw: unknown, defaultCountry?: string): PhoneResult {
	const text = typeof raw === 'number' ? String(raw) : raw;
	if (typeof text !== 'string' || text.trim() === '') return { ok: false, why: 'There is no phone number' };
	const shown = text.trim().slice(0, 40);
	const country = defaultCountry?.trim().toUpperCase() || undefined;
	if (country && !isSupportedCountry(country)) return { ok: false, why: `The default country "${country}" is not a two-letter country code such as US or IN` };

	// 00 is the international prefix nearly everywhere; with a default country the library knows that country's own.
	const international = country ? text.trim() : text.trim().replace(/^00/, '+');
	const parsed = parsePhoneNumberFromString(international, { defaultCountry: country as CountryCode | undefined, extract: false });
	if (!parsed) {
		const noCode = !country && /^\d/.test(international);
		return { ok: false, why: noCode ? `"${shown}" has no country code: write it as +<country code><number>, or set a default country` : `"${shown}" is not a phone number` };
	}
	if (parsed.ext) return { ok: false, why: `"${shown}" has an extension: a text message cannot reach it` };
	if (!parsed.isValid()) return { ok: false, why: `"${shown}" is not a valid number${parsed.country ? ` in ${parsed.country}` : ''}` };
	return { ok: true, number: parsed.number };
}
