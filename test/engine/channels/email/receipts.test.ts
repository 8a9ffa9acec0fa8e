import { createHmac, createSign } from 'node:crypto';

import { mailgunReceipts, SIGNED_WITHIN_MS } from '../../../../engine/channels/email/mailgun-receipts';
import { postmarkReceipts } from '../../../../engine/channels/email/postmark-receipts';
import { sendGridReceipts } from '../../../../engine/channels/email/sendgrid-receipts';
import { sesReceipts } from '../../../../engine/channels/email/ses-receipts';
import { smtpReceipts } from '../../../../engine/channels/email/smtp-receipts';
import { ManualClock } from '../../../../engine/clock';
import { receiptRequest } from '../../../support/receipt-request';
import { TEST_TLS } from '../../../support/test-tls';

const url = 'https://n8n.example/webhook/receipts/x';

describe('SendGrid receipts', () => {
	/** npm @sendgrid/eventwebhook */
	const verificationKey = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==';
	const signature = 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=';
	const body =
		'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n';
	const signed = (text: string, more: Record<string, string> = {}) =>
		receiptRequest(url, { body: text, headers: { 'x-twilio-email-event-webhook-signature': signature, 'x-twilio-email-event-webhook-timestamp': '1600112502', ...more } });
	const reader = sendGridReceipts({ verificationKey });

	it('verifies the published example, and nothing else', () => {
		expect(reader.verify(signed(body))).toBe(true);
		expect(sendGridReceipts({ verificationKey: `-----BEGIN PUBLIC KEY-----\n${verificationKey}\n-----END PUBLIC KEY-----` }).verify(signed(body))).toBe(true);
		expect(reader.verify(signed(body.trimEnd()))).toBe(false);
		expect(reader.verify(signed(body, { 'x-twilio-email-event-webhook-timestamp': '1600112503' }))).toBe(false);
		expect(reader.verify(signed(body, { 'x-twilio-email-event-webhook-signature': 'nonsense' }))).toBe(false);
		expect(reader.verify(receiptRequest(url, { body }))).toBe(false);
		expect(sendGridReceipts({ verificationKey: '' }).verify(signed(body))).toBe(false);
		expect(sendGridReceipts({ verificationKey: 'nonsense' }).verify(signed(body))).toBe(false);
	});

	it('reads the published example', () => {
		expect(reader.parse(signed(body))).toEqual([
			{ channel: 'email', providerId: 'LRzXl_NHStOGhQ4kofSm_A', address: 'hello@world.com', at: 1_600_112_492_000, status: 'bounced', reason: 'invalid_recipient', code: 'dropped', detail: 'Bounced Address' },
		]);
	});

	it.each<[Record<string, unknown>, Array<Record<string, unknown>>]>([
		[{ event: 'processed' }, [{ status: 'sent' }]],
		[{ event: 'delivered', response: '250 OK' }, [{ status: 'delivered' }]],
		[{ event: 'deferred' }, []],
		[{ event: 'open' }, [{ status: 'viewed' }]],
		[{ event: 'click', url: 'https://shop.example' }, [{ status: 'clicked', url: 'https://shop.example' }]],
		[{ event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550' }, [{ status: 'bounced', reason: 'invalid_recipient', code: '5.1.1', detail: '550' }]],
		[{ event: 'bounce', type: 'blocked', status: '4.0.0', reason: 'spam' }, [{ status: 'failed', reason: 'provider_rejected', code: '4.0.0', detail: 'spam' }]],
		[{ event: 'dropped', reason: 'Invalid SMTPAPI header' }, [{ status: 'failed', reason: 'provider_rejected' }]],
		[{ event: 'dropped', reason: 'Unsubscribed Address' }, [{ status: 'failed', reason: 'unsubscribed' }, { status: 'unsubscribed' }]],
		[{ event: 'spamreport' }, [{ status: 'complained' }]],
		[{ event: 'group_unsubscribe' }, [{ status: 'unsubscribed' }]],
		[{ event: 'group_resubscribe' }, []],
		[{ event: 'constructor' }, []],
	])('reads %j', (event, expected) => {
		const receipts = reader.parse(receiptRequest(url, { body: [{ message_id: 'store-7', email: 'a@b.c', ...event }] }));
		expect(receipts).toMatchObject(expected.map((one) => ({ messageId: 'store-7', address: 'a@b.c', ...one })));
		expect(receipts).toHaveLength(expected.length);
	});
});

describe('Mailgun receipts', () => {
	const clock = new ManualClock(1_529_006_854_000);
	const reader = mailgunReceipts({ signingKey: 'key-signing', clock });
	const token = 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0';
	const signature = { timestamp: '1529006854', token, signature: '6cba946e84b958e2f3b14c6301201817b3393655816cbabdcdd2063726313638' };

	it('verifies timestamp and token', () => {
		expect(createHmac('sha256', 'key-signing').update(`1529006854${token}`).digest('hex')).toBe(signature.signature);
		expect(reader.verify(receiptRequest(url, { body: { signature, 'event-data': {} } }))).toBe(true);
		expect(reader.verify(receiptRequest(url, { body: { signature: { ...signature, timestamp: '1529006855' } } }))).toBe(false);
		for (const body of ['', '{', '[]', { signature: 1 }, { signature: { timestamp: {}, token: [], signature: null } }]) expect(reader.verify(receiptRequest(url, { body }))).toBe(false);
		expect(mailgunReceipts({ signingKey: '', clock }).verify(receiptRequest(url, { body: { signature } }))).toBe(false);
	});

	it('refuses a signature that is too old, or of tomorrow, and several events under one', () => {
		const verifyAt = (ms: number) => mailgunReceipts({ signingKey: 'key-signing', clock: new ManualClock(1_529_006_854_000 + ms) }).verify(receiptRequest(url, { body: { signature } }));
		expect([-SIGNED_WITHIN_MS - 1, -SIGNED_WITHIN_MS, SIGNED_WITHIN_MS, SIGNED_WITHIN_MS + 1].map(verifyAt)).toEqual([false, true, true, false]);
		expect(reader.verify(receiptRequest(url, { body: [{ signature }, { 'event-data': { event: 'delivered' } }] }))).toBe(false);
	});

	it('tells what a signature is used for', () => {
		const used = (event: object, by = signature) => reader.signedFor?.(receiptRequest(url, { body: { signature: by, 'event-data': event } }));
		expect(used({ event: 'delivered' })).toEqual(used({ event: 'delivered' }));
		expect(used({ event: 'delivered' })?.signature).toBe(used({ event: 'failed' })?.signature);
		expect(used({ event: 'delivered' })?.content).not.toBe(used({ event: 'failed' })?.content);
		expect(used({}, { ...signature, token: 'b' })?.signature).not.toBe(used({})?.signature);
		expect(used({})?.expiresAt).toBe(1_529_006_854_000 + SIGNED_WITHIN_MS);
	});

	it.each<[Record<string, unknown>, Array<Record<string, unknown>>]>([
		[{ event: 'accepted' }, [{ status: 'sent' }]],
		[{ event: 'delivered' }, [{ status: 'delivered', at: 1_529_006_854_329 }]],
		[{ event: 'failed', severity: 'temporary', reason: 'generic' }, []],
		[{ event: 'failed', severity: 'permanent', reason: 'bounce', 'delivery-status': { code: 550, message: 'no such user' } }, [{ status: 'bounced', reason: 'invalid_recipient', code: '550', detail: 'no such user' }]],
		[{ event: 'failed', severity: 'permanent', reason: 'generic', 'delivery-status': { code: 552, description: 'full' } }, [{ status: 'failed', reason: 'provider_rejected', code: '552', detail: 'full' }]],
		[{ event: 'failed', severity: 'permanent', reason: 'suppress-unsubscribe' }, [{ status: 'failed', reason: 'unsubscribed' }, { status: 'unsubscribed' }]],
		[{ event: 'opened' }, [{ status: 'viewed' }]],
		[{ event: 'clicked', url: 'https://shop.example' }, [{ status: 'clicked', url: 'https://shop.example' }]],
		[{ event: 'complained' }, [{ status: 'complained' }]],
		[{ event: 'unsubscribed' }, [{ status: 'unsubscribed' }]],
	])('reads %j', (event, expected) => {
		const data = { timestamp: 1_529_006_854.329, recipient: 'a@b.c', message: { headers: { 'message-id': '2013@mg.example' } }, 'user-variables': { message_id: 'store-7' }, ...event };
		const receipts = reader.parse(receiptRequest(url, { body: { signature, 'event-data': data } }));
		expect(receipts).toMatchObject(expected.map((one) => ({ messageId: 'store-7', providerId: '2013@mg.example', address: 'a@b.c', ...one })));
		expect(receipts).toHaveLength(expected.length);
	});
});

describe('Postmark receipts', () => {
	const reader = postmarkReceipts({ token: 'a-token-of-the-address' });
	it.each<[Record<string, unknown>, Array<Record<string, unknown>>]>([
		[{ RecordType: 'Delivery', Recipient: 'a@b.c', DeliveredAt: '2026-03-02T11:00:00Z' }, [{ status: 'delivered', at: Date.UTC(2026, 2, 2, 11) }]],
		[{ RecordType: 'Bounce', Email: 'a@b.c', Type: 'HardBounce', Details: 'no such user' }, [{ status: 'bounced', reason: 'invalid_recipient', code: 'HardBounce', detail: 'no such user' }]],
		[{ RecordType: 'Bounce', Email: 'a@b.c', Type: 'SoftBounce' }, [{ status: 'failed', reason: 'provider_rejected', code: 'SoftBounce' }]],
		[{ RecordType: 'Bounce', Email: 'a@b.c', Type: 'Transient' }, []],
		[{ RecordType: 'Bounce', Email: 'a@b.c', Type: 'AutoResponder' }, []],
		[{ RecordType: 'SpamComplaint', Email: 'a@b.c' }, [{ status: 'complained' }]],
		[{ RecordType: 'SubscriptionChange', Recipient: 'a@b.c', SuppressSending: true, SuppressionReason: 'ManualSuppression' }, [{ status: 'unsubscribed' }]],
		[{ RecordType: 'SubscriptionChange', Recipient: 'a@b.c', SuppressSending: false }, []],
		[{ RecordType: 'SubscriptionChange', Recipient: 'a@b.c', SuppressSending: false, Origin: 'Customer' }, []],
		[{ RecordType: 'SubscriptionChange', Recipient: 'a@b.c', SuppressSending: false, Origin: 'Recipient', ChangedAt: '2026-03-02T11:00:00Z' }, [{ status: 'resubscribed', at: Date.UTC(2026, 2, 2, 11) }]],
		[{ RecordType: 'Open', Recipient: 'a@b.c' }, [{ status: 'viewed' }]],
		[{ RecordType: 'Click', Recipient: 'a@b.c', OriginalLink: 'https://shop.example' }, [{ status: 'clicked', url: 'https://shop.example' }]],
	])('reads %j', (record, expected) => {
		const receipts = reader.parse(receiptRequest(url, { body: { MessageID: 'guid', Metadata: { message_id: 'store-7' }, ...record } }));
		expect(receipts).toMatchObject(expected.map((one) => ({ messageId: 'store-7', providerId: 'guid', address: 'a@b.c', ...one })));
		expect(receipts).toHaveLength(expected.length);
	});

	it('is believed by the token', () => {
		expect(reader.verify(receiptRequest(`${url}?token=a-token-of-the-address`))).toBe(true);
		expect(reader.verify(receiptRequest(`${url}?token=another`))).toBe(false);
	});
});

describe('Amazon SES receipts', () => {
	const topic = 'arn:aws:sns:eu-west-1:123456789012:events';
	const certificate = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';
	let fetched: string[];
	const reader = sesReceipts({ topics: [topic], fetch: async (address) => (fetched.push(address), TEST_TLS.cert) });
	beforeEach(() => {
		fetched = [];
	});

	const sns = (fields: Record<string, string>, version = '2') => {
		const message: Record<string, string> = { MessageId: '1', Timestamp: '2026-03-02T11:00:00.000Z', TopicArn: topic, SigningCertURL: certificate, SignatureVersion: version, ...fields };
		const names = message['Type'] === 'Notification' ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
		const text = names.filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`).join('');
		const signature = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text).sign(TEST_TLS.key, 'base64');
		return { Signature: signature, ...message };
	};
	const notification = (event: unknown) => sns({ Type: 'Notification', Message: JSON.stringify(event) });
	const verify = async (message: Record<string, string>) => await reader.verify(receiptRequest(url, { body: message, headers: { 'content-type': 'text/plain' } }));

	it('verifies what SNS signed for one of the topics', async () => {
		for (const version of ['1', '2']) expect(await verify(sns({ Type: 'Notification', Message: '{}', Subject: 'S' }, version))).toBe(true);
		expect(await verify({ ...notification({}), Message: '{"other":1}' })).toBe(false);
		expect(await verify(sns({ Type: 'Notification', Message: '{}', TopicArn: `${topic}-of-somebody-else` }))).toBe(false);
		expect(await verify({ ...notification({}), SignatureVersion: '3' })).toBe(false);
		expect(await reader.verify(receiptRequest(url, { body: '{' }))).toBe(false);
	});

	it.each([
		'http://sns.eu-west-1.amazonaws.com/x.pem',
		'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
		'https://evil.example/sns.eu-west-1.amazonaws.com/x.pem',
		'https://user@sns.eu-west-1.amazonaws.com/x.pem',
		'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
		'https://evil-sns.eu-west-1.amazonaws.com/x.pem',
		'https://bucket.s3.amazonaws.com/x.pem',
		'https://169.254.169.254/x.pem',
		'https://sns.eu-west-1.amazonaws.com/x',
		'nonsense',
	])('never calls %s', async (address) => {
		expect(await verify(sns({ Type: 'Notification', Message: '{}', SigningCertURL: address }))).toBe(false);
		await reader.attend?.(receiptRequest(url, { body: sns({ Type: 'SubscriptionConfirmation', Message: 'm', Token: 't', SubscribeURL: address.replace(/x(\.pem)?$/, '?Action=ConfirmSubscription').replace('https://sns.eu-west-1.amazonaws.com/', 'http://other/') }) }));
		expect(fetched).toEqual([]);
	});

	it('confirms the subscription of its topic', async () => {
		const address = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
		const message = sns({ Type: 'SubscriptionConfirmation', Message: 'You have chosen', Token: 't', SubscribeURL: address });
		expect(await verify(message)).toBe(true);
		await reader.attend?.(receiptRequest(url, { body: message }));
		expect(fetched).toContain(address);
		expect(reader.parse(receiptRequest(url, { body: message }))).toEqual([]);
	});

	const mail = { messageId: '0100', tags: { message_id: ['store-7'] } };
	it.each<[Record<string, unknown>, Array<Record<string, unknown>>]>([
		[{ eventType: 'Send' }, [{ status: 'sent' }]],
		[{ eventType: 'Delivery', delivery: { timestamp: '2026-03-02T11:00:00Z', recipients: ['a@b.c', 'copy@b.c'] } }, [{ status: 'delivered', address: 'a@b.c', at: Date.UTC(2026, 2, 2, 11) }, { status: 'delivered', address: 'copy@b.c' }]],
		[
			{ notificationType: 'Bounce', bounce: { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients: [{ emailAddress: 'a@b.c', diagnosticCode: 'smtp; 550' }] } },
			[{ status: 'bounced', reason: 'invalid_recipient', code: 'Permanent General', detail: 'smtp; 550', address: 'a@b.c' }],
		],
		[{ eventType: 'Bounce', bounce: { bounceType: 'Transient', bounceSubType: 'MailboxFull', bouncedRecipients: [{ emailAddress: 'a@b.c' }] } }, [{ status: 'failed', reason: 'provider_rejected', code: 'Transient MailboxFull' }]],
		[{ eventType: 'Complaint', complaint: { complainedRecipients: [{ emailAddress: 'a@b.c' }] } }, [{ status: 'complained', address: 'a@b.c' }]],
		[{ eventType: 'Complaint', complaint: { complaintFeedbackType: 'not-spam', complainedRecipients: [{ emailAddress: 'a@b.c' }] } }, []],
		[{ eventType: 'Open', open: {} }, [{ status: 'viewed' }]],
		[{ eventType: 'Click', click: { link: 'https://shop.example' } }, [{ status: 'clicked', url: 'https://shop.example' }]],
		[{ eventType: 'Subscription', subscription: { newTopicPreferences: { unsubscribeAll: true } } }, [{ status: 'unsubscribed' }]],
		[{ eventType: 'Subscription', subscription: { timestamp: '2026-03-02T11:00:00Z', newTopicPreferences: { unsubscribeAll: false }, oldTopicPreferences: { unsubscribeAll: true } } }, [{ status: 'resubscribed', at: Date.UTC(2026, 2, 2, 11) }]],
		[{ eventType: 'Subscription', subscription: { newTopicPreferences: { unsubscribeAll: false }, oldTopicPreferences: { unsubscribeAll: false } } }, []],
		[{ eventType: 'DeliveryDelay' }, []],
	])('reads %j', (event, expected) => {
		const receipts = reader.parse(receiptRequest(url, { body: notification({ mail, ...event }) }));
		expect(receipts).toMatchObject(expected.map((one) => ({ messageId: 'store-7', providerId: '0100', ...one })));
		expect(receipts).toHaveLength(expected.length);
	});
});

describe('reports on SMTP', () => {
	const reader = smtpReceipts({ token: 'a-token-of-the-address' });
	it('reads CleverTap\'s format, with and without an id', () => {
		const ts = 1_435_322_805;
		const body = [
			{ event: 'softbounce', data: [{ e: 'a@b.c', ts }] },
			{ event: 'hardbounce', data: [{ e: 'b@b.c', ts, meta: '<store-8@example.com>' }] },
			{ event: 'spam', data: [{ e: 'c@b.c' }] },
			{ event: 'unsubscribe', data: [{ e: 'd@b.c' }, {}] },
		];
		expect(reader.parse(receiptRequest(url, { body }))).toEqual([
			{ channel: 'email', address: 'a@b.c', at: ts * 1000, status: 'failed', reason: 'provider_rejected', code: 'softbounce' },
			{ channel: 'email', messageId: 'store-8', address: 'b@b.c', at: ts * 1000, status: 'bounced', reason: 'invalid_recipient', code: 'hardbounce' },
			{ channel: 'email', address: 'c@b.c', status: 'complained' },
			{ channel: 'email', address: 'd@b.c', status: 'unsubscribed' },
		]);
		expect(() => reader.parse(receiptRequest(url, { body: { event: 'x' } }))).toThrow('format');
	});
});
