import type { EmailMessage } from '../../../../engine/channels/email/message';
import { SendGridEmail, type SendGridConfig } from '../../../../engine/channels/email/sendgrid';
import { readAnswer } from '../../../support/exchange';
import { describeBatchContract } from '../../../support/batch-contract';
import { describeProviderContract } from '../../../support/provider-contract';

const KEY = 'SG.key/id.secret+0123';
const config = (extra: Partial<SendGridConfig> = {}): SendGridConfig => ({ label: 'SendGrid', apiKey: KEY, ...extra });
const message: EmailMessage = {
	to: 'ann@example.org', from: { address: 'news@example.com', name: 'Hôtel' }, subject: 'Été', html: '<p>é</p>', text: 'é',
	headers: {}, attachments: [], messageId: 'm1', campaignId: 'c1',
};
const body = async (extra: Partial<SendGridConfig> = {}, over: Partial<EmailMessage> = {}) => JSON.parse((await new SendGridEmail(config(extra)).request({ ...message, ...over })).body as string) as Record<string, unknown>;
const errors = (text: string, field?: string) => ({ errors: [{ message: text, field: field ?? null, help: null }] });

describe('SendGridEmail.request', () => {
	it('posts JSON with the key', async () => {
		const { method, url, headers } = await new SendGridEmail(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST', url: 'https://api.sendgrid.com/v3/mail/send',
			headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
		});
		expect(await body()).toEqual({
			personalizations: [{ to: [{ email: 'ann@example.org' }], custom_args: { message_id: 'm1', campaign_id: 'c1' } }],
			from: { email: 'news@example.com', name: 'Hôtel' }, subject: 'Été',
			content: [{ type: 'text/plain', value: 'é' }, { type: 'text/html', value: '<p>é</p>' }],
		});
	});

	it.each([
		['no HTML', {}, { html: undefined }, { content: [{ type: 'text/plain', value: 'é' }] }],
		['no text', {}, { text: '' }, { content: [{ type: 'text/html', value: '<p>é</p>' }] }],
		['reply-to and no name', {}, { replyTo: 'desk@example.com', from: { address: 'a@example.com' } }, { reply_to: { email: 'desk@example.com' }, from: { email: 'a@example.com' } }],
		['headers', {}, { headers: { 'List-Unsubscribe': '<https://x.example.com>' } }, { headers: { 'List-Unsubscribe': '<https://x.example.com>' } }],
		['copies', {}, { cc: ['b@example.org'], bcc: ['c@example.org'] }, { personalizations: [{ to: [{ email: 'ann@example.org' }], cc: [{ email: 'b@example.org' }], bcc: [{ email: 'c@example.org' }], custom_args: { message_id: 'm1', campaign_id: 'c1' } }] }],
		['an attachment', {}, { attachments: [{ filename: 'a.pdf', contentType: 'application/pdf', content: async () => Buffer.from([0, 255]) }] }, { attachments: [{ filename: 'a.pdf', type: 'application/pdf', disposition: 'attachment', content: 'AP8=' }] }],
		['categories and group', { categories: ['spring'], unsubscribeGroup: 7 }, {}, { categories: ['spring'], asm: { group_id: 7 } }],
	])('with %s', async (_name, extra, over, fields) => expect(await body(extra, over)).toMatchObject(fields));

	it('uses another region', async () => expect((await new SendGridEmail(config({ baseUrl: 'https://api.eu.sendgrid.com/' })).request(message)).url).toBe('https://api.eu.sendgrid.com/v3/mail/send'));

	it('is not made of a message with a line break in its head', async () => {
		await expect(new SendGridEmail(config()).request({ ...message, subject: 'a\nb' })).rejects.toThrow('line break');
	});

	it('shares its pace by account', () => {
		const { identity } = new SendGridEmail(config());
		expect(new SendGridEmail(config({ label: 'Other' })).identity).toBe(identity);
		for (const other of [{ apiKey: 'other' }, { baseUrl: 'http://127.0.0.1:9' }]) expect(new SendGridEmail(config(other)).identity).not.toBe(identity);
	});

	it.each([[{ apiKey: ' ' }, /no API Key/], [{ baseUrl: 'nonsense' }, /not a URL/]])('refuses %j', (extra, why) => expect(() => new SendGridEmail(config(extra))).toThrow(why));
});

describe('SendGridEmail.read', () => {
	const read = (status: number, answer: unknown = '', headers = {}) => readAnswer(new SendGridEmail(config()), message, status, answer, headers);

	it('sent: 202 with an id', () => expect(read(202, '', { 'x-message-id': 'abc' })).toEqual({ outcome: 'sent', providerId: 'abc' }));

	it('recipient: the field is the person', () => {
		expect(read(400, errors('Does not contain a valid address.', 'personalizations.0.to.0.email'))).toEqual({
			outcome: 'recipient', reason: 'invalid_recipient', code: 'http_400', detail: 'personalizations.0.to.0.email: Does not contain a valid address.',
		});
	});

	it.each([
		[400, errors('Bad', 'from.email'), 'request'], [400, errors('Bad', 'personalizations.0.cc.0.email'), 'request'], [400, 'x', 'request'], [401, errors('No'), 'auth'], [403, errors('The from address does not match a verified Sender Identity', 'from'), 'auth'],
		[404, '', 'request'], [405, '', 'request'], [406, '', 'request'], [413, '', 'request'], [415, '', 'request'], [429, errors('too many requests'), 'transient'],
	])('refused: HTTP %i %j is %s', (status, answer, kind) => expect(read(status, answer)).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` }));

	it.each([
		[{ 'retry-after': '3', 'x-ratelimit-reset': '1800000000' }, 3000],
		[{ 'x-ratelimit-reset': '1800000010', date: new Date(1_800_000_000_000).toUTCString() }, 10_000],
		[{ 'x-ratelimit-reset': 'soon' }, undefined],
	])('429 with %j waits %s ms', (headers, wait) => expect(read(429, '', headers)).toEqual({ outcome: 'refused', kind: 'transient', code: 'http_429', detail: expect.any(String), ...(wait !== undefined && { retryAfterMs: wait }) }));

	it.each([
		['202 without an id', 202, '', {}],
		['200 with an id', 200, '', { 'x-message-id': 'abc' }],
		['500', 500, errors('Internal'), {}],
		['503 with an id', 503, '', { 'x-message-id': 'abc' }],
	])('unknown: %s', (_name, status, answer, headers) => expect(read(status, answer, headers)).toMatchObject({ outcome: 'unknown', code: `http_${status}` }));
});

describeProviderContract('SendGridEmail', {
	make: (baseUrl, settings) => new SendGridEmail(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 202, headers: { 'X-Message-Id': 'abc' }, body: '', providerId: 'abc' },
	secrets: [KEY],
	error: (words) => errors(words),
});

const people = ['Ann', 'Bo', 'Cleo', 'Dan'].map((name): EmailMessage => ({
	...message, to: `${name.toLowerCase()}@example.org`, subject: `For ${name}`, messageId: `m-${name}`, headers: { 'List-Unsubscribe': `<https://x.example/u/${name}>` },
	html: `<p>Hello ${name}!</p><a href="https://x.example/go?p=${name}">Go</a>`, text: `Hello ${name}!`,
})) as [EmailMessage, EmailMessage, EmailMessage, EmailMessage];

describe('SendGridEmail.batch', () => {
	const { batch } = new SendGridEmail(config({ messagesPerRequest: 50, categories: ['spring'] }));
	const request = (some: EmailMessage[]) => JSON.parse(batch.request(some, some).body as string) as { personalizations: Array<{ substitutions: Record<string, string> }>; content: Array<{ value: string }> };

	it('has what is each one\'s own in their personalization, and one text with names for all', () => {
		expect(request(people.slice(0, 2))).toEqual({
			personalizations: [
				{ to: [{ email: 'ann@example.org' }], custom_args: { message_id: 'm-Ann', campaign_id: 'c1' }, subject: 'For Ann', headers: { 'List-Unsubscribe': '<https://x.example/u/Ann>' },
					substitutions: { '-n8nc0-': 'Ann!', '-n8nc1-': 'Ann!', '-n8nc2-': 'Ann' } },
				{ to: [{ email: 'bo@example.org' }], custom_args: { message_id: 'm-Bo', campaign_id: 'c1' }, subject: 'For Bo', headers: { 'List-Unsubscribe': '<https://x.example/u/Bo>' },
					substitutions: { '-n8nc0-': 'Bo!', '-n8nc1-': 'Bo!', '-n8nc2-': 'Bo' } },
			],
			from: { email: 'news@example.com', name: 'Hôtel' }, subject: 'For Ann', categories: ['spring'],
			content: [{ type: 'text/plain', value: 'Hello -n8nc0-' }, { type: 'text/html', value: '<p>Hello -n8nc1-</p><a href="https://x.example/go?p=-n8nc2-">Go</a>' }],
		});
	});

	it('gives each their own text back', () => {
		const { personalizations, content } = request(people);
		people.forEach(({ text, html }, index) => {
			const filled = content.map(({ value }) => Object.entries(personalizations[index]?.substitutions ?? {}).reduce((written, [name, own]) => written.replaceAll(name, own), value));
			expect(filled).toEqual([text, html]);
		});
	});

	it.each([
		['attachments', { attachments: [{ filename: 'a', contentType: 'text/plain', content: async () => Buffer.from('a') }] }],
		['a text with such a name in it', { text: 'see -n8nc0-' }],
	])('keeps a message apart that has %s', (_name, over) => expect(batch.key({ ...message, ...over })).toBeUndefined());

	it.each([
		['another sender', { from: { address: 'b@example.com' } }],
		['another structure', { html: '<p>é<br></p>' }],
		['no HTML', { html: undefined }],
	])('does not put a message with the others that has %s', (_name, over) => expect(batch.key({ ...message, ...over })).not.toBe(batch.key(message)));

	it('does not build what differs in more than SendGrid takes', () => {
		const long = people.map((one) => ({ ...one, text: one.messageId.repeat(2_000) }));
		expect(() => request(long)).toThrow('more than SendGrid takes');
	});

	it('is used when asked for', () => expect(new SendGridEmail(config()).batch.most).toBe(1));
});

describeBatchContract('SendGridEmail', {
	make: (baseUrl, settings) => new SendGridEmail(config({ baseUrl, messagesPerRequest: 50, ...settings })),
	messages: people,
	mark: ({ to }) => to,
	accepted: (some) => ({ status: 202, headers: { 'X-Message-Id': 'abc' }, body: '', ids: some.map(() => 'abc') }),
	refused: { status: 400, body: errors('Does not contain a valid address.', 'personalizations.1.to.0.email') },
});
