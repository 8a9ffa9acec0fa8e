import { assertSameOrigin, fixedOrigin, withParameters } from '../../../../engine/channels/http/url-template';

describe('fixedOrigin', () => {
	it.each([
		['https://api.example.com/send?to=$$To', 'https://api.example.com'],
		['HTTP://Example.com:8080', 'http://example.com:8080'],
		['https://[2001:db8::1]:8443/x', 'https://[2001:db8::1]:8443'],
	])('%s', (template, origin) => expect(fixedOrigin(template)).toBe(origin));

	it.each(['$$scheme://example.com/', 'https://$$host/', 'https://example.com:$$port/', 'https://api.$$To.example.com/', 'https://{{ Profile.host }}/', 'https://user:pw@example.com/', 'https://a{% if x %}b{% endif %}.com/'])(
		'refuses %s',
		(template) => expect(() => fixedOrigin(template)).toThrow(/fixed/),
	);

	it.each(['', 'ftp://example.com/', '//example.com/', 'https:///path', 'javascript:alert(1)', 'https://exa mple.com/'])('is no URL: %s', (template) => expect(() => fixedOrigin(template)).toThrow());
});

describe('assertSameOrigin', () => {
	it('accepts what stays in its place', () => expect(() => assertSameOrigin('https://a.com/x/1?y=2', 'https://a.com/x/$$To')).not.toThrow());

	it.each([
		['https://b.com/x', 'https://a.com/$$p'],
		['https://a.com.evil.com/x', 'https://a.com/$$p'],
		['https://a.com/x/../admin', 'https://a.com/x/$$p/admin'],
		['https://a.com/x/%2e%2e/admin', 'https://a.com/x/$$p/admin'],
		['https://a.com/x/..\\admin', 'https://a.com/x/$$p'],
	])('refuses %s', (rendered, template) => expect(() => assertSameOrigin(rendered, template)).toThrow());
});

describe('withParameters', () => {
	it.each([
		['https://a.com', [['a', '1']], 'https://a.com?a=1'],
		['https://a.com/x?y=2#part', [['a', '1'], ['a', '2 3']], 'https://a.com/x?y=2&a=1&a=2%203'],
		['https://a.com/x#part', [], 'https://a.com/x'],
		['https://a.com/x', [['a&b', '@evil.com/../#?&=']], 'https://a.com/x?a%26b=%40evil.com%2F..%2F%23%3F%26%3D'],
		['https://a.com', [['half', '\ud83d']], 'https://a.com?half=%EF%BF%BD'],
	])('%s with %j', (url, pairs, expected) => {
		const whole = withParameters(url, pairs.map(([name = '', value = '']) => ({ name, value })));
		expect(whole).toBe(expected);
		expect(new URL(whole).origin).toBe('https://a.com');
	});
});
