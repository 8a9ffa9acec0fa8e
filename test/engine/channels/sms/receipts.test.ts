import { createHash } from 'node:crypto';

import type { Receipt, ReceiptReader } from '../../../../engine/channels/receipts/receipt';
import { exotelReceipts } from '../../../../engine/channels/sms/exotel-receipts';
import { genericSmsReceipts } from '../../../../engine/channels/sms/generic-receipts';
import { msg91Receipts } from '../../../../engine/channels/sms/msg91-receipts';
import { NETCORE_FIELDS, netcoreReceipts } from '../../../../engine/channels/sms/netcore-receipts';
import { plivoReceipts } from '../../../../engine/channels/sms/plivo-receipts';
import { twilioReceipts } from '../../../../engine/channels/sms/twilio-receipts';
import { vonageReceipts } from '../../../../engine/channels/sms/vonage-receipts';
import { receiptRequest } from '../../../support/receipt-request';

const TOKEN = 'an-unguessable-token-0123456789';
const URL_WITH_TOKEN = `https://n8n.example/webhook/receipts/x?token=${TOKEN}`;
const url = 'https://n8n.example/webhook/receipts/x';

describe('Twilio receipts', () => {
	const reader = twilioReceipts({ authToken: '12345' });
	/** twilio/twilio-node spec/validation.spec.js */
	const published = { CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234', From: '+14158675309', To: '+18005551212' };
	const at = 'https://mycompany.com/myapp.php?foo=1&bar=2';
	const signed = (address: string, form: Record<string, string>, signature: string, more: Partial<ReturnType<typeof receiptRequest>> = {}) =>
		reader.verify({ ...receiptRequest(address, { form, headers: { 'x-twilio-signature': signature } }), ...more });

	it.each([
		['the published example', at, published, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', true],
		['with the standard port in the address', at.replace('.com/', '.com:443/'), published, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', true],
		['another signature', at, published, 'RSOYDt4T1cUTdK1PDd93/VVr8B9=', false],
		['another field', at, { ...published, Digits: '1235' }, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', false],
		['another address', at.replace('bar=2', 'bar=3'), published, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', false],
		['no signature', at, published, '', false],
	])('verifies %s', (_name, address, form, signature, expected) => {
		expect(signed(address, form, signature)).toBe(expected);
	});

	it('verifies the published example of a body with a hash', () => {
		const body = '{"property": "value", "boolean": true}';
		expect(createHash('sha256').update(body).digest('hex')).toBe('0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620');
		const address = `${at}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
		const headers = { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' };
		expect(reader.verify(receiptRequest(address, { body, headers }))).toBe(true);
		expect(reader.verify(receiptRequest(address, { body: body.replace('true', 'false'), headers }))).toBe(false);
	});

	it('takes the address the provider called, of several it may have been, and nothing without an auth token', () => {
		expect(signed('https://inside.example/', published, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', { urls: ['http://inside:5678/x', at] })).toBe(true);
		expect(twilioReceipts({ authToken: '' }).verify(receiptRequest(at, { form: published, headers: { 'x-twilio-signature': 'x' } }))).toBe(false);
	});

	const about = { channel: 'sms', messageId: 'store-7', providerId: 'SM1', address: '+14155550100' };
	it.each<[Record<string, string>, unknown[]]>([
		[{ MessageStatus: 'queued' }, [{ ...about, status: 'sent' }]],
		[{ MessageStatus: 'delivered' }, [{ ...about, status: 'delivered' }]],
		[{ MessageStatus: 'read' }, [{ ...about, status: 'viewed' }]],
		[{ MessageStatus: 'undelivered', ErrorCode: '30005' }, [{ ...about, status: 'failed', reason: 'invalid_recipient', code: '30005' }]],
		[{ MessageStatus: 'failed', ErrorCode: '30007', ErrorMessage: 'Filtered' }, [{ ...about, status: 'failed', reason: 'provider_rejected', code: '30007', detail: 'Filtered' }]],
		[{ MessageStatus: 'failed', ErrorCode: '21610' }, [{ ...about, status: 'failed', reason: 'unsubscribed', code: '21610' }, { ...about, status: 'unsubscribed', code: '21610' }]],
		[{ MessageStatus: 'received' }, []],
		[{ MessageStatus: 'constructor' }, []],
	])('reads %j', (fields, expected) => {
		expect(reader.parse(receiptRequest(`${url}?message_id=store-7`, { form: { MessageSid: 'SM1', To: '+14155550100', ...fields } }))).toEqual(expected);
	});
});

describe('texts that come in at Twilio', () => {
	const reader = twilioReceipts({ authToken: '12345' });
	const incoming = { MessageSid: 'SMin', SmsStatus: 'received', From: '+14155550100', To: '+18005551212' };
	const about = { channel: 'sms', address: '+14155550100', occurrence: 'SMin' };
	it.each<[Record<string, string>, unknown[]]>([
		[{ Body: 'Arret', OptOutType: 'STOP' }, [{ ...about, status: 'unsubscribed' }]],
		[{ Body: 'oui', OptOutType: 'START' }, [{ ...about, status: 'resubscribed' }]],
		[{ Body: 'help', OptOutType: 'HELP' }, []],
		[{ Body: ' stop\n' }, [{ ...about, status: 'unsubscribed' }]],
		[{ Body: 'Start' }, [{ ...about, status: 'resubscribed' }]],
		[{ Body: 'Stop please' }, []],
		[{ Body: 'Cancel' }, []],
		[{ Body: 'constructor' }, []],
		[{ Body: 'STOP', From: 'whatsapp:+14155550100' }, []],
		[{ Body: 'STOP', SmsStatus: 'sent' }, [expect.objectContaining({ status: 'sent' })]],
	])('reads %j', (fields, expected) => {
		expect(reader.parse(receiptRequest(url, { form: { ...incoming, ...fields } }))).toEqual(expected);
	});

	it('are answered by nothing that Twilio would send', () => {
		expect(reader.reply).toEqual({ text: '<Response/>', contentType: 'text/xml' });
	});
});

describe('Vonage receipts', () => {
	const settings = { signatureSecret: 'secret', token: '' };
	/** Nexmo's packages for Python and Ruby */
	const published = { a: '1', b: '2', timestamp: '1461605396' };

	it.each([
		['md5hash', '6af838ef94998832dbfc29020b564830'],
		['md5hash', '6AF838EF94998832DBFC29020B564830'],
		['sha256', 'a321e824b9b816be7c3f28859a31749a098713d39f613c80d455bbaffae1cd24'],
	] as const)('verifies the published example of %s', (method, sig) => {
		const reader = vonageReceipts({ ...settings, method });
		expect(reader.verify(receiptRequest(url, { form: { ...published, sig } }))).toBe(true);
		expect(reader.verify(receiptRequest(url, { body: { ...published, sig } }))).toBe(true);
		expect(reader.verify(receiptRequest(`${url}?${new URLSearchParams({ ...published, sig }).toString()}`, { method: 'GET' }))).toBe(true);
		expect(reader.verify(receiptRequest(url, { form: { ...published, b: '3', sig } }))).toBe(false);
		expect(reader.verify(receiptRequest(url, { form: published }))).toBe(false);
		expect(reader.verify(receiptRequest(url, { body: '{' }))).toBe(false);
		expect(reader.verify(receiptRequest(url, { body: '[]' }))).toBe(false);
	});

	it('of accounts that sign nothing the address has the token', () => {
		const reader = vonageReceipts({ signatureSecret: '', method: 'md5hash', token: TOKEN });
		expect(reader.verify(receiptRequest(URL_WITH_TOKEN))).toBe(true);
		expect(reader.verify(receiptRequest(url))).toBe(false);
	});

	const about = { channel: 'sms', messageId: 'store-7', providerId: '0A1', address: '14155550100' };
	it.each<[Record<string, string>, unknown[]]>([
		[{ status: 'accepted' }, [{ ...about, mayBeOfPart: true, status: 'sent' }]],
		[{ status: 'delivered', 'err-code': '0' }, [{ ...about, mayBeOfPart: true, status: 'delivered' }]],
		[{ status: 'failed', 'err-code': '9' }, [{ ...about, status: 'failed', reason: 'invalid_recipient', code: '9', detail: 'failed' }]],
		[{ status: 'expired', 'err-code': '0' }, [{ ...about, status: 'failed', reason: 'provider_rejected', code: 'expired', detail: 'expired' }]],
		[{ status: 'unknown' }, []],
	])('reads %j', (fields, expected) => {
		const form = { msisdn: '14155550100', messageId: '0A1', 'client-ref': 'store-7', ...fields };
		expect(vonageReceipts({ ...settings, method: 'md5hash' }).parse(receiptRequest(url, { form }))).toEqual(expected);
	});
});

describe('Plivo receipts', () => {
	const nonce = '12345';
	const form = { To: '1415', From: '999', Status: 'delivered' };

	it('verifies the published example of version 2', () => {
		const reader = plivoReceipts({ authToken: 'my_auth_token' });
		const headers = { 'x-plivo-signature-v2-nonce': nonce, 'x-plivo-signature-v2': 'ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=' };
		expect(reader.verify({ ...receiptRequest('https://answer.url/', { form, headers }), urls: ['https://answer.url'] })).toBe(true);
		expect(plivoReceipts({ authToken: 'my_auth_tokens' }).verify({ ...receiptRequest('https://answer.url/', { form, headers }), urls: ['https://answer.url'] })).toBe(false);
	});

	it.each(['x-plivo-signature-v3', 'x-plivo-signature-ma-v3'])('verifies version 3 as Plivo\'s own package signs it, in %s', (header) => {
		const reader = plivoReceipts({ authToken: 'token123' });
		const signed = (fields: Record<string, string>, signature: string) =>
			reader.verify(receiptRequest('https://x.example/cb?a=1', { form: fields, headers: { 'x-plivo-signature-v3-nonce': nonce, [header]: signature } }));
		expect(signed(form, 'bbf34a1MqDFUgK2Y2oQ6+X5XHRz7nUPCIUfYxpVURUM=')).toBe(true);
		expect(signed(form, 'other, bbf34a1MqDFUgK2Y2oQ6+X5XHRz7nUPCIUfYxpVURUM=')).toBe(true);
		expect(signed({ ...form, Status: 'failed' }, 'bbf34a1MqDFUgK2Y2oQ6+X5XHRz7nUPCIUfYxpVURUM=')).toBe(false);
		expect(signed(form, '')).toBe(false);
	});

	it('takes nothing without a nonce', () => {
		expect(plivoReceipts({ authToken: 'my_auth_token' }).verify(receiptRequest('https://answer.url/', { form, headers: { 'x-plivo-signature-v2': '' } }))).toBe(false);
	});

	it.each<[Record<string, string>, Array<Partial<Receipt>>]>([
		[{ Status: 'delivered', MessageUUID: 'part', ParentMessageUUID: 'whole' }, [{ channel: 'sms', messageId: 'store-7', providerId: 'whole', address: '1415', status: 'delivered' }]],
		[{ Status: 'undelivered', MessageUUID: 'whole', ErrorCode: '200' }, [{ channel: 'sms', messageId: 'store-7', providerId: 'whole', address: '1415', status: 'failed', reason: 'unsubscribed', code: '200', detail: 'undelivered' }]],
		[{ Status: 'failed' }, []],
	])('reads %j', (fields, expected) => {
		expect(plivoReceipts({ authToken: 't' }).parse(receiptRequest(`${url}?message_id=store-7`, { form: { To: '1415', ...fields } }))).toEqual(expected);
	});
});

describe.each<[string, ReceiptReader]>([
	['Exotel', exotelReceipts({ token: TOKEN })],
	['MSG91', msg91Receipts({ token: TOKEN })],
	['Netcore', netcoreReceipts({ token: TOKEN, fields: NETCORE_FIELDS })],
	['Generic', genericSmsReceipts({ token: TOKEN, fields: NETCORE_FIELDS })],
])('%s receipts', (_name, reader) => {
	it('are believed by the token of the address', () => {
		expect(reader.verify(receiptRequest(URL_WITH_TOKEN))).toBe(true);
		expect(reader.verify(receiptRequest(url, { headers: { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` } }))).toBe(true);
		for (const wrong of ['', `${TOKEN}x`, TOKEN.slice(1)]) expect(reader.verify(receiptRequest(`${url}?token=${wrong}`))).toBe(false);
		expect(reader.verify(receiptRequest(url))).toBe(false);
	});
});

it('no token is nobody\'s token', () => {
	expect(exotelReceipts({ token: '' }).verify(receiptRequest(`${url}?token=`))).toBe(false);
});

describe('what token providers say', () => {
	const exotel = exotelReceipts({ token: TOKEN });
	it.each<[Record<string, string>, unknown[]]>([
		[{ Status: 'delivered' }, [{ channel: 'sms', messageId: 'store-7', providerId: 'S1', address: '+911', status: 'delivered' }]],
		[{ Status: 'failed', DetailedStatusCode: '23010', DetailedStatus: 'FAILED_INVALID_NUMBER' }, [{ channel: 'sms', messageId: 'store-7', providerId: 'S1', address: '+911', status: 'failed', reason: 'invalid_recipient', code: '23010', detail: 'FAILED_INVALID_NUMBER' }]],
		[{ Status: 'other' }, []],
	])('Exotel: %j', (fields, expected) => {
		expect(exotel.parse(receiptRequest(url, { form: { SmsSid: 'S1', CustomField: 'store-7', To: '+911', ...fields } }))).toEqual(expected);
	});

	it('MSG91: both of its formats', () => {
		const data = [{ requestId: 'R1', userId: '1', report: [{ number: '911', desc: 'DELIVERED' }, { number: '912', desc: 'NDNC', failedReason: 'in the register' }] }];
		const expected = [
			{ channel: 'sms', providerId: 'R1', address: '911', status: 'delivered' },
			{ channel: 'sms', providerId: 'R1', address: '912', status: 'failed', reason: 'provider_rejected', code: 'NDNC', detail: 'in the register' },
		];
		const reader = msg91Receipts({ token: TOKEN });
		expect(reader.parse(receiptRequest(url, { form: { data: JSON.stringify(data) } }))).toEqual(expected);
		expect(reader.parse(receiptRequest(url, { body: { requestId: 'R1', number: '911', desc: 'DELIVERED' } }))).toEqual(expected.slice(0, 1));
	});

	it('Netcore: words of SMPP in fields of any names', () => {
		const reader = netcoreReceipts({ token: TOKEN, fields: { ...NETCORE_FIELDS, providerId: 'id', status: 'st' } });
		expect(reader.parse(receiptRequest(`${url}?id=9&st=DELIVRD&TO=911`, { method: 'GET' }))).toEqual([{ channel: 'sms', providerId: '9', address: '911', status: 'delivered' }]);
		expect(reader.parse(receiptRequest(url, { form: { id: '9', st: 'UNDELIV', ERRCODE: '4' } }))).toEqual([{ channel: 'sms', providerId: '9', status: 'failed', reason: 'provider_rejected', code: '4' }]);
	});

	const generic = genericSmsReceipts({ token: TOKEN, fields: { messageId: 'ref', providerId: 'data.id', status: 'data.state', address: '', code: '', detail: '' } });
	it('Generic: CleverTap\'s format', () => {
		const ts = 1_435_322_805;
		const body = [
			{ event: 'delivered', data: [{ ts, meta: 'store-7' }, { ts }] },
			{ event: 'failed', data: [{ ts, meta: 'store-8', code: '910', description: 'invalid' }, { ts, meta: 'store-9', code: 903 }] },
			{ event: 'bounced', data: [{ ts, meta: 'store-9' }] },
			{ event: 'clicked', data: [{ ts, meta: 'store-7', url: 'https://shop.example' }] },
			{ event: 'replied', data: [{ ts, meta: 'store-7', incomingText: 'yes' }] },
			{ event: 'toString', data: [{ ts, meta: 'store-7' }] },
		];
		const about = { channel: 'sms', at: ts * 1000 };
		expect(generic.parse(receiptRequest(url, { body }))).toEqual([
			{ ...about, messageId: 'store-7', status: 'delivered' },
			{ ...about, messageId: 'store-8', status: 'failed', reason: 'invalid_recipient', code: '910', detail: 'invalid' },
			{ ...about, messageId: 'store-9', status: 'failed', reason: 'unsubscribed', code: '903' },
			{ ...about, messageId: 'store-9', status: 'unsubscribed', code: '903' },
			{ ...about, messageId: 'store-9', status: 'failed', reason: 'invalid_recipient' },
			{ ...about, messageId: 'store-7', status: 'clicked', url: 'https://shop.example' },
			{ ...about, messageId: 'store-7', status: 'replied', text: 'yes' },
		]);
	});

	it.each([
		['2026-03-02T12:00:00Z', Date.UTC(2026, 2, 2, 12)], ['2026-03-02T12:00:00.5+05:30', Date.UTC(2026, 2, 2, 6, 30, 0, 500)], ['2026-03-02 12:00:00 +0530', Date.UTC(2026, 2, 2, 6, 30)],
		['2026-03-02 12:00:00', undefined], ['2026-03-02T12:00', undefined], ['2026-03-02', undefined], ['1200', undefined], ['never', undefined],
	])('Generic: the time %j', (timestamp, at) => {
		const [receipt] = generic.parse(receiptRequest(url, { body: [{ ref: 'store-7', data: { state: 'Delivered' }, timestamp }] }));
		expect(receipt?.at).toBe(at);
	});

	it('Generic: its own fields', () => {
		expect(generic.parse(receiptRequest(url, { body: [{ ref: 'store-7', data: { id: 5, state: 'Delivered' } }, { data: { state: 'Delivered' } }] }))).toEqual([
			{ channel: 'sms', messageId: 'store-7', providerId: '5', status: 'delivered' },
		]);
		expect(generic.parse(receiptRequest(url, { body: [{ ref: 'store-7', data: { id: 5, state: 'failed' } }, { ref: 'store-7', data: { state: 'failed' } }] }))).toMatchObject([
			{ messageId: 'store-7', providerId: '5', mayBeOfPart: true, status: 'failed' },
			{ messageId: 'store-7', status: 'failed' },
		]);
		expect(() => generic.parse(receiptRequest(url, { body: '{' }))).toThrow('not valid JSON');
	});
});
