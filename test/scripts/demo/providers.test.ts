import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from './load';

type Providers = Awaited<ReturnType<typeof loadAll>>;
type Running = Awaited<ReturnType<Providers['start']>>;
let providers: Providers;
let folder: string;
let ledgerFile: string;
let running: Running;

async function loadAll() {
	return { ...(await load('providers')), ...(await load('ledger')) };
}

beforeAll(async () => {
	providers = await loadAll();
});

beforeEach(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'demo-providers-'));
	ledgerFile = path.join(folder, 'ledger.jsonl');
	running = await providers.start({ ledgerFile, seed: 5, refuseShare: 0.2, timeoutCount: 2, timeoutMs: 50, latencyMs: 0 });
});

afterEach(async () => {
	await running.close();
	rmSync(folder, { recursive: true });
});

const number = (n: number) => `+1415555${String(n).padStart(4, '0')}`;
const accountPath = () => `/2010-04-01/Accounts/${providers.demoAccounts.twilio.accountSid}`;

/** The first number that has this fate. */
function numberThat(fate: string, after = 0): string {
	for (let n = after; n < 10_000; n++) if (providers.fate(number(n), { seed: 5, refuseShare: 0.2 }) === fate) return number(n);
	throw new Error(`no number that would ${fate}`);
}

async function viaTwilio(form: Record<string, string>, { token = providers.demoAccounts.twilio.authToken, url = running.twilio, resource = '/Messages.json' } = {}) {
	const basic = Buffer.from(`${providers.demoAccounts.twilio.accountSid}:${token}`).toString('base64');
	return await fetch(`${url}${accountPath()}${resource}`, { method: 'POST', headers: { authorization: `Basic ${basic}` }, body: new URLSearchParams(form) });
}

function message(to: string) {
	return { To: to, From: providers.demoAccounts.twilio.from, Body: 'Your cart waits' };
}

describe('the Twilio-like provider', () => {
	it('accepts a message, answers like Twilio and writes it down', async () => {
		const to = numberThat('accept');
		const response = await viaTwilio(message(to));
		expect(response.status).toBe(201);
		expect(await response.json()).toMatchObject({ sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: 'queued', error_code: null, to, body: 'Your cart waits' });
		expect(providers.readLedger(ledgerFile).entries).toEqual([{ provider: 'twilio', to, body: 'Your cart waits', outcome: 'accepted', at: expect.any(String) }]);
	});

	it('takes a messaging service for a sender', async () => {
		const response = await viaTwilio({ To: numberThat('accept'), MessagingServiceSid: `MG${'0'.repeat(32)}`, Body: 'hi' });
		expect(await response.json()).toMatchObject({ status: 'accepted', from: null });
	});

	it.each([
		['a wrong token', {}, { token: 'wrong' }, 401, 20003],
		['an unknown path', {}, { resource: '/Calls.json' }, 404, 20404],
		['no recipient', { To: '' }, {}, 400, 21604],
		['a recipient that is none', { To: '12345' }, {}, 400, 21211],
		['no sender', { From: '' }, {}, 400, 21603],
		['no body', { Body: '' }, {}, 400, 21602],
		['too long a body', { Body: 'x'.repeat(1601) }, {}, 400, 21617],
	])('refuses %s', async (_what, fields, options, status, code) => {
		const response = await viaTwilio({ ...message(numberThat('accept')), ...fields }, options);
		expect(response.status).toBe(status);
		expect(await response.json()).toEqual({ code, status, message: expect.any(String), more_info: `https://www.twilio.com/docs/errors/${code}` });
		expect(providers.readLedger(ledgerFile).entries).toEqual([]);
	});

	it('answers the credential test', async () => {
		const { accountSid, authToken } = providers.demoAccounts.twilio;
		expect(accountSid).toMatch(/^AC[0-9a-f]{32}$/);
		const ask = async (token: string) =>
			await fetch(`${running.twilio}${accountPath()}.json`, { headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}` } });
		expect(await (await ask(authToken)).json()).toMatchObject({ sid: accountSid, status: 'active' });
		expect((await ask('wrong')).status).toBe(401);
	});

	it('always refuses the same share of the numbers', async () => {
		const to = numberThat('refuse');
		for (let i = 0; i < 2; i++) {
			const response = await viaTwilio(message(to));
			expect([response.status, ((await response.json()) as { code: number }).code]).toEqual([429, 20429]);
		}
		const ledger = providers.readLedger(ledgerFile);
		expect([...ledger.refused.keys()]).toEqual([to]);
		expect(ledger.acceptedByNumber.size).toBe(0);
		const refused = Array.from({ length: 10_000 }, (_, n) => providers.fate(number(n), { seed: 5, refuseShare: 0.2 })).filter((fate) => fate === 'refuse');
		expect(Math.abs(refused.length - 2000)).toBeLessThan(200);
	});

	it('leaves so many numbers without an answer, each once, also over its own restart', async () => {
		const first = numberThat('may hang');
		const second = numberThat('may hang', Number(first.slice(-4)) + 1);
		const third = numberThat('may hang', Number(second.slice(-4)) + 1);
		await expect(viaTwilio(message(first))).rejects.toThrow();
		await running.close();
		running = await providers.start({ ledgerFile, seed: 5, refuseShare: 0.2, timeoutCount: 2, timeoutMs: 50, latencyMs: 0 });
		await expect(viaTwilio(message(second))).rejects.toThrow();
		for (const to of [first, third]) expect((await viaTwilio(message(to))).status).toBe(201);
		const ledger = providers.readLedger(ledgerFile);
		expect([...ledger.hung.keys()]).toEqual([first, second]);
		expect([...ledger.acceptedByNumber.keys()]).toEqual([first, third]);
	});
});

describe('the generic provider', () => {
	const post = async (body: unknown, headers: Record<string, string>) =>
		await fetch(`${running.generic}/messages`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
	const bearer = () => ({ authorization: `Bearer ${providers.demoAccounts.generic.apiKey}` });

	it('accepts what the first one refuses, and writes the message id down', async () => {
		const to = numberThat('refuse');
		const response = await post({ to, body: 'hi', messageId: 'm1' }, bearer());
		expect(response.status).toBe(200);
		expect(await response.json()).toEqual({ id: expect.any(String) });
		expect(providers.readLedger(ledgerFile).acceptedByNumber.get(to)).toMatchObject([{ provider: 'generic', messageId: 'm1' }]);
	});

	it('takes its key in three ways and the message as a form, too', async () => {
		const { apiKey } = providers.demoAccounts.generic;
		const basic = Buffer.from(`any:${apiKey}`).toString('base64');
		expect((await post({ to: number(1), body: 'a' }, { 'x-api-key': apiKey })).status).toBe(200);
		expect((await post({ to: number(2), body: 'a' }, { authorization: `Basic ${basic}` })).status).toBe(200);
		const form = await fetch(running.generic, { method: 'POST', headers: bearer(), body: new URLSearchParams({ to: number(3), body: 'a' }) });
		expect(form.status).toBe(200);
	});

	it.each([
		['a wrong key', { to: number(1), body: 'a' }, { authorization: 'Bearer wrong' }, 401],
		['no key', { to: number(1), body: 'a' }, {}, 401],
		['a recipient that is none', { to: 'me', body: 'a' }, null, 400],
		['no text', { to: number(1) }, null, 400],
		['something else than an object', null, null, 400],
	])('refuses %s', async (_what, body, headers, status) => {
		expect((await post(body, headers ?? bearer())).status).toBe(status);
		expect(providers.readLedger(ledgerFile).entries).toEqual([]);
	});
});

describe('the ledger', () => {
	it('is counted over HTTP, and names numbers that got two messages', async () => {
		const to = numberThat('accept');
		for (let i = 0; i < 2; i++) await viaTwilio(message(to));
		await viaTwilio(message(numberThat('refuse')));
		const counts = { accepted: 2, refused: 1, hung: 0, numbers: 1, byProvider: { twilio: { accepted: 2, refused: 1, hung: 0 } } };
		for (const url of [running.twilio, running.generic]) expect(await (await fetch(`${url}/ledger`)).json()).toEqual(counts);
		expect(providers.readLedger(ledgerFile).duplicates).toEqual([to]);
	});

	it('does not exist at first, ignores a torn last line and refuses a damaged one', () => {
		expect(providers.readLedger(path.join(folder, 'none')).entries).toEqual([]);
		appendFileSync(ledgerFile, '{"provider":"twilio","to":"+14155550001","body":"a","outcome":"accepted","at":"x"}\n{"prov');
		expect(providers.readLedger(ledgerFile).entries).toHaveLength(1);
		appendFileSync(ledgerFile, '\n');
		expect(() => providers.readLedger(ledgerFile)).toThrow(/^Line 2 of /);
	});

	it('goes on after a torn line', () => {
		appendFileSync(ledgerFile, '{"prov');
		const ledger = providers.openLedger(ledgerFile);
		ledger.write({ provider: 'twilio', to: number(1), body: 'a', outcome: 'accepted' });
		ledger.close();
		expect(providers.readLedger(ledgerFile).entries).toHaveLength(1);
	});
});

describe('the command', () => {
	const script = path.resolve(__dirname, '../../../scripts/demo/providers.mjs');
	let child: ChildProcess | undefined;
	afterEach(() => void child?.kill('SIGKILL'));

	it('prints where it listens, keeps what it accepted when killed, and ends when asked', async () => {
		const launch = async () => {
			const started = spawn(process.execPath, [script, '--ledger', ledgerFile, '--refuse-share', '0', '--timeouts', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
			child = started;
			const line = await new Promise<string>((resolve) => started.stdout.once('data', (data) => resolve(String(data))));
			return JSON.parse(/^ready (.+)\n$/.exec(line)?.[1] ?? '') as { twilio: string; generic: string; pid: number };
		};
		const exit = async () => await new Promise((resolve) => child?.once('exit', (code, signal) => resolve(code ?? signal)));

		const { twilio } = await launch();
		expect((await viaTwilio(message(number(1)), { url: twilio })).status).toBe(201);
		child?.kill('SIGKILL');
		await exit();
		const { generic, pid } = await launch();
		expect(pid).toBe(child?.pid);
		expect(await (await fetch(`${generic}/ledger`)).json()).toMatchObject({ accepted: 1 });
		child?.kill('SIGTERM');
		expect(await exit()).toBe(0);
	});

	it('says what is missing', async () => {
		child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'pipe'] });
		const error = await new Promise<string>((resolve) => child?.stderr?.once('data', (data) => resolve(String(data))));
		expect(error).toBe('Say where the ledger is: --ledger FILE\n');
	});
});
