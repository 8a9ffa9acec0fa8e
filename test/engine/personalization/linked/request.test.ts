import type { LinkedDefinition } from '../../../../engine/personalization/linked/definition';
import { RequestBuilder } from '../../../../engine/personalization/linked/request';
import { linkedDefinition } from '../../../support/linked-content';

const URL_OF_API = 'https://api.example.com/v1/cities/{{ Profile.city }}/now';

function build(more: Partial<LinkedDefinition>, profile: Record<string, unknown> = { city: 'Lyon' }, event: object = {}) {
	return new RequestBuilder(linkedDefinition(URL_OF_API, more)).build({ profile, event, now: 0 });
}

const urlFor = (url: string, city: unknown) => {
	const built = build({ url }, { city });
	return built.ok ? built.request.url : built.detail;
};

describe('the request for a person', () => {
	it('has their values in path, query, headers and body, each escaped for its place', () => {
		const built = build(
			{
				method: 'POST',
				query: [{ name: 'for', value: 'a {{ Profile.name }}' }, { name: 'n&o', value: '{{ Event.n }}' }],
				headers: [{ name: 'X-Name', value: '{{ Profile.name }}' }],
				body: '{ "name": "{{ Profile.name }}", "all": {{ Profile.tags | json }} }',
				auth: { type: 'header', name: 'X-Key', value: 'k' },
			},
			{ city: 'Saint-Étienne/42', name: 'A "b" & c=1#', tags: ['x"'] },
			{ n: 7 },
		);
		expect(built).toMatchObject({ ok: true, request: { method: 'POST' } });
		const { request } = built as Extract<typeof built, { ok: true }>;
		expect(request.url).toBe('https://api.example.com/v1/cities/Saint-%C3%89tienne%2F42/now?for=a%20A%20%22b%22%20%26%20c%3D1%23&n%26o=7');
		expect(JSON.parse(request.body as string)).toEqual({ name: 'A "b" & c=1#', all: ['x"'] });
		expect(request.headers).toEqual({ Accept: 'application/json', 'Content-Type': 'application/json; charset=utf-8', 'X-Name': 'A "b" & c=1#', 'X-Key': 'k' });
	});

	it.each(['..', '.', '../..', '@evil.example', '//evil.example/', '\\\\evil.example', 'a?b#c', '%2e%2e', 'a\r\nHost: evil.example', 'javascript:', ':9999'])('never leaves the place of its value: %j', (city) => {
		const url = urlFor(URL_OF_API, city);
		if (['..', '.'].includes(city)) expect(url).toBe('A replaced value would have changed the path of the URL');
		else expect(new URL(url)).toMatchObject({ origin: 'https://api.example.com', pathname: `/v1/cities/${encodeURIComponent(city)}/now`, search: '' });
	});

	it.each([
		['{{ Profile.city | raw }}', '/../../admin', /changed the path/],
		['/{{ Profile.city | raw }}', '@evil.example/', /^https:\/\/api\.example\.com\/@evil/],
		['/{{ Profile.city | raw }}', '/evil.example/', /^https:\/\/api\.example\.com\/\/evil/],
		['/a?b={{ Profile.city | raw }}', '1#//evil.example', /^https:\/\/api\.example\.com\/a\?b=1$/],
	])('stays at its host even where nothing is escaped: %s with %s', (path, city, expected) => {
		expect(urlFor(`https://api.example.com${path.startsWith('{') ? '/x' : ''}${path}`, city)).toMatch(expected);
	});

	it('has no line break in a header', () => {
		const built = build({ headers: [{ name: 'X-Name', value: '{{ Profile.name }}' }] }, { city: 'x', name: 'a\r\nX-Admin: 1\nHost: evil\u0000' });
		expect(built).toMatchObject({ request: { headers: { 'X-Name': 'a X-Admin: 1 Host: evil ' } } });
	});

	it.each([
		[{}, {}, 'No value for Profile.city, and the template gives no default'],
		[{ method: 'POST' as const, body: '{ "a": {{ Profile.city }} }' }, { city: 'Lyon' }, 'The body is no JSON after the values were put in'],
		[{ query: [{ name: 'a', value: '{{ Profile.city }}' }] }, { city: 'x'.repeat(9_000) }, /longer than 8000/],
	])('is not made of what cannot make one', (more, profile, detail) => {
		expect(build(more, profile)).toMatchObject({ ok: false, reason: 'linked_content_failed', detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) });
	});

	it('is not made where its template says abort', () => {
		expect(build({ query: [{ name: 'a', value: '{% abort %}' }] })).toMatchObject({ ok: false, reason: 'liquid_aborted' });
	});
});

describe('a definition that cannot work is refused', () => {
	it.each<[string, Partial<LinkedDefinition>, RegExp]>([
		['a personalized host', { url: 'https://{{ Profile.host }}/x' }, /must be fixed text/],
		['a personalized part of the host', { url: 'https://api.{{ Profile.tld }}/x' }, /must be fixed text/],
		['a personalized port', { url: 'https://api.example.com:{{ Profile.port }}/x' }, /must be fixed text/],
		['a host that goes on in a value', { url: 'https://api.example.com{{ Profile.x }}/' }, /must be fixed text/],
		['a user in front of the host', { url: 'https://me@api.example.com/' }, /must be fixed text/],
		['a personalized scheme', { url: '{{ Profile.scheme }}://api.example.com/' }, /must begin with http/],
		['another scheme', { url: 'file:///etc/passwd' }, /must begin with http/],
		['a name with a space', { name: 'My API' }, /cannot be the name/],
		['a header of the connection', { headers: [{ name: 'Host', value: 'x' }] }, /set by the connection/],
		['a header that HTTP does not allow', { headers: [{ name: 'X: y\r\nZ', value: 'x' }] }, /not a header name/],
		['a header of the credential', { headers: [{ name: 'authorization', value: 'x' }], auth: { type: 'basic', user: 'u', password: 'p' } }, /set twice/],
		['a mistake in a template', { query: [{ name: 'q', value: '{{ Profile.x | nope }}' }] }, /Query parameter q has a mistake in line 1, column \d+: undefined filter/],
		['linked content in linked content', { query: [{ name: 'q', value: '{{ Linked.Other.x }}' }] }, /Unknown variable "Linked"/],
		['a body of a GET', { body: '{}' }, /has no body/],
	])('%s', (_what, more, message) => expect(() => new RequestBuilder(linkedDefinition(URL_OF_API, more))).toThrow(message));
});
