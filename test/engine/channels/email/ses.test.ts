import { simpleParser } from 'mailparser';
import type { EmailMessage } from '../../../../engine/channels/email/message';
import { SesEmail, sesAccountRequest, type SesConfig } from '../../../../engine/channels/email/ses';
import { readAnswer } from '../../../support/exchange';
import { describeProviderContract } from '../../../support/provider-contract';

const SECRET = 'aws/secret+0123456789';
const TOKEN = 'session/token+0123';
const config = (extra: Partial<SesConfig> = {}): SesConfig => ({ label: 'SES', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, region: 'eu-west-1', ...extra });
const message: EmailMessage = {
	to: 'ann@example.org', from: { address: 'news@example.com', name: 'Hôtel' }, subject: 'Été 😀', html: '<p>é</p>', text: 'é', bcc: ['c@example.org'], cc: ['b@example.org'],
	headers: { 'List-Unsubscribe': '<https://x.example.com/u>' }, attachments: [{ filename: 'a.bin', contentType: 'application/x-own', content: async () => Buffer.from([0, 255]) }], messageId: 'store=1', campaignId: 'w.1',
};
const accepted = { MessageId: '0100-000000' };
const error = (text: string) => ({ message: text });

describe('SesEmail.request', () => {
	it('posts the whole message, signed', async () => {
		const { method, url, headers, body } = await new SesEmail(config({ configurationSet: 'campaigns' })).request(message);
		expect({ method, url }).toEqual({ method: 'POST', url: 'https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails' });
		expect(headers.Authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/ses\/aws4_request, SignedHeaders=accept;content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/);
		const { Content, ...rest } = JSON.parse(body as string) as { Content: { Raw: { Data: string } } };
		expect(rest).toEqual({
			FromEmailAddress: 'news@example.com', Destination: { ToAddresses: ['ann@example.org'], CcAddresses: ['b@example.org'], BccAddresses: ['c@example.org'] },
			EmailTags: [{ Name: 'message_id', Value: 'store_1' }, { Name: 'campaign_id', Value: 'w_1' }], ConfigurationSetName: 'campaigns',
		});
		const raw = Buffer.from(Content.Raw.Data, 'base64');
		expect(raw.toString('latin1')).not.toContain('c@example.org');
		const mail = await simpleParser(raw);
		expect(mail).toMatchObject({ subject: 'Été 😀', text: expect.stringMatching(/^é\n?$/), html: '<p>é</p>', from: { value: [{ address: 'news@example.com', name: 'Hôtel' }] }, to: { value: [{ address: 'ann@example.org' }] } });
		expect(mail.attachments).toMatchObject([{ filename: 'a.bin', contentType: 'application/x-own', content: Buffer.from([0, 255]) }]);
	});

	it('sends a session token along, signed', async () => {
		const { headers } = await new SesEmail(config({ sessionToken: TOKEN })).request(message);
		expect(headers).toMatchObject({ 'X-Amz-Security-Token': TOKEN, Authorization: expect.stringContaining(';x-amz-security-token,') });
	});

	it('asks for the account to test a credential', () => expect(sesAccountRequest(config({ baseUrl: 'http://127.0.0.1:9/' }), 0)).toMatchObject({ method: 'GET', url: 'http://127.0.0.1:9/v2/email/account' }));

	it.each([[{ accessKeyId: '' }, /Access Key ID/], [{ secretAccessKey: ' ' }, /Secret Access Key/], [{ region: '' }, /Region/], [{ region: 'evil.example.com/' }, /Region/], [{ baseUrl: 'x' }, /not a URL/]])('refuses %j', (extra, why) => expect(() => new SesEmail(config(extra))).toThrow(why));
});

describe('SesEmail.read', () => {
	const read = (status: number, answer: unknown = '', type?: string) => readAnswer(new SesEmail(config()), message, status, answer, type ? { 'x-amzn-errortype': type } : {});

	it('sent', () => expect(read(200, accepted)).toEqual({ outcome: 'sent', providerId: '0100-000000' }));

	it('recipient: an address that SES calls illegal', () => {
		expect(read(400, error('Illegal address: ann@example.org'), 'BadRequestException')).toEqual({ outcome: 'recipient', reason: 'invalid_recipient', code: 'BadRequestException', detail: 'Illegal address: ann@example.org' });
	});

	it.each([
		[429, 'TooManyRequestsException', 'transient'], [400, 'ThrottlingException', 'transient'], [400, 'AccountSuspendedException', 'auth'], [400, 'SendingPausedException', 'auth'],
		[400, 'MailFromDomainNotVerifiedException', 'auth'], [400, 'MessageRejected', 'request'], [400, 'LimitExceededException', 'request'], [404, 'NotFoundException', 'request'],
		[400, 'BadRequestException', 'request'], [403, 'SignatureDoesNotMatch', 'auth'], [403, 'AccessDeniedException', 'auth'], [403, 'ExpiredTokenException', 'auth'],
	])('refused: HTTP %i %s is %s', (status, name, kind) => {
		expect(read(status, error('Something'), `${name}:http://internal.amazon.com/`)).toMatchObject({ outcome: 'refused', kind, code: name, detail: 'Something' });
		expect(read(status, { __type: `com.amazonaws.ses#${name}`, message: 'Something' })).toMatchObject({ outcome: 'refused', kind, code: name });
	});

	it('refused: an illegal sender is not the recipient', () => expect(read(400, error('Illegal address: news@example.com'), 'BadRequestException')).toMatchObject({ outcome: 'refused', kind: 'request' }));

	it.each([
		['accepted without an id', 200, {}, undefined],
		['accepted, says a failing server', 500, accepted, undefined],
		['a failing server', 500, error('Oops'), 'InternalServiceErrorException'],
		['a failing server that names a listed error', 503, error('Oops'), 'ThrottlingException'],
		['a name that every object has', 200, error('x'), 'constructor'],
	])('unknown: %s', (_name, status, answer, type) => expect(read(status, answer, type)).toMatchObject({ outcome: 'unknown' }));
});

describeProviderContract('SesEmail', {
	make: (baseUrl, settings) => new SesEmail(config({ baseUrl, sessionToken: TOKEN, ...settings })),
	message,
	accepted: { status: 200, body: accepted, providerId: '0100-000000' },
	secrets: [SECRET, TOKEN],
	error,
});
