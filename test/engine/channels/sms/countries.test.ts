import { countriesOf, mayGoTo, readCountries } from '../../../../engine/channels/sms/countries';

const INDIA = '+919876543210';
const LONDON = '+442079460000';
const TORONTO = '+14165550100';
const NEW_YORK = '+12125550100';
const SATELLITE = '+883510012345';
const NOWHERE_IN_PARTICULAR = '+19995550100';

describe('mayGoTo', () => {
	it.each<[string, string[], string[], string, boolean]>([
		['all', [], [], INDIA, true],
		['only its own', ['IN'], [], INDIA, true],
		['one of several', ['GB', 'IN'], [], LONDON, true],
		['only others', ['GB'], [], INDIA, false],
		['not these', [], ['IN', 'GB'], LONDON, false],
		['not others', [], ['GB'], INDIA, true],
		['not, although only', ['IN'], ['IN'], INDIA, false],
		['small letters', ['in'], [], INDIA, true],
		['a neighbour with the same calling code', ['US'], [], TORONTO, false],
		['itself with that code', ['US'], [], NEW_YORK, true],
		['not the neighbour', [], ['CA'], NEW_YORK, true],
		['one that may be of either', ['US'], [], NOWHERE_IN_PARTICULAR, true],
		['one that may be of either, not the one', [], ['US'], NOWHERE_IN_PARTICULAR, true],
		['no country, only some', ['US'], [], SATELLITE, false],
		['no country, not some', [], ['US'], SATELLITE, true],
	])('%s: only %j, not %j, %s: %s', (_name, only, not, number, may) => expect(mayGoTo(readCountries(only, not), number)).toBe(may));
});

it('countriesOf', () => {
	expect(countriesOf(INDIA)).toEqual(['IN']);
	expect(countriesOf(SATELLITE)).toEqual([]);
	expect(countriesOf(NOWHERE_IN_PARTICULAR)).toEqual(expect.arrayContaining(['US', 'CA']));
});

it('readCountries refuses what is no country', () => {
	expect(() => readCountries(['US', 'Germany'], [])).toThrow('"GERMANY" is not a two-letter country code');
	expect(() => readCountries([], ['XX'])).toThrow('"XX"');
});
