import { toCsv } from '../../../engine/reports/csv';

describe('CSV', () => {
	const cells: Array<[unknown, string]> = [
		['plain', 'plain'],
		['', ''],
		[null, ''],
		[undefined, ''],
		['a,b', '"a,b"'],
		['say "hi"', '"say ""hi"""'],
		['two\r\nlines', '"two\r\nlines"'],
		['two\nlines', '"two\nlines"'],
		['=1+1', `"'=1+1"`],
		['+33612345678', `"'+33612345678"`],
		['-1', `"'-1"`],
		['@SUM(A1)', `"'@SUM(A1)"`],
		['\t=1', `"'\t=1"`],
		['\r=1', `"'\r=1"`],
		['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
		['a=b', 'a=b'],
		[-12.5, '-12.5'],
		[0, '0'],
		[false, 'false'],
		[{ a: 1 }, '"{""a"":1}"'],
		['Zoë 😀', 'Zoë 😀'],
	];
	it.each(cells)('writes %j as %j', (value, expected) => {
		expect(toCsv([{ value }], ['value'])).toBe(`value\r\n${expected}\r\n`);
	});

	it('writes the named columns in their order, and guards the header as well', () => {
		expect(toCsv([{ a: 1, b: 2, c: 3 }, { b: 5 }], ['b', '=a'])).toBe(`b,"'=a"\r\n2,\r\n5,\r\n`);
	});

	it('writes a header for no rows', () => {
		expect(toCsv([], ['a', 'b'])).toBe('a,b\r\n');
	});
});
