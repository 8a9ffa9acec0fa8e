import { GenericHttpSms, type GenericHttpConfig } from '../../../../engine/channels/sms/generic-http';
import type { SmsMessage } from '../../../../engine/channels/provider';
import { readAnswer, sendOnce } from '../../../support/exchange';
import { startLoopback, type Answer } from '../../../support/loopback';
import { describeProviderContract } from '../../../support/provider-contract';

const message: SmsMessage = {
	to: '+14155552671',
	body: 'Say "hi" & 1<2\n$$To 😀',
	messageId: 'm-1',
	campaignId: 'wf1:node1',
	templateId: 'T9',
	templateVariables: ['Ann', 'a "b", c'],
	keyValues: { uid: 'Ürs\r\nX-Evil: 1', Plain: 'x y' },
	headerPairs: { uid: 'Ürs\r\nX-Evil: 1' },
};
const config = (extra: Partial<GenericHttpConfig> = {}): GenericHttpConfig => ({
	label: 'Gateway',
	method: 'POST',
	url: 'https://gw.example.com/send',
	body: { type: 'json', template: '{"to":"$$To","text":"$$Body"}' },
	auth: { type: 'none' },
	...extra,
});
const request = async (extra: Partial<GenericHttpConfig>, over: Partial<SmsMessage> = {}) => await new GenericHttpSms(config(extra)).request({ ...message, ...over });

describe('GenericHttpSms.request', () => {
	it('fills a JSON document, escaping inside strings and putting lists as arrays', async () => {
		const template = '{"to":"$$to","text":"$$BODY","v":$$TemplateVariables,"w":"$$TemplateVariables","joined":"v=$$templatevariables","id":"$$TemplateId/$$MessageID","c":$$CampaignID,"u":"<$$uid>","n":5}';
		const { body, headers } = await request({ body: { type: 'json', template } });
		expect(JSON.parse(body ?? '')).toEqual({
			to: message.to,
			text: message.body,
			v: message.templateVariables,
			w: message.templateVariables,
			joined: 'v=Ann,a "b", c',
			id: 'T9/m-1',
			c: 'wf1:node1',
			u: `<${message.keyValues?.['uid']}>`,
			n: 5,
		});
		expect(headers['Content-Type']).toBe('application/json; charset=utf-8');
	});

	it('never reads a value as a template', async () => {
		const { body } = await request({}, { body: '$$MessageID","to":"+1999' });
		expect(JSON.parse(body ?? '')).toEqual({ to: message.to, text: '$$MessageID","to":"+1999' });
	});

	it('fills a form', async () => {
		const { body, headers } = await request({ body: { type: 'form', fields: [{ name: 'To', value: '$$To' }, { name: 'msg', value: 'Hey: $$Body' }, { name: 'vars', value: '$$TemplateVariables' }, { name: 'k$$Plain', value: 'a&b=c' }] } });
		expect([...new URLSearchParams(body)]).toEqual([['To', message.to], ['msg', `Hey: ${message.body}`], ['vars', 'Ann,a "b", c'], ['kx y', 'a&b=c']]);
		expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
	});

	it.each([
		['application/xml', '<sms to="$$To">$$Body</sms>', '<sms to="+14155552671">Say &#34;hi&#34; &#38; 1&#60;2\n$$To 😀</sms>'],
		['application/vnd.gw+json', '{"t":"$$Body","to":"$$To"}', JSON.stringify({ t: message.body, to: message.to })],
		['text/plain', '$$To|$$Body', `${message.to}|${message.body}`],
		['application/x-www-form-urlencoded', 'to=$$To&text=$$Plain+$$Body', `to=%2B14155552671&text=x+y+${new URLSearchParams({ '': message.body }).toString().slice(1)}`],
	])('fills a raw body of %s', async (contentType, template, body) => {
		expect(await request({ body: { type: 'raw', contentType, template } })).toMatchObject({ body, headers: { 'Content-Type': contentType } });
	});

	it('puts values into path and query, percent-encoded', async () => {
		const made = await request({ method: 'GET', body: { type: 'none' }, url: 'https://gw.example.com/u/$$uid?x=1&to=$$To', query: [{ name: 'text', value: 'A b: $$Body' }, { name: 'fixed&', value: 'ü' }] });
		expect(made.body).toBeUndefined();
		expect(made.headers).toEqual({});
		const url = new URL(made.url);
		expect(url.pathname).toBe(`/u/${encodeURIComponent(message.keyValues?.['uid'] ?? '')}`);
		expect([...url.searchParams]).toEqual([['x', '1'], ['to', message.to], ['text', `A b: ${message.body}`], ['fixed&', 'ü']]);
	});

	it('puts values into headers without letting them end the line, in UTF-8', async () => {
		const { headers } = await request({ headers: [{ name: 'X-User', value: 'u=$$uid' }, { name: 'content-type', value: 'application/json' }] });
		expect(Object.keys(headers)).toEqual(['Content-Type', 'X-User']);
		expect(headers['Content-Type']).toBe('application/json');
		expect(Buffer.from(headers['X-User'] ?? '', 'latin1').toString('utf8')).toBe('u=Ürs X-Evil: 1');
	});

	it.each([
		[{ type: 'basic', user: 'me', password: 'pä$$To' } as const, { Authorization: `Basic ${Buffer.from('me:pä$$To').toString('base64')}` }],
		[{ type: 'header', name: 'X-Api-Key', value: 'key-$$To' } as const, { 'X-Api-Key': 'key-$$To' }],
	])('signs in: %j, replacing nothing inside the secret', async (auth, headers) => expect((await request({ auth })).headers).toMatchObject(headers));

	it('refuses a message without a value for a name, and takes a list without variables for an empty one', async () => {
		const provider = new GenericHttpSms(config({ headers: [{ name: 'X', value: '$$Uid $$MessageID' }], body: { type: 'json', template: '{"to":"$$To","t":"$$Body","u":"$$uid","h":"$$Hid"}' } }));
		await expect(provider.request(message)).rejects.toThrow('$$Hid');
		expect((await request({ body: { type: 'json', template: '{"to":"$$To","t":"$$Body","v":$$TemplateVariables}' } }, { templateVariables: undefined })).body).toContain('"v":[]');
		await expect(new GenericHttpSms(config({ body: { type: 'json', template: '{"to":"$$To","t":"$$TemplateID"}' } })).request({ ...message, templateId: undefined })).rejects.toThrow('$$TemplateID');
	});

	it.each([
		[{ url: 'https://$$host/x' }, /fixed text/],
		[{ url: 'https://gw.example.com:$$To/x' }, /fixed text/],
		[{ url: '$$scheme://gw.example.com/x' }, /must begin/],
		[{ url: 'gw.example.com/x' }, /must begin/],
		[{ body: { type: 'json', template: '{"t":"$$Body"}' } as const }, /\$\$To/],
		[{ body: { type: 'json', template: '{"to":"$$To"}' } as const }, /\$\$Body/],
		[{ body: { type: 'json', template: '{"to":"$$To","text":"$$Body"' } as const }, /not valid JSON/],
		[{ body: { type: 'json', template: '{"to":$$To$$To,"text":"$$Body"}' } as const }, /not valid JSON/],
		[{ headers: [{ name: 'X-Some', value: 'x' }, { name: 'x-some', value: 'y' }] }, /set twice/],
	])('refuses the configuration %j', (extra, why) => expect(() => new GenericHttpSms(config(extra))).toThrow(why));

	it.each(['Host', 'Content-Length', 'Transfer-Encoding', 'Trailer'])('leaves the header %s to the connection', (name) => {
		expect(() => new GenericHttpSms(config({ headers: [{ name, value: 'x' }] }))).toThrow(`${name} is set by the connection`);
	});

	it('refuses a value that would climb out of its path', async () => {
		await expect(request({ url: 'https://gw.example.com/u/$$uid/x' }, { keyValues: { uid: '..' } })).rejects.toThrow(/path/);
	});

	it.each(['__proto__', 'constructor', 'toString'])('treats $$%s as a custom name', async (name) => {
		const provider = new GenericHttpSms(config({ body: { type: 'json', template: `{"to":"$$To","t":"$$Body","x":"$$${name}"}` } }));
		await expect(provider.request(message)).rejects.toThrow(name);
	});

	describe('pairs', () => {
		const json = { type: 'json', template: '{"to":"$$To","t":"$$Body","u":"$$uid","h":"$$hid"}' } as const;
		const values = { keyValues: { uid: 'body' }, headerPairs: { UID: 'header' }, globalPairs: { hid: 'global', uid: 'never' } };

		it('fill names by where they stand; global ones fill what is left', async () => {
			const made = await request({ body: json, headers: [{ name: 'X', value: '$$Uid/$$HID' }], url: 'https://gw.example.com/$$hid' }, values);
			expect(made).toMatchObject({ url: 'https://gw.example.com/global', headers: { X: 'header/global' } });
			expect(JSON.parse(made.body ?? '')).toMatchObject({ u: 'body', h: 'global' });
		});

		it('of headers do not fill the body, nor the other way round', async () => {
			await expect(request({ body: json }, { ...values, keyValues: {}, globalPairs: { hid: 'x' } })).rejects.toThrow('$$uid');
			await expect(request({ headers: [{ name: 'X', value: '$$uid' }] }, { keyValues: { uid: 'x' }, headerPairs: undefined })).rejects.toThrow('$$uid');
		});

		const others = { keyValues: { tier: 'gold "1"' }, headerPairs: { 'X-Tier': 'gold\r\nX-Evil: 1' }, globalPairs: { shop: '7' } };
		it.each([
			['a JSON object', { body: { type: 'json', template: '{"to":"$$To","n":12345678901234567890,"t":"$$Body" }' } as const }, (body = '') => expect(body).toBe(`{"to":"+14155552671","n":12345678901234567890,"t":${JSON.stringify(message.body)},"tier":"gold \\"1\\"","shop":"7"}`)],
			['a form', { body: { type: 'form', fields: [{ name: 'to', value: '$$To' }, { name: 't', value: '$$Body' }] } as const }, (body = '') => expect([...new URLSearchParams(body)].slice(2)).toEqual([['tier', 'gold "1"'], ['shop', '7']])],
			['nothing', { method: 'GET', query: [{ name: 'to', value: '$$To' }, { name: 't', value: '$$Body' }], body: { type: 'none' } } as const, (_body: string | undefined, url: URL) => expect([...url.searchParams].slice(2)).toEqual([['tier', 'gold "1"'], ['shop', '7']])],
		])('that no name stands for are added to %s and to the headers where that is wanted', async (_name, extra, expected) => {
			const made = await request({ ...extra, addOthers: true } as Partial<GenericHttpConfig>, others);
			expected(made.body, new URL(made.url));
			expect(made.headers['X-Tier']).toBe('gold X-Evil: 1');
			expect(JSON.stringify(await request(extra as Partial<GenericHttpConfig>, others))).not.toMatch(/tier|shop/i);
		});

		it('that are added cannot change what the request says of itself', async () => {
			await expect(request({ addOthers: true }, { keyValues: { TO: '+1999' }, headerPairs: {} })).rejects.toThrow(/"TO" of its own/);
			await expect(request({ addOthers: true }, { keyValues: {}, headerPairs: { 'content-type': 'x' } })).rejects.toThrow(/of its own/);
			const auth = { type: 'header', name: 'X-Key', value: 'hush' } as const;
			expect((await request({ addOthers: true, auth }, { keyValues: {}, headerPairs: { 'x-key': 'mine' } })).headers).toEqual({ 'Content-Type': 'application/json; charset=utf-8', 'X-Key': 'hush' });
		});

		it.each([
			['raw text', { type: 'raw', template: '$$To $$Body', contentType: 'text/plain' } as const],
			['a JSON array', { type: 'json', template: '["$$To","$$Body"]' } as const],
		])('cannot be added to %s', (_name, body) => expect(() => new GenericHttpSms(config({ body, addOthers: true }))).toThrow(/cannot be added/));
	});
});

describe('GenericHttpSms.read', () => {
	const read = (extra: Partial<GenericHttpConfig>, status: number, body: unknown = '', headers = {}) => readAnswer(new GenericHttpSms(config(extra)), message, status, body, headers);

	it.each([200, 201, 202, 204])('HTTP %i is sent', (status) => expect(read({}, status)).toEqual({ outcome: 'sent', providerId: null }));

	it.each([
		['data.id', { data: { id: 7 } }, '7'],
		['messages[0].id', { messages: [{ id: 'x' }] }, 'x'],
		['nothing', { a: 1 }, null],
		['id', 'not json', null],
	])('message id at %s', (messageIdPath, body, providerId) => expect(read({ messageIdPath }, 200, body)).toEqual({ outcome: 'sent', providerId }));

	const success = { path: 'status', values: ['success', 'queued', '0'] };
	it.each([
		[undefined, { status: 'success' }, 'sent'],
		[undefined, { status: 0 }, 'sent'],
		[undefined, { status: 'error' }, 'unknown'],
		[undefined, {}, 'unknown'],
		[undefined, 'OK', 'unknown'],
		['refused', { status: 'error' }, 'refused'],
		['refused', {}, 'refused'],
		['refused', 'OK', 'unknown'],
		['refused', '', 'unknown'],
	] as const)('success by body, otherwise %s: %j is %s', (otherwise, body, outcome) => {
		expect(read({ success: { ...success, otherwise } }, 200, body)).toMatchObject({ outcome });
	});

	it.each([
		[301, 'request'], [400, 'request'], [401, 'auth'], [402, 'auth'], [403, 'auth'], [404, 'request'], [408, 'transient'], [413, 'request'], [422, 'request'], [425, 'transient'], [429, 'transient'],
	])('HTTP %i is refused: %s', (status, kind) => expect(read({}, status, 'why not')).toEqual({ outcome: 'refused', kind, code: `http_${status}`, detail: `HTTP ${status}: why not` }));

	it.each([500, 502, 503, 504])('HTTP %i is unknown unless listed', (status) => {
		expect(read({}, status)).toMatchObject({ outcome: 'unknown', code: `http_${status}` });
		expect(read({ refusedStatuses: [status] }, status, '', { 'retry-after': '9' })).toMatchObject({ outcome: 'refused', kind: 'transient', retryAfterMs: 9000 });
	});
});

describe('what an answer means, as configured', () => {
	const read = (extra: Partial<GenericHttpConfig>, status: number, body: unknown = '') => readAnswer(new GenericHttpSms(config(extra)), message, status, body);
	it.each<[string, Partial<GenericHttpConfig>, number, object]>([
		['409 may be a repetition of what was sent', {}, 409, { outcome: 'unknown', code: 'http_409' }],
		['409 is a refusal where the operator says so', { refusedStatuses: [409] }, 409, { outcome: 'refused', kind: 'request' }],
		['409 is a refusal where nothing is uncertain', { uncertainStatuses: [] }, 409, { outcome: 'refused', kind: 'request' }],
		['422 may be uncertain', { uncertainStatuses: [409, 422] }, 422, { outcome: 'unknown', code: 'http_422' }],
		['a listed 429 stays passing', { refusedStatuses: [429] }, 429, { outcome: 'refused', kind: 'transient' }],
		['a listed 404 stays definite', { refusedStatuses: [404] }, 404, { outcome: 'refused', kind: 'request' }],
	])('%s', (_name, extra, status, expected) => expect(read(extra, status)).toMatchObject(expected));

	const success = { path: 'status', values: ['ok'], refusedValues: ['rejected', 'full'], invalidRecipientValues: ['bad_number'] };
	it.each([
		[200, 'ok', { outcome: 'sent' }],
		[200, 'rejected', { outcome: 'refused', kind: 'request', code: 'rejected' }],
		[409, 'rejected', { outcome: 'refused', kind: 'request', code: 'rejected' }],
		[503, 'full', { outcome: 'refused', kind: 'transient', code: 'full' }],
		[401, 'rejected', { outcome: 'refused', kind: 'auth' }],
		[200, 'bad_number', { outcome: 'recipient', reason: 'invalid_recipient', code: 'bad_number' }],
		[400, 'bad_number', { outcome: 'recipient', reason: 'invalid_recipient' }],
		[400, 'ok', { outcome: 'refused', kind: 'request' }],
		[500, 'ok', { outcome: 'unknown' }],
		[200, 'else', { outcome: 'unknown', code: 'not_confirmed' }],
	])('%i that says %s', (status, said, expected) => expect(read({ success }, status, { status: said })).toMatchObject(expected));

	it.each<[Partial<GenericHttpConfig>, RegExp]>([
		[{ refusedStatuses: [409], uncertainStatuses: [409] }, /Status 409/],
		[{ success: { ...success, refusedValues: ['ok'] } }, /"ok" of an answer/],
		[{ success: { ...success, invalidRecipientValues: ['full'] } }, /"full" of an answer/],
	])('refuses what would mean two things: %j', (extra, why) => expect(() => new GenericHttpSms(config(extra))).toThrow(why));
});

describe('GenericHttpSms over a loopback server', () => {
	const against = async (answer: Answer, extra: Partial<GenericHttpConfig> = {}) => {
		const server = await startLoopback((_seen, reply) => reply(answer));
		try {
			const auth = { type: 'basic', user: 'me', password: 'hush-hush' } as const;
			const provider = new GenericHttpSms(config({ url: `${server.url}/send?k=$$uid`, headers: [{ name: 'X-User', value: '$$uid' }], auth, ...extra }));
			return { result: await sendOnce(provider, message), seen: server.seen };
		} finally {
			await server.close();
		}
	};

	it('is accepted, and everything arrives as meant', async () => {
		const { result, seen } = await against({ status: 202, body: { id: 'g1' } }, { messageIdPath: 'id' });
		expect(result).toMatchObject({ outcome: 'sent', providerId: 'g1', provider: 'Gateway', kind: 'generic-http' });
		expect(seen).toHaveLength(1);
		expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ to: message.to, text: message.body });
		expect(new URL(seen[0]?.url ?? '', 'http://x').searchParams.get('k')).toBe(message.keyValues?.['uid']);
		expect(seen[0]?.headers['x-evil']).toBeUndefined();
	});

	it('refuses private addresses where the operator wants that', async () => {
		const { result, seen } = await against({ status: 200 }, { allowPrivate: false });
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'private_address' }] });
		expect(seen).toEqual([]);
	});
});

describeProviderContract('GenericHttpSms', {
	make: (baseUrl, settings) =>
		new GenericHttpSms(
			config({ url: `${baseUrl}/send`, auth: { type: 'basic', user: 'me', password: 'hush-hush' }, success: { path: 'status', values: ['queued'] }, messageIdPath: 'id', ...settings }),
		),
	message,
	accepted: { status: 200, body: { status: 'queued', id: 'g1' }, providerId: 'g1' },
	secrets: ['hush-hush'],
});
