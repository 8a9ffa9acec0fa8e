import { redact, truncate } from '../../../../engine/channels/http/redact';

const SECRET = 'p@ss/w"ord+1';

describe('redact', () => {
	it.each([
		['as it is', `token ${SECRET} refused`],
		['percent-encoded', `GET /?key=${encodeURIComponent(SECRET)} refused`],
		['form-encoded', new URLSearchParams({ key: SECRET }).toString()],
		['inside JSON', JSON.stringify({ key: SECRET })],
		['base64', `Basic ${Buffer.from(SECRET).toString('base64')}`],
	])('masks a secret %s', (_how, text) => {
		const clean = redact(text, [SECRET], 1000);
		expect(clean).toContain('***');
		expect(clean).not.toMatch(/w"ord|w%22ord|ord%2B1|w\\"ord/);
		expect(clean).not.toContain(Buffer.from(SECRET).toString('base64'));
	});

	it('masks the longer of two secrets that overlap', () => expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***'));

	it('leaves text without secrets alone, and ignores empty and very short ones', () => expect(redact('a cab', ['', 'a'])).toBe('a cab'));

	it('cuts after masking, so that no half of a secret stays', () => {
		expect(redact(`${'x'.repeat(8)}SECRETSECRET`, ['SECRETSECRET'], 12)).toBe(`${'x'.repeat(8)}***`);
	});
});

describe('truncate', () => {
	it('says that it cut, and never cuts a character in half', () => {
		expect(truncate('abcdef', 4)).toBe('abc…');
		expect(truncate('ab😀cd', 4)).toBe('ab…');
		expect(truncate('abcd', 4)).toBe('abcd');
	});
});
