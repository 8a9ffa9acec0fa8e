import { checkHeaderNames, isHeaderValue } from '../../../../engine/channels/http/headers';

describe('checkHeaderNames', () => {
	it.each([
		['a space', ['X A'], /not a header name/], ['nothing', [''], /not a header name/], ['a line break', ['X-A\r\nX-B'], /not a header name/], ['a letter of no token', ['Größe'], /not a header name/],
		['where it goes', ['HOST'], /set by the connection/], ['where it ends', ['content-length'], /set by the connection/], ['how it ends', ['Transfer-Encoding'], /set by the connection/],
		['whom it passes', ['Proxy-Authorization'], /set by the connection/], ['one twice', ['X-A', 'x-a'], /x-a is set twice/], ['one of the credential', ['authorization'], /authorization is set twice/],
	])('refuses %s', (_what, names, why) => expect(() => checkHeaderNames(names, 'a_code', ['Authorization'])).toThrow(expect.objectContaining({ code: 'a_code', message: expect.stringMatching(why) })));

	it('lets others be', () => expect(() => checkHeaderNames(['X-A', 'Content-Type', 'x_b.c', 'hostile'], 'a_code')).not.toThrow());
});

describe('isHeaderValue', () => {
	it.each([['', true], ['a b', true], ['a\tb', true], ['Straße', true], ['a\nb', false], ['a\rb', false], ['a\0b', false], ['a\x7fb', false], ['\x1b[0m', false]])('%j: %s', (value, can) => expect(isHeaderValue(value)).toBe(can));
});
