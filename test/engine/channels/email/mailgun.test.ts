import type { EmailMessage } from '../../../../engine/channels/email/message';
import { MailgunEmail, type MailgunConfig } from '../../../../engine/channels/email/mailgun';
import { readAnswer, sendOnce } from '../../../support/exchange';
import { describeBatchContract } from '../../../support/batch-contract';
import { describeProviderContract } from '../../../support/provider-contract';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY = 'key/mailgun+0123';
const config = (extra: Partial<MailgunConfig> = {}): MailgunConfig => ({ label: 'Mailgun', apiKey: KEY, domain: 'mg.example.com', ...extra });
const message: EmailMessage = {
	to: 'ann@example.org', from: { address: 'news@example.com', name: 'Hôtel, Lyon' }, subject: 'Été', html: '<p>é</p>', text: 'é',
	headers: {}, attachments: [], messageId: 'm1', campaignId: 'c1',
};
const accepted = { id: '<2026.1@mg.example.com>', message: 'Queued. Thank you.' };

/** The form, read by Node's own parser. */
async function form(extra: Partial<MailgunConfig> = {}, over: Partial<EmailMessage> = {}): Promise<Array<[string, unknown]>> {
	const { bytes, headers } = await new MailgunEmail(config(extra)).request({ ...message, ...over });
	const read = await new Response(new Uint8Array(bytes as Buffer), { headers: { 'Content-Type': headers['Content-Type'] as string } }).formData();
	return await Promise.all([...read].map(async ([name, value]): Promise<[string, unknown]> => [name, typeof value === 'string' ? value : [value.name, value.type, [...new Uint8Array(await value.arrayBuffer())]]]));
}

describe('MailgunEmail.request', () => {
	it('posts a form that signs in', async () => {
		const { method, url, headers } = await new MailgunEmail(config()).request(message);
		expect({ method, url, authorization: headers.Authorization }).toEqual({ method: 'POST', url: 'https://api.mailgun.net/v3/mg.example.com/messages', authorization: `Basic ${Buffer.from(`api:${KEY}`).toString('base64')}` });
		expect(await form()).toEqual([['from', '"Hôtel, Lyon" <news@example.com>'], ['to', 'ann@example.org'], ['subject', 'Été'], ['text', 'é'], ['html', '<p>é</p>'], ['v:message_id', 'm1'], ['v:campaign_id', 'c1']]);
	});

	it.each([
		['tags', { tags: ['a', 'b'] }, {}, [['o:tag', 'a'], ['o:tag', 'b']]],
		['reply-to, copies and headers', {}, { replyTo: 'desk@example.com', cc: ['b@example.org', 'd@example.org'], bcc: ['c@example.org'], headers: { 'List-Unsubscribe': '<https://x.example.com>' } },
			[['h:Reply-To', 'desk@example.com'], ['cc', 'b@example.org,d@example.org'], ['bcc', 'c@example.org'], ['h:List-Unsubscribe', '<https://x.example.com>']]],
		['an attachment', {}, { attachments: [{ filename: 'Été "1".bin', contentType: 'application/x-own', content: async () => Buffer.from([0, 255, 13, 10]) }] }, [['attachment', ['Été "1".bin', 'application/x-own', [0, 255, 13, 10]]]]],
	])('with %s', async (_name, extra, over, fields) => expect(await form(extra, over)).toEqual(expect.arrayContaining(fields)));

	it('goes out byte by byte', async () => {
		const chunks: Buffer[] = [];
		const server = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => response.end(JSON.stringify(accepted)));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const content = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
		const provider = new MailgunEmail(config({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
		expect(await sendOnce(provider, { ...message, attachments: [{ filename: 'a.bin', contentType: 'application/x-own', content: async () => content }] })).toMatchObject({ outcome: 'sent' });
		server.close();
		expect(Buffer.concat(chunks).includes(content)).toBe(true);
	});

	it('uses another region', async () => expect((await new MailgunEmail(config({ baseUrl: 'https://api.eu.mailgun.net' })).request(message)).url).toBe('https://api.eu.mailgun.net/v3/mg.example.com/messages'));

	it.each([[{ apiKey: '' }, /no API Key/], [{ domain: '' }, /needs a domain/], [{ domain: 'a/../b' }, /no domain/], [{ baseUrl: 'x' }, /not a URL/]])('refuses %j', (extra, why) => expect(() => new MailgunEmail(config(extra))).toThrow(why));
});

describe('MailgunEmail.read', () => {
	const read = (status: number, answer: unknown = '') => readAnswer(new MailgunEmail(config()), message, status, answer);

	it('sent', () => expect(read(200, accepted)).toEqual({ outcome: 'sent', providerId: '2026.1@mg.example.com' }));

	it.each(["'to' parameter is not a valid address. please check documentation", 'to parameter is not a valid address. please check documentation'])('recipient: %s', (said) => {
		expect(read(400, { message: said })).toEqual({ outcome: 'recipient', reason: 'invalid_recipient', code: 'http_400', detail: said });
	});

	it.each([
		[400, "'from' parameter is not a valid address", 'request'], [400, "'cc' parameter is not a valid address", 'request'], [401, 'Forbidden', 'auth'], [402, 'Payment', 'auth'], [403, 'Forbidden', 'auth'],
		[404, 'Domain not found', 'request'], [413, 'Too large', 'request'], [429, 'Too many', 'transient'],
	])('refused: HTTP %i %s is %s', (status, said, kind) => expect(read(status, { message: said })).toMatchObject({ outcome: 'refused', kind, code: `http_${status}`, detail: said }));

	it.each([
		['accepted without an id', 200, { message: 'Queued. Thank you.' }],
		['accepted, says a failing server', 500, accepted],
		['a failing server', 503, { message: 'Try later' }],
	])('unknown: %s', (_name, status, answer) => expect(read(status, answer)).toMatchObject({ outcome: 'unknown', code: `http_${status}` }));
});

describeProviderContract('MailgunEmail', {
	make: (baseUrl, settings) => new MailgunEmail(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: accepted, providerId: '2026.1@mg.example.com' },
	secrets: [KEY],
	error: (words) => ({ message: words }),
});

const people = ['Ann', 'Bo', 'Cleo', 'Dan'].map((name): EmailMessage => ({
	...message, to: `${name.toLowerCase()}@example.org`, subject: `For ${name}`, messageId: `m-${name}`, headers: { 'List-Unsubscribe': `<https://x.example/u/${name}>` },
	html: `<p>Hello ${name}!</p><a href="https://x.example/go?p=${name}">Go</a>`, text: `100 % for ${name}!`,
})) as [EmailMessage, EmailMessage, EmailMessage, EmailMessage];

describe('MailgunEmail.batch', () => {
	const { batch } = new MailgunEmail(config({ messagesPerRequest: 50, tags: ['a', 'b'] }));

	it('names everybody, and says what of the one message is whose', () => {
		const { body, headers } = batch.request(people.slice(0, 2), people.slice(0, 2));
		expect(headers).toMatchObject({ 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' });
		const { 'recipient-variables': variables, ...fields } = Object.fromEntries(new URLSearchParams(body));
		expect(fields).toEqual({
			from: '"Hôtel, Lyon" <news@example.com>', to: 'bo@example.org', subject: 'For %recipient.c0%', text: '100 % for %recipient.c1%',
			html: '<p>Hello %recipient.c2%</p><a href="https://x.example/go?p=%recipient.c3%">Go</a>',
			'h:List-Unsubscribe': '<https://x.example/u/%recipient.c4%>', 'o:tag': 'b', 'v:message_id': '%recipient.message_id%', 'v:campaign_id': 'c1',
		});
		expect(new URLSearchParams(body).getAll('to')).toEqual(['ann@example.org', 'bo@example.org']);
		expect(JSON.parse(variables as string)).toEqual({
			'ann@example.org': { message_id: 'm-Ann', c0: 'Ann', c1: 'Ann!', c2: 'Ann!', c3: 'Ann', c4: 'Ann' },
			'bo@example.org': { message_id: 'm-Bo', c0: 'Bo', c1: 'Bo!', c2: 'Bo!', c3: 'Bo', c4: 'Bo' },
		});
	});

	it.each<[string, Partial<EmailMessage>]>([
		['attachments', { attachments: [{ filename: 'a', contentType: 'text/plain', content: async () => Buffer.from('a') }] }],
		['copies', { cc: ['b@example.org'] }],
		['a text with such a name in it', { subject: 'see %recipient.c0%' }],
	])('keeps a message apart that has %s', (_name, over) => expect(batch.key({ ...message, ...over })).toBeUndefined());

	it.each<[string, Partial<EmailMessage>]>([
		['another sender', { from: { address: 'b@example.com' } }],
		['another structure', { html: '<p>é<br></p>' }],
		['other headers', { headers: { 'X-A': 'b' } }],
	])('does not put a message with the others that has %s', (_name, over) => expect(batch.key({ ...message, ...over })).not.toBe(batch.key(message)));

	it('knows an address whatever its case', () => expect(batch.recipient?.({ ...message, to: 'ANN@example.org' })).toBe('ann@example.org'));

	it('is used when asked for', () => expect(new MailgunEmail(config()).batch.most).toBe(1));
});

describeBatchContract('MailgunEmail', {
	make: (baseUrl, settings) => new MailgunEmail(config({ baseUrl, messagesPerRequest: 50, ...settings })),
	messages: people,
	mark: ({ to }) => to,
	accepted: (some) => ({ status: 200, body: accepted, ids: some.map(() => '2026.1@mg.example.com') }),
	refused: { status: 400, body: { message: "'to' parameter is not a valid address. please check documentation" } },
});
