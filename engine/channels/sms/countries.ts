import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

import { CampaignError } from '../../errors';

/** Which numbers a provider is asked for, by ISO 3166 codes of two letters. Both lists empty: all. */
export interface Countries {
	/** Only these; empty: all but `not`. */
	only: readonly string[];
	/** None of these. */
	not: readonly string[];
}

/** Throws a CampaignError for what is no code of a country. */
export function readCountries(only: readonly string[], not: readonly string[]): Countries {
	const upper = (codes: readonly string[]) => codes.map((code) => code.toUpperCase());
	const countries = { only: upper(only), not: upper(not) };
	const wrong = [...countries.only, ...countries.not].find((code) => !isSupportedCountry(code));
	if (wrong !== undefined) throw new CampaignError('provider_country', `"${wrong}" is not a two-letter country code`, 'Write codes such as US or IN, with commas between.');
	return countries;
}

/**
 * Whether a number may go to a provider. Countries that share a calling code are told apart as far as the number says which
 * it is; where it does not, it counts as of each that it may be of.
 * @param number E.164
 */
export function mayGoTo({ only, not }: Countries, number: string): boolean {
	if (only.length === 0 && not.length === 0) return true;
	const of = countriesOf(number);
	if (only.length > 0 && !of.some((country) => only.includes(country))) return false;
	return of.length === 0 || of.some((country) => !not.includes(country));
}

/** The country of a number, or those that it may be of; none of numbers that are of no country, such as of satellites. */
export function countriesOf(number: string): string[] {
	const parsed = parsePhoneNumberFromString(number);
	return parsed?.country ? [parsed.country] : (parsed?.getPossibleCountries() ?? []);
}
