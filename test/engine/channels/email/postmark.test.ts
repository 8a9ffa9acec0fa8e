import type { EmailMessage } from '../../../../engine/channels/email/message';
import { PostmarkEmail, type PostmarkConfig } from '../../../../engine/channels/email/postmark';
import { readAnswer } from '../../../support/exchange';
import { describeBatchContract } from '../../../support/batch-contract';
import { describeProviderContract } from '../../../support/provider-contract';

const TOKEN = 'postmark-token+0123';
const config = (extra: Partial<PostmarkConfig> = {}): PostmarkConfig => ({ label: 'Postmark', serverToken: TOKEN, messageStream: 'broadcast', ...extra });
const message: EmailMessage = {
	to: 'ann@example.org', from: { address: 'news@example.com', name: 'Hôtel "du Lac", Lyon' }, subject: 'Été', html: '<p>é</p>', text: 'é',
	headers: {}, attachments: [], messageId: 'm1', campaignId: 'c1',
};
const body = async (extra: Partial<PostmarkConfig> = {}, over: Partial<EmailMessage> = {}) => JSON.parse((await new PostmarkEmail(config(extra)).request({ ...message, ...over })).body as string) as Record<string, unknown>;
const accepted = { To: 'ann@example.org', SubmittedAt: '2026-01-01T00:00:00Z', MessageID: 'guid-1', ErrorCode: 0, Message: 'OK' };
const error = (ErrorCode: number, Message = 'Something') => ({ ErrorCode, Message });
const file = (bytes: number) => ({ filename: 'a.pdf', contentType: 'application/pdf', content: async () => Buffer.alloc(bytes, 1) });

describe('PostmarkEmail.request', () => {
	it('posts JSON with the token', async () => {
		const { method, url, headers } = await new PostmarkEmail(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST', url: 'https://api.postmarkapp.com/email',
			headers: { 'X-Postmark-Server-Token': TOKEN, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
		});
		expect(await body()).toEqual({
			From: '"Hôtel \\"du Lac\\", Lyon" <news@example.com>', To: 'ann@example.org', Subject: 'Été', HtmlBody: '<p>é</p>', TextBody: 'é', Headers: [],
			MessageStream: 'broadcast', Metadata: { message_id: 'm1', campaign_id: 'c1' },
		});
	});

	it.each([
		['another stream and a tag', { messageStream: 'outbound', tag: 'spring' }, {}, { MessageStream: 'outbound', Tag: 'spring' }],
		['reply-to, copies and headers', {}, { replyTo: 'desk@example.com', cc: ['b@example.org', 'd@example.org'], bcc: ['c@example.org'], headers: { 'List-Unsubscribe': '<https://x.example.com>' } },
			{ ReplyTo: 'desk@example.com', Cc: 'b@example.org,d@example.org', Bcc: 'c@example.org', Headers: [{ Name: 'List-Unsubscribe', Value: '<https://x.example.com>' }] }],
		['an attachment', {}, { attachments: [file(2)] }, { Attachments: [{ Name: 'a.pdf', ContentType: 'application/pdf', Content: 'AQE=' }] }],
	])('with %s', async (_name, extra, over, fields) => expect(await body(extra, over)).toMatchObject(fields));

	it('is not made of more than Postmark takes', async () => {
		await expect(new PostmarkEmail(config()).request({ ...message, attachments: [file(8 * 1024 * 1024)] })).rejects.toThrow('larger than');
	});

	it.each([[{ serverToken: ' ' }, /no Server API Token/], [{ messageStream: '' }, /message stream/], [{ baseUrl: 'x' }, /not a URL/]])('refuses %j', (extra, why) => expect(() => new PostmarkEmail(config(extra))).toThrow(why));
});

describe('PostmarkEmail.read', () => {
	const read = (status: number, answer: unknown = '') => readAnswer(new PostmarkEmail(config()), message, status, answer);

	it('sent', () => expect(read(200, accepted)).toEqual({ outcome: 'sent', providerId: 'guid-1' }));

	it.each([
		[error(406, 'Inactive recipient'), 'unsubscribed'],
		[error(300, "Invalid 'To' address: 'ann@'."), 'invalid_recipient'],
		[error(300, "Error parsing 'To': Illegal email address"), 'invalid_recipient'],
	])('recipient: %j is %s', (answer, reason) => expect(read(422, answer)).toMatchObject({ outcome: 'recipient', reason, code: String(answer.ErrorCode) }));

	it.each([
		[401, 10, 'auth'], [422, 400, 'auth'], [422, 401, 'auth'], [422, 405, 'auth'], [422, 412, 'auth'], [422, 413, 'auth'],
		[422, 300, 'request'], [422, 402, 'request'], [422, 403, 'request'], [422, 409, 'request'], [422, 411, 'request'], [422, 1235, 'request'], [422, 9999, 'request'],
		[422, 100, 'transient'], [503, 100, 'transient'], [200, 405, 'auth'],
	])('refused: HTTP %i with code %i is %s', (status, code, kind) => expect(read(status, error(code))).toMatchObject({ outcome: 'refused', kind, code: String(code), detail: 'Something' }));

	it("refused: a bad sender is not the recipient's fault", () => expect(read(422, error(300, "Invalid 'From' address for 'To' somebody"))).toMatchObject({ outcome: 'refused', kind: 'request' }));

	it.each([[401, 'auth'], [403, 'auth'], [404, 'request'], [413, 'request'], [415, 'request'], [422, 'request'], [429, 'transient']])('refused by the status alone: HTTP %i is %s', (status, kind) => expect(read(status)).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` }));

	it.each([
		['accepted without an id', 200, { ErrorCode: 0 }],
		['an id without a code', 200, { MessageID: 'x' }],
		['an unlisted code', 200, error(9999)],
		['accepted, says a failing server', 500, accepted],
		['an unlisted code of a failing server', 500, error(9999)],
		['a name that every object has', 200, { ErrorCode: 'constructor' }],
	])('unknown: %s', (_name, status, answer) => expect(read(status, answer)).toMatchObject({ outcome: 'unknown' }));
});

describeProviderContract('PostmarkEmail', {
	make: (baseUrl, settings) => new PostmarkEmail(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: accepted, providerId: 'guid-1' },
	secrets: [TOKEN],
	error: (words) => error(402, words),
});

describe('PostmarkEmail.batch', () => {
	const { batch } = new PostmarkEmail(config());
	const response = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) });
	const two = [message, { ...message, to: 'bob@example.org' }];

	it('is a list of what would go alone', async () => {
		const parts = await Promise.all(two.map(async (one) => await batch.part(one)));
		const { url, headers, body: text } = batch.request(parts, two);
		expect(url).toBe('https://api.postmarkapp.com/email/batch');
		expect(headers).toMatchObject({ 'X-Postmark-Server-Token': TOKEN });
		expect(JSON.parse(text as string)).toEqual([await body(), await body({}, { to: 'bob@example.org' })]);
	});

	it('keeps whoever has attachments apart, and refuses what nobody may send', () => {
		expect(batch.key({ ...message, attachments: [file(2)] })).toBeUndefined();
		expect(() => batch.part({ ...message, subject: 'a\nb' })).toThrow('line break');
	});

	it.each([[undefined, 500], [1, 1], [20, 20], [9_999, 500]])('takes %p messages per request as %i', (messagesPerRequest, most) => expect(new PostmarkEmail(config({ messagesPerRequest })).batch.most).toBe(most));

	it.each([
		['one answer for two', [accepted], []],
		['three answers for two', [accepted, accepted, accepted], []],
		['no list', accepted, { outcome: 'unknown' }],
		['a code of no list', [accepted, error(9999)], [{ outcome: 'sent' }, { outcome: 'unknown', code: '9999' }]],
		['credits that run out', [accepted, error(405)], [{ outcome: 'sent' }, { outcome: 'refused', kind: 'auth' }]],
	])('reads %s', (_name, answer, expected) => expect(batch.read(response(200, answer), two)).toMatchObject(expected));
});

const people = ['a', 'b', 'c', 'd'].map((name) => ({ ...message, to: `${name}@example.org`, messageId: `m-${name}` })) as [EmailMessage, EmailMessage, EmailMessage, EmailMessage];
const acceptedFor = ({ to }: EmailMessage) => ({ ...accepted, To: to, MessageID: `guid of ${to}` });

describeBatchContract('PostmarkEmail', {
	make: (baseUrl, settings) => new PostmarkEmail(config({ baseUrl, ...settings })),
	messages: people,
	mark: ({ to }) => to,
	accepted: (some) => ({ status: 200, body: some.map(acceptedFor), ids: some.map((one) => acceptedFor(one).MessageID) }),
	lastOneRefused: (some) => ({ status: 200, body: [...some.slice(0, -1).map(acceptedFor), error(406, 'Inactive recipient')], result: { outcome: 'recipient', reason: 'unsubscribed' } }),
	lastOneMissing: (some) => ({ status: 200, body: some.slice(0, -1).map(acceptedFor) }),
	refused: { status: 422, body: error(402, 'Invalid JSON') },
});
