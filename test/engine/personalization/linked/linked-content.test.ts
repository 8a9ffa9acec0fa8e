import dns from 'node:dns';
import { systemClock } from '../../../../engine/clock';
import type { LinkedDefinition } from '../../../../engine/personalization/linked/definition';
import { compile } from '../../../../engine/personalization/liquid';
import { linkedContent, linkedDefinition, ownProcess } from '../../../support/linked-content';
import { closedPort, startLoopback, startTcp, type Answer, type Loopback } from '../../../support/loopback';

const { now } = systemClock();

describe('linked content', () => {
	let api: Loopback;
	let says: (url: string) => Answer;
	beforeEach(async () => {
		says = (url) => ({ status: 200, headers: { 'Content-Type': 'application/json', 'Set-Cookie': 'session=1' }, body: { asked: url, days: [{ max: 21 }, { max: 19 }], raw: 'own' } });
		api = await startLoopback(({ url }, answer) => answer(says(url)));
	});
	afterEach(async () => await api.close());

	const make = (more: Partial<LinkedDefinition> = {}, options = ownProcess()) => linkedContent(linkedDefinition(`${api.url}/now?city={{ Profile.city }}`, more), options);
	const person = (city = 'Lyon') => ({ profile: { city }, now: 0 });
	const answerOf = async (body: unknown, more: Partial<LinkedDefinition> = {}) => {
		says = () => ({ status: 200, body });
		return await make(more).answer(person(), now);
	};
	const write = async (template: string, body: unknown) => {
		const result = await answerOf(body);
		if (!result.ok) throw new Error(result.detail);
		return compile(template).render({ ...person(), extra: { Linked: { Weather: result.answer } } });
	};

	it('gives templates its fields, and the labels of the system', async () => {
		const result = await make().answer(person('Lyon'), now);
		expect(result).toMatchObject({ ok: true, answer: { asked: '/now?city=Lyon', http_status_code: 200, headers: { 'content-type': 'application/json' }, JSON: { raw: 'own' } } });
		const { answer } = result as Extract<typeof result, { ok: true }>;
		const text = compile('{{ Linked.Weather.days[1].max }} {% for d in Linked.Weather.days limit:5 %}<{{ d.max }}>{% endfor %} {{ Linked.Weather.raw | size }} {{ Linked.Weather.JSON.raw }} {{ Linked.Weather.headers["content-type"] }}').render({ ...person(), extra: { Linked: { Weather: answer } } });
		expect(text).toEqual({ ok: true, text: `19 <21><19> ${answer.raw.length} own application/json` });
		expect(answer.headers).not.toHaveProperty('set-cookie');
	});

	it('takes lists and plain values at the top', async () => {
		expect(await write('{% for r in Linked.Weather.JSON %}{{ r }},{% endfor %}', [1, 2])).toEqual({ ok: true, text: '1,2,' });
		expect(await write('{{ Linked.Weather.JSON }}', '7')).toEqual({ ok: true, text: '7' });
		expect(await write('{{ Linked.Weather.none }}', {})).toMatchObject({ ok: false, reason: 'personalization_failed', detail: expect.stringContaining('Linked.Weather.none') });
	});

	it('treats keys that pollute prototypes as data', async () => {
		const body = '{ "__proto__": { "polluted": "yes" }, "constructor": { "prototype": { "polluted": "yes" } }, "ok": 1 }';
		expect(await write('{{ Linked.Weather.ok }} {{ Linked.Weather.polluted | default: "no" }} {{ Linked.Weather.toString | default: "no" }} {{ Linked.Weather["__proto__"].polluted }}', body)).toEqual({ ok: true, text: '1 no no yes' });
		expect(({} as { polluted?: string }).polluted).toBeUndefined();
	});

	it('never reads an answer as a template', async () => {
		expect(await write('{{ Linked.Weather.a }}', { a: '{{ Profile.city }}{% abort %}' })).toEqual({ ok: true, text: '{{ Profile.city }}{% abort %}' });
	});

	it('asks once per distinct request, over batches too', async () => {
		const process = ownProcess();
		const cities = Array.from({ length: 100 }, (_, index) => `city ${index % 5}`);
		for (const content of [make({}, process), make({}, process)]) {
			const results = await Promise.all(cities.map(async (city) => await content.answer(person(city), now)));
			expect(results.every(({ ok }) => ok)).toBe(true);
		}
		expect(api.seen).toHaveLength(5);
	});

	it('keeps apart what is signed in otherwise', async () => {
		const process = ownProcess();
		for (const value of ['one', 'two', 'one']) await make({ auth: { type: 'header', name: 'X-Key', value } }, process).answer(person(), now);
		expect(api.seen.map(({ headers }) => headers['x-key'])).toEqual(['one', 'two']);
	});

	it('uses answers no longer than it may: by the injected clock, and with 0 within one batch', async () => {
		let time = 0;
		const process = ownProcess();
		const ask = async (more: Partial<LinkedDefinition>) => {
			const content = make(more, process);
			for (const _ of [1, 2]) await content.answer(person(), () => time);
		};
		for (const at of [0, 59_999, 60_000]) {
			time = at;
			await ask({ cacheMs: 60_000 });
		}
		expect(api.seen).toHaveLength(2);
		await ask({ cacheMs: 0 });
		await ask({ cacheMs: 0 });
		expect(api.seen).toHaveLength(4);
	});

	it('keeps its pace', async () => {
		const begun = performance.now();
		const content = make({ requestsPerSecond: 20 });
		await Promise.all(['a', 'b', 'c', 'd'].map(async (city) => await content.answer(person(city), now)));
		expect(performance.now() - begun).toBeGreaterThan(140);
	});

	describe('when it fails', () => {
		it.each<[what: string, answer: Answer, detail: string, status?: number]>([
			['a status', { status: 404, body: 'no such city' }, 'Weather: http_404: HTTP 404: no such city'],
			['a server error', { status: 500, body: '' }, 'Weather: http_500: HTTP 500 with an empty body'],
			['a redirect', { status: 302, headers: { Location: 'http://169.254.169.254/latest/' } }, 'Weather: http_302: HTTP 302: redirects are not followed; use the address that the API redirects to'],
			['no JSON', { status: 200, body: '<html>' }, 'Weather: not_json: The answer is not JSON'],
			['nothing', { status: 204 }, 'Weather: not_json: The answer is not JSON'],
			['too much', { status: 200, body: `"${'x'.repeat(256 * 1024)}"` }, 'Weather: response_too_large: The answer is longer than 262144 bytes', 0],
			['too deep', { status: 200, body: '['.repeat(40_000) + ']'.repeat(40_000) }, 'Weather: too_deep: The answer has objects or lists more than 32 deep in each other'],
		])('on %s, the message is not sent, or has the default', async (_what, answer, detail, status = answer.status) => {
			says = () => answer;
			expect(await make().answer(person(), now)).toEqual({ ok: false, reason: 'linked_content_failed', detail });
			const instead = await make({ defaultJson: '{ "days": [] }' }).answer(person(), now);
			expect(instead).toMatchObject({ ok: true, answer: { days: [], raw: '{ "days": [] }', ...(status && { http_status_code: status }) } });
		});

		it('for want of a value, likewise', async () => {
			const nobody = { profile: {}, now: 0 };
			expect(await make().answer(nobody, now)).toMatchObject({ ok: false, detail: 'Weather: No value for Profile.city, and the template gives no default' });
			expect(await make({ defaultJson: '{ "a": 1 }' }).answer(nobody, now)).toMatchObject({ ok: true, answer: { a: 1 } });
			expect(api.seen).toEqual([]);
		});

		it('answers of accepted statuses are answers', async () => {
			says = () => ({ status: 404, body: { error: 'none' } });
			expect(await make({ acceptedStatuses: [404] }).answer(person(), now)).toMatchObject({ ok: true, answer: { error: 'none', http_status_code: 404 } });
		});

		it('asks again after what may pass, and not after what will not', async () => {
			const answers: Answer[] = [{ status: 503 }, { status: 200, body: {} }, { status: 400 }];
			says = () => answers.shift() as Answer;
			expect(await make({ retries: 1 }).answer(person('a'), now)).toMatchObject({ ok: true });
			expect(await make({ retries: 1 }).answer(person('b'), now)).toMatchObject({ ok: false });
			expect(api.seen).toHaveLength(3);
		});

		it('an API that does not work is left alone', async () => {
			says = () => ({ status: 500 });
			const content = make();
			for (let index = 0; index < 20; index++) await content.answer(person(`${index}`), now);
			expect(api.seen).toHaveLength(5);
			expect(await content.answer(person('x'), now)).toMatchObject({ ok: false, detail: expect.stringContaining('Not asked: the last requests to this provider failed') });
		});

		it('slow, endless and trickling answers end with the time-out', async () => {
			const endless = await startTcp((socket) => {
				socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
				const timer = setInterval(() => socket.write('1\r\n \r\n'), 20);
				socket.on('close', () => clearInterval(timer));
			});
			const silent = await startTcp(() => undefined);
			for (const { url } of [endless, silent]) {
				const result = await linkedContent(linkedDefinition(`${url}/`, { timeoutMs: 300 })).answer(person(), now);
				expect(result).toMatchObject({ ok: false, detail: 'Weather: timeout: No complete answer within 300 ms' });
			}
			await Promise.all([endless.close(), silent.close()]);
		});

		it('a flood ends at the limit, long before the time-out', async () => {
			const flood = await startTcp((socket) => {
				socket.write('HTTP/1.1 200 OK\r\n\r\n');
				const more = () => { while (!socket.destroyed && socket.write('x'.repeat(65_536)));  };
				socket.on('drain', more);
				more();
			});
			const begun = performance.now();
			expect(await linkedContent(linkedDefinition(`${flood.url}/`, { timeoutMs: 20_000 })).answer(person(), now)).toMatchObject({ ok: false, detail: expect.stringContaining('response_too_large') });
			expect(performance.now() - begun).toBeLessThan(10_000);
			await flood.close();
		});

		it('nobody there', async () => {
			const content = linkedContent(linkedDefinition(`http://127.0.0.1:${await closedPort()}/`));
			expect(await content.answer(person(), now)).toMatchObject({ ok: false, detail: expect.stringContaining('Weather: connect: ') });
		});
	});

	describe('private addresses', () => {
		it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])('are refused: %s', async (host) => {
			const content = linkedContent(linkedDefinition(`http://${host}:${api.port}/`, { allowPrivate: false }));
			expect(await content.answer(person(), now)).toMatchObject({ ok: false, detail: expect.stringContaining('private_address') });
			expect(api.seen).toEqual([]);
		});

		it.each(['169.254.169.254', '10.0.0.1', '192.168.0.1', '[fe80::1]', '[fd00::1]'])('are refused before anything is connected: %s', async (host) => {
			const content = linkedContent(linkedDefinition(`http://${host}/`, { allowPrivate: false }));
			expect(await content.answer(person(), now)).toMatchObject({ ok: false, detail: expect.stringContaining('private_address') });
		});

		it('a name that turns private after it was checked leads nowhere', async () => {
			let lookups = 0;
			const spy = jest.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: unknown, done: (error: null, addresses: dns.LookupAddress[]) => void) => {
				done(null, [{ address: lookups++ === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }]);
			}) as unknown as typeof dns.lookup);
			const content = linkedContent(linkedDefinition(`http://rebinding.example:${api.port}/`, { allowPrivate: false, timeoutMs: 300 }));
			expect(await content.answer(person(), now)).toMatchObject({ ok: false });
			expect(lookups).toBe(1);
			expect(await content.answer(person('again'), now)).toMatchObject({ ok: false, detail: expect.stringContaining('private_address') });
			expect(api.seen).toEqual([]);
			spy.mockRestore();
		});

		it('an answer that one may have is not given to another who may not', async () => {
			const process = ownProcess();
			expect(await make({}, process).answer(person(), now)).toMatchObject({ ok: true });
			expect(await make({ allowPrivate: false }, process).answer(person(), now)).toMatchObject({ ok: false, detail: expect.stringContaining('private_address') });
		});
	});

	describe('secrets', () => {
		const auth = { type: 'basic', user: 'me', password: 'a-password-nobody-may-see' } as const;

		it('are not in what is said of a failure, whatever the server repeats', async () => {
			says = () => ({ status: 401, body: `wrong: ${auth.password} ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` });
			const content = make({ auth });
			const result = await content.answer(person(), now);
			expect(result).toMatchObject({ ok: false, detail: 'Weather: http_401: HTTP 401: wrong: *** ***' });
			expect(JSON.stringify([result, content.preview(person())])).not.toContain(auth.password);
		});

		it('of the query go out with the request, and are shown nowhere', async () => {
			const process = ownProcess();
			const more = { auth: { type: 'query', name: 'api key', value: 'key/nobody may-see' } } as const;
			says = () => ({ status: 200, body: { ok: 1 } });
			expect(await make(more, process).answer(person(), now)).toMatchObject({ ok: true });
			expect(api.seen[0]?.url).toBe('/now?city=Lyon&api%20key=key%2Fnobody%20may-see');
			expect(make(more).preview(person())).toMatchObject({ wouldAsk: { url: `${api.url}/now?city=Lyon` } });
			expect(await make({}, process).answer(person(), now)).toMatchObject({ ok: true });
			expect(api.seen).toHaveLength(2);
			says = (url) => ({ status: 400, body: `bad ${url}` });
			expect(await make(more).answer(person(), now)).toMatchObject({ ok: false, detail: 'Weather: http_400: HTTP 400: bad /now?city=Lyon&api%20key=***' });
		});

		it('do not get into a message by an answer that repeats them', async () => {
			const echo = await startLoopback(({ headers }, answer) => answer({ status: 200, body: headers }));
			const result = await linkedContent(linkedDefinition(`${echo.url}/`, { auth })).answer(person(), now);
			expect(result).toEqual({ ok: false, reason: 'linked_content_failed', detail: 'Weather: secret_in_answer: The answer repeats the secret of the credential, which must not get into messages' });
			await echo.close();
		});
	});

	it('shows what it would ask, and asks nothing', () => {
		const content = make({ method: 'POST', body: '{ "c": "{{ Profile.city }}" }', defaultJson: '{ "x": 1 }' });
		expect(content.preview(person())).toMatchObject({ wouldAsk: { method: 'POST', url: `${api.url}/now?city=Lyon`, body: '{ "c": "Lyon" }' }, answer: { x: 1 } });
		expect(content.preview({ profile: {}, now: 0 })).toMatchObject({ ok: false, detail: expect.stringContaining('Profile.city') });
		expect(api.seen).toEqual([]);
	});

	it.each(['{ "a": ', '['.repeat(50) + ']'.repeat(50)])('refuses a default that is none', (defaultJson) => expect(() => make({ defaultJson })).toThrow('"Default JSON" is'));
});
