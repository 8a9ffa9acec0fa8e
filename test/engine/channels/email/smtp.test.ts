import { inspect } from 'node:util';
import type { SMTPServerOptions } from 'smtp-server';
import type { EmailMessage } from '../../../../engine/channels/email/message';
import { SmtpEmail, type SmtpConfig } from '../../../../engine/channels/email/smtp';
import { SmtpPools } from '../../../../engine/channels/email/smtp-pool';
import { attemptGroup } from '../../../../engine/delivery/attempt';
import { attemptOptions, sendOnce } from '../../../support/exchange';
import { closedPort } from '../../../support/loopback';
import { answer, startBreakingSmtp, startSmtp, type Breaking, type SmtpLoopback } from '../../../support/smtp';
import { TEST_TLS } from '../../../support/test-tls';
import { until } from '../../../support/until';

const PASSWORD = 'smtp-password+0123';
const config = (extra: Partial<SmtpConfig> = {}): SmtpConfig => ({ label: 'Mail server', host: '127.0.0.1', security: 'none', timeoutMs: 5_000, ...extra });
const message: EmailMessage = {
	to: 'Ann.Lee@example.org', from: { address: 'news@example.com', name: 'Hôtel "du Lac", Lyon' }, replyTo: 'desk@example.com',
	subject: 'Été à Lyon 😀 – deux nuits', html: '<p>Salut é</p>\n.\n..x', text: 'Salut é\n.\n..x', headers: {}, attachments: [], messageId: 'store-1', campaignId: 'c1',
};
const file = (filename: string, contentType: string, content: Buffer) => ({ filename, contentType, content: async () => content });

let pools: SmtpPools;
let servers: Array<{ close(): Promise<void> }>;
beforeEach(() => {
	pools = new SmtpPools();
	servers = [];
});
afterEach(async () => {
	pools.close();
	for (const server of servers) await server.close();
});

async function start(options?: SMTPServerOptions): Promise<SmtpLoopback> {
	const server = await startSmtp(options);
	servers.push(server);
	return server;
}

const send = async (port: number, extra: Partial<SmtpConfig> = {}, over: Partial<EmailMessage> = {}) => await sendOnce(new SmtpEmail(config({ port, ...extra }), pools), { ...message, ...over });

const credentials = { user: 'news', password: PASSWORD };
const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, callback) =>
	username === 'news' && password === PASSWORD ? callback(null, { user: username }) : callback(answer(535, `5.7.8 Not with ${password}`));

describe('a message', () => {
	it('arrives as it was written', async () => {
		const server = await start();
		const attachments = [file('Rechnung é.pdf', 'application/pdf', Buffer.from([0, 255, 13, 10, 46, 13, 10])), file('a.txt', 'text/plain', Buffer.from('hi'))];
		const headers = { 'List-Unsubscribe': `<https://example.com/u?${'token=0123456789&'.repeat(12)}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
		const result = await send(server.port, {}, { attachments, headers, cc: ['desk@example.com'], bcc: ['archive@example.com'] });
		expect(result).toMatchObject({ outcome: 'sent', providerId: 'store-1@example.com', provider: 'Mail server', kind: 'smtp' });
		const [{ from, to, raw, mail }] = server.received as [SmtpLoopback['received'][number]];
		expect({ from, to }).toEqual({ from: 'news@example.com', to: ['Ann.Lee@example.org', 'desk@example.com', 'archive@example.com'] });
		expect(mail).toMatchObject({ subject: message.subject, text: 'Salut é\n.\n..x', messageId: '<store-1@example.com>' });
		expect(String(mail.html)).toBe(message.html);
		expect(mail.from?.value).toEqual([{ address: 'news@example.com', name: 'Hôtel "du Lac", Lyon' }]);
		expect(mail.replyTo?.value).toMatchObject([{ address: 'desk@example.com' }]);
		expect(raw).not.toContain('archive@example.com');
		expect(mail.attachments.map(({ filename, contentType, content }) => [filename, contentType, [...content]])).toEqual([
			['Rechnung é.pdf', 'application/pdf', [0, 255, 13, 10, 46, 13, 10]], ['a.txt', 'text/plain', [104, 105]],
		]);
		const head = Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.replace(/\r?\n/g, '')]));
		expect(head['list-unsubscribe']?.replace(/\s/g, '')).toBe(`List-Unsubscribe:${headers['List-Unsubscribe']}`);
		expect(head['list-unsubscribe-post']).toBe('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
	});

	it('of text alone has one part', async () => {
		const server = await start();
		await send(server.port, {}, { html: undefined });
		expect(server.received[0]?.mail).toMatchObject({ html: false, text: 'Salut é\n.\n..x\n', attachments: [] });
	});

	it('comes back to the bounce address', async () => {
		const server = await start();
		await send(server.port, { bounceAddress: 'bounces@example.com' }, { bcc: ['archive@example.com'] });
		expect(server.received[0]).toMatchObject({ from: 'bounces@example.com', to: ['Ann.Lee@example.org', 'archive@example.com'], mail: { from: { value: [{ address: 'news@example.com' }] } } });
	});

	it.each([
		['a line break in the subject', { subject: 'Hi\r\nBcc: victim@example.net' }, 'line break'],
		['a line break in the name', { from: { address: 'news@example.com', name: 'A\nBcc: victim@example.net' } }, 'line break'],
		['a line break in a header', { headers: { 'X-Own': 'a\r\nBcc: victim@example.net' } }, 'line break'],
		['a line break in a file name', { attachments: [file('a\r\nX: y', 'text/plain', Buffer.from(''))] }, 'line break'],
		['an address with a line break', { to: 'ann@example.org\r\nRCPT TO:<victim@example.net>' }, 'not an email address'],
		['a header that is not ours to set', { headers: { Bcc: 'victim@example.net' } }, 'cannot be set'],
	])('with %s is not sent', async (_name, over, why) => {
		const server = await start();
		expect(await send(server.port, {}, over)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ refusal: 'request', detail: expect.stringContaining(why) }] });
		expect(server.connections()).toBe(0);
	});

	it('whose attachment is gone is not sent', async () => {
		const server = await start();
		const gone = { filename: 'a.pdf', contentType: 'application/pdf', content: async () => await Promise.reject(new Error('/secret/path')) };
		expect(await send(server.port, {}, { attachments: [gone] })).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'attachment_lost', detail: 'The attachment "a.pdf" could not be read' }] });
		expect(server.received).toEqual([]);
	});
});

describe('security', () => {
	const tls: SMTPServerOptions = { ...TEST_TLS, disabledCommands: [], authOptional: false, onAuth };

	it.each([
		['STARTTLS', 'starttls', tls],
		['TLS', 'tls', { ...tls, secure: true }],
		['no encryption', 'none', { onAuth, authOptional: false, allowInsecureAuth: true }],
	] as const)('signs in with %s', async (_name, security, options) => {
		const server = await start(options);
		expect(await send(server.port, { security, ca: TEST_TLS.cert, ...credentials })).toMatchObject({ outcome: 'sent' });
		expect(server.received).toMatchObject([{ user: 'news', secure: security !== 'none' }]);
	});

	it('a server without STARTTLS gets neither the password nor the message, and is for the operator to mend', async () => {
		const seen: string[] = [];
		const server = await start({ allowInsecureAuth: true, onAuth: ({ password }, _session, callback) => callback(seen.push(String(password)) ? null : null, { user: 'x' }) });
		expect(await send(server.port, { security: 'starttls', ...credentials })).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ refusal: 'auth', code: 'smtp 500' }] });
		expect({ seen, received: server.received }).toEqual({ seen: [], received: [] });
	});

	it.each(['starttls', 'tls'] as const)('a certificate that nobody vouches for is refused (%s)', async (security) => {
		const server = await start({ ...tls, secure: security === 'tls' });
		expect(await send(server.port, { security, ...credentials })).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ refusal: 'transient', code: expect.stringMatching(/tls|connect/) }] });
		expect(server.received).toEqual([]);
	});

	it('a wrong password is about the account, and is not shown', async () => {
		const server = await start({ ...tls, secure: true });
		const result = await send(server.port, { security: 'tls', ca: TEST_TLS.cert, user: 'news', password: 'wrong-password' });
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ refusal: 'auth', code: 'smtp 535 5.7.8', detail: expect.stringContaining('***') }] });
		expect(JSON.stringify(result)).not.toContain('wrong-password');
	});

	it('no user where one is needed is about the account', async () => {
		const server = await start({ authOptional: false });
		expect(await send(server.port)).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ refusal: 'auth', code: expect.stringContaining('530') }] });
	});

	it('shows no secret when it is printed, nor in what its pace is shared by', () => {
		const provider = new SmtpEmail(config(credentials));
		const shown = [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true }), provider.identity].join('\n');
		for (const secret of provider.secrets) expect(shown).not.toContain(secret);
		expect(provider.secrets).toContain(PASSWORD);
	});
});

describe('what the server answers', () => {
	type Stage = 'onMailFrom' | 'onRcptTo' | 'onData';
	const refusing = async (stage: Stage, code: number, words: string) => {
		const refuse = (...args: unknown[]) => {
			const callback = args.at(-1) as (error: Error) => void;
			const stream = args[0] as { resume?(): void; on?(event: string, done: () => void): void };
			// The answer to the message comes when all of it has.
			if (stage === 'onData') stream.on?.('end', () => callback(answer(code, words)));
			else callback(answer(code, words));
			stream.resume?.();
		};
		const server = await start({ [stage]: refuse });
		return await send(server.port);
	};

	it.each([
		['onRcptTo', 550, '5.1.1 No such user'], ['onRcptTo', 550, '5.1.10 Null MX'], ['onRcptTo', 553, '5.1.3 Bad syntax'], ['onRcptTo', 550, '5.2.1 Disabled'],
		['onRcptTo', 551, 'User not local'], ['onRcptTo', 553, 'Mailbox name not allowed'], ['onRcptTo', 550, 'No such user here'], ['onRcptTo', 550, 'Mailbox <x> does not exist'], ['onData', 550, '5.1.1 Unknown'],
	] as const)('%s: %i %s is the recipient', async (stage, code, words) => {
		expect(await refusing(stage, code, words)).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient', code: expect.stringContaining(`smtp ${code}`), detail: expect.stringContaining(words) });
	});

	it.each([
		['onMailFrom', 421, '4.7.0 Too many'], ['onMailFrom', 451, '4.3.0 Later'], ['onRcptTo', 450, '4.2.0 Greylisted'], ['onRcptTo', 452, '4.5.3 Too many recipients'],
		['onRcptTo', 552, '5.2.2 Mailbox full'], ['onData', 451, '4.3.0 Later'], ['onData', 421, '4.3.2 Shutting down'], ['onData', 452, '4.3.1 No space'],
	] as const)('%s: %i %s passes', async (stage, code, words) => {
		expect(await refusing(stage, code, words)).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [{ refusal: 'transient', code: expect.stringContaining(`smtp ${code}`) }] });
	});

	it.each([
		['onMailFrom', 550, '5.7.1 Not your domain'], ['onMailFrom', 553, '5.1.8 Sender'], ['onRcptTo', 550, '5.7.1 Relaying denied'], ['onRcptTo', 550, '5.7.26 Unauthenticated'], ['onRcptTo', 554, 'Relay access denied'],
		['onRcptTo', 550, 'Blocked'], ['onRcptTo', 503, '5.5.1 Bad sequence'], ['onData', 552, '5.3.4 Too big'], ['onData', 554, '5.7.1 Spam'], ['onData', 550, '5.7.28 Unsolicited'],
	] as const)('%s: %i %s is the message', async (stage, code, words) => {
		expect(await refusing(stage, code, words)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', transient: false, attempts: [{ refusal: 'request', code: expect.stringContaining(`smtp ${code}`) }] });
	});

	it('530 is the account', async () => {
		expect(await refusing('onMailFrom', 530, '5.7.0 Authenticate')).toMatchObject({ outcome: 'failed', reason: 'provider_auth' });
	});

	it('a message larger than the server takes is the message', async () => {
		const server = await start({ size: 1000 });
		expect(await send(server.port, {}, { text: 'x'.repeat(5000) })).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ refusal: 'request', code: 'smtp 552 5.3.4' }] });
		expect(server.received).toEqual([]);
	});

	it.each([
		[550, '5.1.1 Unknown'],
		[550, '5.7.1 Relaying denied'],
		[530, '5.7.0 Authentication required'],
		[451, '4.7.1 Greylisted'],
	])('a person refused with %i %s while a copy was taken is not sent to, and the copy not repeated', async (code, words) => {
		const server = await start({ onRcptTo: ({ address }, _session, callback) => callback(address === message.to ? answer(code, words) : null) });
		expect(await send(server.port, { retries: 3 }, { bcc: ['archive@example.com'] })).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient', attempts: [{ detail: expect.stringContaining('Only copies were taken') }] });
		expect(server.received.map(({ to }) => to)).toEqual([['archive@example.com']]);
	});

	it('a copy that is refused does not keep the person from getting it', async () => {
		const server = await start({ onRcptTo: ({ address }, _session, callback) => callback(address === message.to ? null : answer(550, '5.1.1 Unknown')) });
		expect(await send(server.port, {}, { bcc: ['archive@example.com'] })).toMatchObject({ outcome: 'sent' });
	});
});

describe('what left, and what did not', () => {
	const large = { attachments: [file('large.bin', 'application/octet-stream', Buffer.alloc(12 * 1024 * 1024, 7))] };
	const breaking = async (...args: Parameters<typeof startBreakingSmtp>) => {
		const server = await startBreakingSmtp(...args);
		servers.push(server);
		return server;
	};
	const passing = { outcome: 'failed', reason: 'provider_unavailable', transient: true };

	it('a closed port has refused', async () => {
		expect(await send(await closedPort())).toMatchObject({ ...passing, attempts: [{ outcome: 'refused', refusal: 'transient', code: 'connect' }] });
	});

	it('a name that does not exist has refused', async () => {
		expect(await send(25, { host: 'nowhere.invalid' })).toMatchObject({ ...passing, attempts: [{ code: 'dns' }] });
	});

	it.each(['at the greeting', 'at MAIL', 'at RCPT', 'at DATA', 'in the message'] as Breaking[])('a connection cut %s has refused', async (moment) => {
		const server = await breaking(moment);
		expect(await send(server.port, {}, large)).toMatchObject({ ...passing, attempts: [{ refusal: 'transient', code: 'connect' }] });
		expect(server.messages).toEqual([]);
	});

	it.each(['at the greeting', 'at MAIL', 'at RCPT', 'at DATA'] as Breaking[])('a server that falls silent %s has refused when the time is over', async (moment) => {
		const server = await breaking(moment, (socket) => socket.pause());
		const begun = Date.now();
		expect(await send(server.port, { timeoutMs: 300 }, large)).toMatchObject({ ...passing, attempts: [{ refusal: 'transient', code: 'timeout' }] });
		expect(Date.now() - begun).toBeLessThan(9_000);
	});

	it('a connection cut after the message, before its answer, is unknown, and nobody repeats it', async () => {
		const server = await breaking('after the message');
		expect(await send(server.port, { retries: 3 })).toMatchObject({ outcome: 'unknown', code: 'connection_lost', providerId: expect.stringMatching(/^\S+@\S+$/) as string });
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(server.messages).toHaveLength(1);
	});

	it('a message that is not answered in time is unknown', async () => {
		const server = await breaking('after the message', () => undefined);
		expect(await send(server.port, { timeoutMs: 300, retries: 3 })).toMatchObject({ outcome: 'unknown', code: 'timeout' });
		expect(server.messages).toHaveLength(1);
	});

	it('an answer that comes late, but in time, counts', async () => {
		const server = await breaking('after the message', (socket) => void setTimeout(() => socket.write('250 2.0.0 taken\r\n'), 200));
		expect(await send(server.port)).toMatchObject({ outcome: 'sent' });
	});

	it('an answer that is no SMTP is unknown', async () => {
		const server = await breaking('after the message', (socket) => void socket.end('what?\r\n'));
		expect(await send(server.port)).toMatchObject({ outcome: 'unknown' });
	});

	it('is asked again after a passing refusal, when told to', async () => {
		let asked = 0;
		const server = await start({ onRcptTo: (_address, _session, callback) => callback(++asked === 1 ? answer(450, '4.2.0 Greylisted') : null) });
		expect(await send(server.port, { retries: 1 })).toMatchObject({ outcome: 'sent', attempts: [{ outcome: 'refused' }, { outcome: 'sent' }] });
		expect(server.received).toHaveLength(1);
	});
});

it.each([
	['450 4.2.0 Greylisted', 450, '4.2.0 Greylisted', 8],
	['552 5.2.2 Mailbox full', 552, '5.2.2 Mailbox full', 8],
	['421 4.3.2 Shutting down', 421, '4.3.2 Shutting down', 5],
])('mailboxes that answer %s: so many of eight are asked', async (_name, code, words, expected) => {
	let asked = 0;
	const server = await start({
		onRcptTo: (_address, _session, callback) => {
			asked += 1;
			callback(answer(code, words));
		},
	});
	const { options, close } = attemptOptions<EmailMessage>();
	const provider = new SmtpEmail(config({ port: server.port }), pools);
	for (let person = 0; person < 8; person++) await attemptGroup([provider], { ...message, to: `p${person}@example.org` }, options);
	close();
	// A server that wants to be left alone is left alone; a mailbox is not the server.
	expect(asked).toBe(expected);
});

describe('connections', () => {
	it('are kept, by all providers of one account', async () => {
		const server = await start();
		for (let i = 0; i < 5; i++) expect(await send(server.port, { label: `Provider ${i}` })).toMatchObject({ outcome: 'sent' });
		expect({ connections: server.connections(), pools: pools.size }).toEqual({ connections: 1, pools: 1 });
		await send(server.port, { user: 'other', password: 'x' });
		expect(pools.size).toBe(2);
	});

	it('are kept after a refused recipient', async () => {
		const server = await start({ onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('bad') ? answer(550, '5.1.1 Unknown') : null) });
		for (const to of ['a@example.org', 'bad@example.org', 'b@example.org']) await send(server.port, { concurrency: 1 }, { to });
		expect({ connections: server.connections(), received: server.received.length }).toEqual({ connections: 1, received: 2 });
	});

	it('are as many as requests at once', async () => {
		const server = await start();
		const provider = new SmtpEmail(config({ port: server.port, concurrency: 3 }), pools);
		await Promise.all(Array.from({ length: 12 }, async (_, i) => await provider.deliver({ ...message, messageId: `m${i}` })));
		expect(server.received).toHaveLength(12);
		expect(server.connections()).toBe(3);
	});

	it('that the server closed meanwhile cost no message', async () => {
		const server = await start({ socketTimeout: 150 });
		expect(await send(server.port)).toMatchObject({ outcome: 'sent' });
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(await send(server.port)).toMatchObject({ outcome: 'sent' });
		expect(server.received).toHaveLength(2);
	});

	it('are closed when nothing is sent for a while', async () => {
		pools = new SmtpPools(100);
		let closed = 0;
		const server = await start({ onClose: () => void closed++ });
		await send(server.port);
		expect(pools.size).toBe(1);
		await until('the connection to be closed', () => pools.size === 0 && closed === 1);
		expect(await send(server.port)).toMatchObject({ outcome: 'sent' });
	});
});

describe('settings', () => {
	it.each([
		[{}, 'smtp mail.example.com 587'],
		[{ security: 'tls' as const, user: 'news', password: 'x' }, 'smtp mail.example.com 465 news'],
		[{ port: 2525 }, 'smtp mail.example.com 2525'],
	])('%j', (extra, identity) => expect(new SmtpEmail({ label: 'L', host: ' mail.example.com ', ...extra }).identity).toBe(identity));

	it.each([
		[{ host: ' ' }, /no Host/],
		[{ user: 'news' }, /no Password/],
		[{ bounceAddress: 'bounces' }, /not an email address/],
	])('refuses %j', (extra, why) => expect(() => new SmtpEmail(config(extra))).toThrow(why));
});
