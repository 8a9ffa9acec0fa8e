import { createHash } from 'node:crypto';

import { identifiersOf } from '../../../../../engine/channels/export/meta/identifiers';
import type { Field } from '../../../../../engine/channels/export/meta/keys';
import { normalize, type NormalizeOptions } from '../../../../../engine/channels/export/meta/normalize';

const OPTIONS: NormalizeOptions = { zone: 'Europe/Berlin', now: Date.UTC(2026, 2, 2) };

const hashOf = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

describe('values as Meta compares them', () => {
	// The examples of Meta's pages "Customer File Custom Audiences" and "Customer Information Parameters", hashes included.
	it.each<[Field, unknown, string, NormalizeOptions?]>([
		['EMAIL', 'mary@example.com', 'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79'],
		['EMAIL', ' John_Smith@gmail.com ', '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f'],
		['PHONE', '+1 (555) 987-6543', '1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e'],
		['PHONE', '(650)555-1212', 'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176', { ...OPTIONS, defaultCountry: 'US' }],
		['FN', 'Mary', '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'],
		['FN', '정', '8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'],
		['FN', 'Valéry', '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'],
		['COUNTRY', 'United States', '79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621'],
	])('hashes the published example of %s: %s', (field, value, hash, options = OPTIONS) => {
		expect(normalize(field, value, options)).toEqual({ [field]: hash });
	});

	it.each<[Field, unknown, string, string?]>([
		['PHONE', '(+84) 091-2345678', '84912345678'],
		['PHONE', '0041 79 123 45 67', '41791234567'],
		['PHONE', '030 123456', '4930123456', 'de'],
		['FN', 'Valéry', 'valéry'],
		['FN', ' Anna-Lena ', 'annalena'],
		['LN', "O'Neil Jr.", 'oneiljr'],
		['FI', 'Émile', 'é'],
		['GEN', 'Female', 'f'],
		['GEN', 'M', 'm'],
		['CT', 'New York', 'newyork'],
		['CT', 'São Paulo', 'saopaulo'],
		['CT', 'Łódź', 'lodz'],
		['ST', 'California', 'ca'],
		['ST', 'AZ', 'az', 'us'],
		['ST', 'New South Wales', 'newsouthwales', 'au'],
		['ST', 'Virginia', 'virginia', 'au'],
		['ZIP', '94035-1234', '94035'],
		['ZIP', '94035 1234', '94035', 'us'],
		['ZIP', 'M1 1AE', 'm11ae', 'gb'],
		['ZIP', '75018', '75018', 'fr'],
		['ZIP', 1987, '1987', 'au'],
		['COUNTRY', 'DE', 'de'],
		['COUNTRY', 'the Netherlands', 'nl'],
		['COUNTRY', 'UK', 'gb'],
	])('%s %s becomes %s before it is hashed', (...[field, value, normal, country]) => {
		expect(normalize(field, value, OPTIONS, country)).toEqual({ [field]: hashOf(normal) });
	});

	it.each<[unknown, string]>([
		['2/16/1997', '1997 02 16'],
		['16.2.1997', '1997 02 16'],
		['1997-02-16', '1997 02 16'],
		['1997-02-16T09:00:00Z', '1997 02 16'],
		['19970216', '1997 02 16'],
		[19970216, '1997 02 16'],
		// 23:30 UTC on the 15th is the 16th in Berlin.
		[Date.UTC(1997, 1, 15, 23, 30), '1997 02 16'],
		[-31_536_000, '1969 01 01'],
	])('takes the date of birth %s apart', (value, parts) => {
		const [year, month, day] = parts.split(' ') as [string, string, string];
		expect(normalize('DOB', value, OPTIONS)).toEqual({ DOBY: hashOf(year), DOBM: hashOf(month), DOBD: hashOf(day) });
	});

	it.each<[Field, unknown]>([
		['EMAIL', 'nobody'],
		['PHONE', '12'],
		['PHONE', 'call me'],
		['GEN', 'other'],
		['DOB', '3/4/1997'],
		['DOB', '1997-02-30'],
		['DOB', '1899-12-31'],
		['DOB', '2027-01-01'],
		['DOB', 'soon'],
		['CT', '東京'],
		['COUNTRY', 'Atlantis'],
		['COUNTRY', 'EU'],
		['MADID', '00000000-0000-0000-0000-000000000000'],
		['MADID', 'a@example.com'],
		['FN', '123'],
		['FN', { first: 'Mary' }],
		['FN', null],
	])('leaves %s %j out', (field, value) => {
		expect(normalize(field, value, OPTIONS)).toEqual({});
	});

	it('takes a hash as it is, in lower case', () => {
		const hash = hashOf('mary@example.com');
		expect(normalize('EMAIL', hash.toUpperCase(), OPTIONS)).toEqual({ EMAIL: hash });
	});

	it('hashes neither user ids nor advertiser ids', () => {
		expect(normalize('EXTERN_ID', ' User-7 ', OPTIONS)).toEqual({ EXTERN_ID: 'User-7' });
		expect(normalize('MADID', 'EA7583CD-A667-48BC-B806-42ECB2B48606', OPTIONS)).toEqual({ MADID: 'ea7583cd-a667-48bc-b806-42ecb2b48606' });
	});
});

describe('what Meta is told of a person', () => {
	const mary = {
		id: 'u1', email: 'Mary@Example.com', phone: '0151 23456789',
		properties: { 'First Name': 'Mary', last_name: 'Jones', Country: 'Germany', date_of_birth: '1990-05-01', nick: 'May', address: { town: 'Köln' } },
	};

	it('finds properties by the names they usually have, and a national number by the country', () => {
		expect(identifiersOf(mary, { fields: ['LN', 'DOB', 'FN', 'PHONE', 'EMAIL', 'COUNTRY', 'ZIP'] }, OPTIONS)).toEqual({
			EMAIL: hashOf('mary@example.com'), PHONE: hashOf('4915123456789'), FN: hashOf('mary'), LN: hashOf('jones'),
			DOBY: hashOf('1990'), DOBM: hashOf('05'), DOBD: hashOf('01'), COUNTRY: hashOf('de'),
		});
	});

	it('is the same text for the same values, whatever order was chosen', () => {
		const texts = [['EMAIL', 'FN'], ['FN', 'EMAIL']].map((fields) => JSON.stringify(identifiersOf(mary, { fields: fields as Field[] }, OPTIONS)));
		expect(texts[0]).toBe(texts[1]);
	});

	it('reads the property the operator chose, also inside another, and no other in its place', () => {
		expect(identifiersOf(mary, { fields: ['EXTERN_ID', 'FN', 'CT'], properties: { FN: 'nick', CT: 'address.town' } }, OPTIONS)).toEqual({
			EXTERN_ID: 'u1', FN: hashOf('may'), CT: hashOf('koln'),
		});
		expect(identifiersOf(mary, { fields: ['EXTERN_ID', 'FN'], properties: { FN: 'given' } }, OPTIONS)).toEqual({ EXTERN_ID: 'u1' });
	});

	it('is nothing where no value names the person', () => {
		expect(identifiersOf({ ...mary, email: null, phone: null }, { fields: ['EMAIL', 'PHONE', 'FN', 'LN', 'COUNTRY'] }, OPTIONS)).toBeUndefined();
	});

	it('never holds a value in the clear that has to be hashed', () => {
		const person = { id: 'u1', email: 'a@b.de', phone: '+4915123456789', properties: { firstName: 'Zoë', lastName: 'Ng', gender: 'f', dob: '2000-01-02', city: 'Rom', state: 'Ohio', zip: '1', country: 'US' } };
		const fields: Field[] = ['EMAIL', 'PHONE', 'FN', 'LN', 'FI', 'GEN', 'DOB', 'CT', 'ST', 'ZIP', 'COUNTRY'];
		const values = Object.values(identifiersOf(person, { fields }, OPTIONS) ?? {});
		expect(values).toHaveLength(13);
		for (const value of values) expect(value).toMatch(/^[0-9a-f]{64}$/);
	});
});
