import { hash, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import type { Device, ProfileInput } from '../../engine/people/records';
import type { N8nApi } from '../../scripts/lib/n8n-api.mjs';
import { APNS_KEY, startApns } from './apns-server';
import { startLoopback, type Answer, type SeenRequest } from './loopback';
import { MetaServer } from './meta-server';
import { serviceAccount, startTokenServer } from './push';
import { startSmtp } from './smtp';
import { AUTH, BROWSER, VAPID } from './web-push';

/** What a provider was asked. */
export interface Asked {
	/** The person's id. */
	person: string;
	/** The same one is never sent twice, as far as the provider promises so. */
	once?: string;
	taken: boolean;
}

/** A sender with its providers, whose servers keep what they are asked. */
export interface TestedChannel {
	/** Name of the sender's node. */
	sender: string;
	readonly asked: readonly Asked[];
	/** Messages that may be under way when the process that sends them is killed. */
	inFlight: number;
	/** The sender's node, and those of its providers. */
	nodes(api: N8nApi): Promise<{ sender: DrawnNode; providers: DrawnNode[] }>;
	close(): Promise<void>;
}

interface DrawnNode {
	id: string;
	name: string;
	[more: string]: unknown;
}

/** Before a provider answers, ms: long enough for kills to meet requests that are under way. */
const LATENCY_MS = 60;

/** Requests at once of one provider. */
const AT_ONCE = 10;

const FIRST_PHONE = 4_915_123_450_000;
const phoneOf = (index: number) => `+${FIRST_PHONE + index}`;
const indexOfPhone = (phone: string) => Number(phone.slice(1)) - FIRST_PHONE;
const indexOf = (text: string) => Number(/(\d+)\D*$/.exec(text)?.[1]);
const idOf = (index: number) => `p${index}`;
const emailOf = (index: number) => `p${index}@example.com`;

/** Whom the audience's hashes are looked up among. */
const MOST_PEOPLE = 2_000;

/** People who can be reached on every channel, each with one device. */
export function reachablePeople(count: number, webPushUrl: string): ProfileInput[] {
	return Array.from({ length: count }, (_, index) => ({
		id: idOf(index), email: emailOf(index), phone: phoneOf(index), properties: { name: `Ann ${index}` }, push: [deviceOf(index, webPushUrl)],
	}));
}

function deviceOf(index: number, webPushUrl: string): Device {
	switch (index % 3) {
		case 0:
			return { kind: 'fcm', token: `fcm-${index}` };
		case 1:
			return { kind: 'apns', token: index.toString(16).padStart(64, '0') };
		default:
			return { kind: 'webpush', token: `${webPushUrl}/push/${index}`, keys: { p256dh: BROWSER.publicKey, auth: AUTH } };
	}
}

/** A server that takes its time; `read` says who is asked for, and what is answered. */
async function startSlow(read: (seen: SeenRequest) => { asked: Asked[]; answer: Answer }, into: Asked[]) {
	return await startLoopback((seen, answer, raw: ServerResponse) => {
		const { asked, answer: says } = read(seen);
		into.push(...asked);
		setTimeout(() => !raw.destroyed && answer(says), LATENCY_MS);
	});
}

export function drawnNode(name: string, type: string, parameters: object, credentials?: object): DrawnNode {
	return { id: randomUUID(), name, type: `n8n-nodes-campaigns.${type}`, typeVersion: 1, position: [0, 0], parameters, ...(credentials && { credentials }) };
}

/** Twilio refuses every fifth for good, whom the generic provider takes. */
async function sms(): Promise<TestedChannel> {
	const asked: Asked[] = [];
	const twilio = await startSlow(({ body }) => {
		const index = indexOfPhone(new URLSearchParams(body).get('To') ?? '');
		const person = idOf(index);
		if (index % 5 === 0) return { asked: [{ person, taken: false }], answer: { status: 400, body: { code: 21408, message: 'Region' } } };
		return { asked: [{ person, taken: true }], answer: { status: 201, body: { sid: `SM${person}`, status: 'queued' } } };
	}, asked);
	const generic = await startSlow(({ body }) => {
		const { to } = JSON.parse(body) as { to: string };
		return { asked: [{ person: idOf(indexOfPhone(to)), taken: true }], answer: { status: 200, body: {} } };
	}, asked);
	return {
		sender: 'SMS', asked, inFlight: 2 * AT_ONCE,
		nodes: async (api) => ({
			sender: drawnNode('SMS', 'sms', { message: 'Hello {{ Profile.name }}' }),
			providers: [
				drawnNode('Twilio', 'twilioSmsProvider', { priority: 1, from: '+12015550123' }, {
					campaignsTwilioApi: await api.createCredential({ name: 'Twilio', type: 'campaignsTwilioApi', data: { authType: 'authToken', accountSid: 'AC1', authToken: 'secret-token', baseUrl: twilio.url } }),
				}),
				drawnNode('Gateway', 'genericSmsProvider', { priority: 2, path: '/messages' }, {
					campaignsGenericSmsApi: await api.createCredential({ name: 'Gateway', type: 'campaignsGenericSmsApi', data: { baseUrl: generic.url, authentication: 'none' } }),
				}),
			],
		}),
		close: async () => void (await Promise.all([twilio.close(), generic.close()])),
	};
}

async function mail(): Promise<TestedChannel> {
	const asked: Asked[] = [];
	const smtp = await startSmtp({
		onData: (stream, session, callback) => {
			stream.resume();
			stream.on('end', () => {
				asked.push(...session.envelope.rcptTo.map(({ address }) => ({ person: address.split('@')[0] as string, taken: true })));
				setTimeout(() => callback(null, '2.0.0 queued'), LATENCY_MS);
			});
		},
	});
	return {
		sender: 'Email', asked, inFlight: AT_ONCE,
		nodes: async (api) => ({
			sender: drawnNode('Email', 'email', { fromEmail: 'news@example.com', subject: 'Hello {{ Profile.name }}', html: '<p>Hello <b>{{ Profile.name }}</b></p>' }),
			providers: [drawnNode('SMTP', 'smtpEmailProvider', {}, {
				campaignsSmtpApi: await api.createCredential({ name: 'Mail', type: 'campaignsSmtpApi', data: { host: '127.0.0.1', port: smtp.port, security: 'none' } }),
			})],
		}),
		close: async () => await smtp.close(),
	};
}

async function push(): Promise<TestedChannel & { webPushUrl: string }> {
	const asked: Asked[] = [];
	const tokens = await startTokenServer();
	const fcm = await startSlow(({ body }) => {
		const { message } = JSON.parse(body) as { message: { token: string } };
		return { asked: [{ person: idOf(indexOf(message.token)), taken: true }], answer: { status: 200, body: { name: `projects/shop-1/messages/${message.token}` } } };
	}, asked);
	const web = await startSlow(({ url }) => ({ asked: [{ person: idOf(indexOf(url)), taken: true }], answer: { status: 201 } }), asked);
	const apns = await startApns(({ headers }, stream) => {
		asked.push({ person: idOf(Number.parseInt((headers[':path'] as string).split('/').at(-1) as string, 16)), taken: true });
		setTimeout(() => {
			if (stream.destroyed) return;
			stream.respond({ ':status': 200, 'apns-id': randomUUID() });
			stream.end();
		}, LATENCY_MS);
	}, { tls: false });
	const credential = async (api: N8nApi, type: string, data: object) => ({ [type]: await api.createCredential({ name: type, type, data }) });
	return {
		sender: 'Push', asked, inFlight: 3 * AT_ONCE, webPushUrl: web.url,
		nodes: async (api) => ({
			sender: drawnNode('Push', 'push', { title: 'Hello', body: 'To {{ Profile.name }}' }),
			providers: [
				drawnNode('FCM', 'fcmPushProvider', {}, await credential(api, 'campaignsFcmApi', { serviceAccount: serviceAccount(tokens.url), baseUrl: fcm.url })),
				drawnNode('APNs', 'apnsPushProvider', {}, await credential(api, 'campaignsApnsApi', { keyId: 'ABC123DEFG', teamId: 'DEF123GHIJ', privateKey: APNS_KEY.pem, topic: 'com.example.shop', environment: 'production', baseUrl: apns.url })),
				drawnNode('Browsers', 'webPushProvider', { options: { allowPrivate: true } }, await credential(api, 'campaignsWebPushApi', { ...VAPID, subject: 'mailto:ops@example.com' })),
			],
		}),
		close: async () => void (await Promise.all([tokens.close(), fcm.close(), web.close(), apns.close()])),
	};
}

async function webhook(): Promise<TestedChannel> {
	const asked: Asked[] = [];
	const server = await startSlow(({ body, headers }) => {
		const { user } = JSON.parse(body) as { user: { id: string } };
		return { asked: [{ person: user.id, once: headers['webhook-id'] as string, taken: true }], answer: { status: 200 } };
	}, asked);
	return {
		sender: 'Webhook', asked, inFlight: AT_ONCE,
		nodes: async (api) => ({
			sender: drawnNode('Webhook', 'webhookSender', { url: `${server.url}/hook` }, {
				campaignsWebhookApi: await api.createCredential({ name: 'Hook', type: 'campaignsWebhookApi', data: { allowPrivate: true } }),
			}),
			providers: [],
		}),
		close: async () => await server.close(),
	};
}

/** Many emails per request. */
async function newsletter(): Promise<TestedChannel> {
	const asked: Asked[] = [];
	const taken = ({ To }: { To: string }, index = 0) => ({ ErrorCode: 0, Message: 'OK', MessageID: `${To}-${index}`, To, SubmittedAt: '2026-01-01T00:00:00Z' });
	const server = await startSlow(({ body }) => {
		const given = JSON.parse(body) as { To: string } | Array<{ To: string }>;
		const emails = [given].flat();
		return {
			asked: emails.map(({ To }) => ({ person: To.split('@')[0] as string, taken: true })),
			answer: { status: 200, body: Array.isArray(given) ? given.map(taken) : taken(given) },
		};
	}, asked);
	return {
		sender: 'Newsletter', asked, inFlight: AT_ONCE * 100,
		nodes: async (api) => ({
			sender: drawnNode('Newsletter', 'email', { fromEmail: 'news@example.com', subject: 'News for @Profile - name', html: '<p>Hello @Profile - name</p>' }),
			providers: [drawnNode('Postmark', 'postmarkEmailProvider', {}, {
				campaignsPostmarkApi: await api.createCredential({ name: 'Postmark', type: 'campaignsPostmarkApi', data: { serverToken: 'secret-token', baseUrl: server.url } }),
			})],
		}),
		close: async () => await server.close(),
	};
}

/** Many people per request, each with an id that is never taken twice. */
async function segment(): Promise<TestedChannel> {
	const asked: Asked[] = [];
	const server = await startSlow(({ body }) => {
		const { batch } = JSON.parse(body) as { batch: Array<{ userId: string; messageId: string }> };
		return { asked: batch.map(({ userId, messageId }) => ({ person: userId, once: messageId, taken: true })), answer: { status: 200, body: { success: true } } };
	}, asked);
	return {
		sender: 'Segment Export', asked, inFlight: AT_ONCE * 100,
		nodes: async (api) => ({
			sender: drawnNode('Segment Export', 'segmentExport', { calls: 'identify', attributes: 'all' }, {
				campaignsSegmentApi: await api.createCredential({ name: 'Segment', type: 'campaignsSegmentApi', data: { writeKey: 'secret-key', region: 'own', baseUrl: server.url } }),
			}),
			providers: [],
		}),
		close: async () => await server.close(),
	};
}

/** Whoever is added to an audience twice is in it once. */
async function audience(): Promise<TestedChannel> {
	const meta = await MetaServer.start();
	const byEmail = new Map(Array.from({ length: MOST_PEOPLE }, (_, index) => [hash('sha256', emailOf(index), 'hex'), idOf(index)]));
	return {
		sender: 'Meta Audience', inFlight: AT_ONCE * 500,
		get asked() {
			return meta.values('EMAIL').map((hashed) => ({ person: String(byEmail.get(hashed)), once: hashed, taken: true }));
		},
		nodes: async (api) => ({
			sender: drawnNode('Meta Audience', 'metaAudience', { operation: 'add', audience: { __rl: true, mode: 'list', value: '4711', cachedResultName: 'VIP' } }, {
				campaignsMetaApi: await api.createCredential({ name: 'Meta', type: 'campaignsMetaApi', data: { accessToken: 'secret-token', appSecret: 'secret-secret', adAccountId: 'act_77', baseUrl: meta.url } }),
			}),
			providers: [],
		}),
		close: async () => await meta.close(),
	};
}

/** A sender of every channel, with servers in the place of its providers. */
export async function startAllChannels(): Promise<{ channels: TestedChannel[]; webPushUrl: string; close(): Promise<void> }> {
	const devices = await push();
	const channels = [await sms(), await mail(), await newsletter(), devices, await webhook(), await segment(), await audience()];
	return { channels, webPushUrl: devices.webPushUrl, close: async () => void (await Promise.all(channels.map(async (channel) => await channel.close()))) };
}

/** One campaign whose people go to all channels at once, slowly. */
export async function drawAllChannels(api: N8nApi, channels: readonly TestedChannel[], rate: { people: number; seconds: number }): Promise<{ workflowId: string; campaignId: string }> {
	const trigger = drawnNode('Campaign Trigger', 'campaignTrigger', {
		segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first', options: { waitSeconds: 0, peoplePerBatch: 50 },
	});
	const throttle = drawnNode('Throttle', 'throttle', { people: rate.people, interval: rate.seconds, unit: 'seconds' });
	const drawn = await Promise.all(channels.map(async (channel) => await channel.nodes(api)));
	const main = (names: string[]) => ({ main: [names.map((node) => ({ node, type: 'main', index: 0 }))] });
	const connections = Object.fromEntries([
		[trigger.name, main([throttle.name])],
		[throttle.name, main(drawn.map(({ sender }) => sender.name))],
		...drawn.flatMap(({ sender, providers }) => providers.map(({ name }) => [name, { ai_chain: [[{ node: sender.name, type: 'ai_chain', index: 0 }]] }])),
	]) as object;
	const nodes = [trigger, throttle, ...drawn.flatMap(({ sender, providers }) => [sender, ...providers])];
	const { id } = await api.createWorkflow({ name: 'All channels', nodes, connections });
	return { workflowId: id, campaignId: `${id}:${trigger.id}` };
}
