// The channels that are measured: their providers, and what they are handed for one person.
import { createECDH, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const engine = (file) => require(`../../dist/engine/${file}.js`);
const { GenericHttpSms } = engine('channels/sms/generic-http');
const { TwilioSms } = engine('channels/sms/twilio');
const { SendGridEmail } = engine('channels/email/sendgrid');
const { SegmentExport } = engine('channels/export/segment');
const { segmentMessage } = engine('channels/export/segment-calls');
const { Fcm } = engine('channels/push/fcm');
const { WebPush } = engine('channels/push/web-push');
const { StandardWebhook } = engine('channels/webhook/standard-webhook');

/** What a message says. */
export const TEMPLATE = 'Hello {{ Profile.name }}, there is something new in {{ Profile.city }}.';

/** Somebody whose values are found again in a request, however it is written. */
export const PLACEHOLDER = { id: 'IDIDID', phone: '+14159999999', name: 'NAMENAME', city: 'CITYCITY', text: 'Hello NAMENAME, there is something new in CITYCITY.', messageId: 'MESSAGEID' };

const campaignId = 'bench:campaign';
const subscription = makeSubscription();
const sms = ({ phone, text, messageId }) => ({ to: phone, body: text, messageId, campaignId });
const push = (device, { text, messageId }) => ({ title: 'News', body: text, links: {}, data: {}, priority: 'high', messageId, campaignId, now: Date.now(), device });

/**
 * By name: the channel, the provider's class for a server at `url`, and its message for somebody. `fresh`: a request has to be
 * made for each person, because it is encrypted; of the others the bare script replaces the person in a sample.
 */
export const CHANNELS = {
	twilio: {
		channel: 'sms', label: 'SMS, Twilio',
		provider: (url, atOnce) => new TwilioSms({ label: 'Twilio', accountSid: 'AC0', auth: { type: 'token', authToken: 'token' }, from: '+15005550006', baseUrl: url, concurrency: atOnce }),
		message: sms,
	},
	generic: {
		channel: 'sms', label: 'SMS, Generic',
		provider: (url, atOnce) => new GenericHttpSms({ label: 'Generic', method: 'POST', url: `${url}/messages`, body: { type: 'json', template: '{ "to": "$$To", "text": "$$Body" }' }, auth: { type: 'none' }, messageIdPath: 'id', concurrency: atOnce }),
		message: sms,
	},
	sendgrid: {
		channel: 'email', label: 'Email, SendGrid',
		provider: (url, atOnce) => new SendGridEmail({ label: 'SendGrid', apiKey: 'key', baseUrl: url, concurrency: atOnce }),
		message: ({ id, text, messageId }) => ({ to: `${id}@example.org`, from: { address: 'news@example.com', name: 'News' }, subject: 'News', html: `<p>${text}</p>`, text, headers: {}, attachments: [], messageId, campaignId }),
	},
	fcm: {
		channel: 'push', label: 'Push, FCM',
		provider: (url, atOnce) => new Fcm({ label: 'FCM', serviceAccount: serviceAccount(url), baseUrl: url, now: Date.now, concurrency: atOnce }),
		message: (person) => push({ kind: 'fcm', token: `${person.id}-token` }, person),
	},
	webpush: {
		channel: 'push', label: 'Push, Web Push', fresh: true,
		provider: (_url, atOnce) => new WebPush({ label: 'Web Push', ...vapid(), subject: 'mailto:news@example.com', allowPrivate: true, concurrency: atOnce }),
		message: (person, url) => push({ kind: 'webpush', token: `${url}/push/${person.id}`, keys: subscription }, person),
	},
	webhook: {
		channel: 'webhook', label: 'Webhook',
		provider: (url, atOnce) => new StandardWebhook({ label: 'Webhook', identity: url, allowPrivate: true, now: Date.now, concurrency: atOnce }),
		message: ({ id, phone, name, city, text, messageId }, url) => ({ messageId, url: `${url}/hook`, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: { id, phone, properties: { name, city } }, text }) }),
	},
	segment: {
		channel: 'export', label: 'Export, Segment (many per request)',
		provider: (url, atOnce) => new SegmentExport({ label: 'Segment', writeKey: 'key', region: 'own', baseUrl: url, now: Date.now, concurrency: atOnce }),
		message: ({ id, phone, name, city, text, messageId }) => segmentMessage({ who: { userId: id }, identify: { traits: { phone, name, city, text } }, context: {}, timestamp: Date.now(), messageId }),
	},
};

/** The request for somebody, as it goes over the wire. */
export async function requestOf(name, url, person) {
	const { provider, message } = CHANNELS[name];
	const { method, url: address, headers, body, bytes } = await provider(url, 1).request(message(person, url));
	return { method, url: address, headers, body: body ?? bytes.toString('base64') };
}

let account;
function serviceAccount(url) {
	account ??= generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
	return JSON.stringify({ type: 'service_account', project_id: 'bench', private_key_id: 'key', private_key: account, client_email: 'push@bench.example.com', token_uri: `${url}/token` });
}

function makeCurve() {
	const curve = createECDH('prime256v1');
	curve.generateKeys();
	return curve;
}

let pair;
export function vapid() {
	pair ??= makeCurve();
	return { publicKey: pair.getPublicKey().toString('base64url'), privateKey: Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32).toString('base64url') };
}

function makeSubscription() {
	return { p256dh: makeCurve().getPublicKey().toString('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') };
}
