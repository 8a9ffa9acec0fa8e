import { toE164 } from '../../../engine/channels/phone';

describe('toE164', () => {
	it.each([
		['+14155552671', undefined, '+14155552671'],
		['+1 (415) 555-2671', undefined, '+14155552671'],
		[' 415-555-2671 ', 'US', '+14155552671'],
		['415 555 2671', 'us', '+14155552671'],
		['0044 7700 900123', undefined, '+447700900123'],
		['011 44 7700 900123', 'US', '+447700900123'],
		['07700 900123', 'GB', '+447700900123'],
		['98765 43210', 'IN', '+919876543210'],
		[9876543210, 'IN', '+919876543210'],
		['+33 6 12 34 56 78', 'US', '+33612345678'],
		['06.12.34.56.78', 'FR', '+33612345678'],
		['+15005550006', undefined, '+15005550006'],
		['＋１４１５５５５２６７１', undefined, '+14155552671'],
	])('%s (%s) is %s', (raw, country, number) => expect(toE164(raw, country)).toEqual({ ok: true, number }));

	it.each([
		[undefined, undefined, /no phone number/],
		[null, undefined, /no phone number/],
		['', undefined, /no phone number/],
		['   ', 'US', /no phone number/],
		[{}, undefined, /no phone number/],
		['4155552671', undefined, /no country code/],
		['not a number', 'US', /not a phone number/],
		['call +14155552671', undefined, /not a phone number/],
		['+1415555', undefined, /too many or too few digits|not a phone number/],
		['+141555526711234', undefined, /too many or too few digits|not a phone number/],
		['12345', 'US', /too many or too few digits/],
		['+999123456789', undefined, /not a phone number/],
		['415-555-2671 ext. 5', 'US', /extension/],
		['4155552671', 'XX', /default country/],
		['4155552671', 'United States', /default country/],
		['+1415555267' + '1'.repeat(300), undefined, /not a phone number/],
	])('%s (%s): %s', (raw, country, why) => {
		const result = toE164(raw, country);
		expect(result).toMatchObject({ ok: false, why: expect.stringMatching(why) });
		expect(JSON.stringify(result).length).toBeLessThan(200);
	});
});
