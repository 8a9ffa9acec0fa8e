import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStore } from '../../engine/store/open';
import type { Store } from '../../engine/store/store';
import { Editor, hasBrowser } from '../support/editor';
import { startLoopback, type Loopback } from '../support/loopback';
import { TestN8n } from '../support/n8n';
import { serviceAccount, startTokenServer, type TokenServer } from '../support/push';
import { startSmtp, type SmtpLoopback } from '../support/smtp';
import { until } from '../support/until';

/* One campaign on several channels in real n8n: mail to a mail server, pushes to devices; what the editor shows of it, and what the report says. */

const OUR = 'n8n-nodes-campaigns';
const PEOPLE = 20;
const SHOTS = process.env.CAMPAIGNS_SHOTS;
const LOGIN = { email: 'owner@example.com', password: 'Campaigns1' };

jest.setTimeout(240_000);

const node = (name: string, type: string, x: number, y: number, parameters: object, credentials?: object) => ({
	id: randomUUID(), name, type: `${OUR}.${type}`, typeVersion: 1, position: [x, y], parameters, ...(credentials && { credentials }),
});
const provides = (sender: string) => ({ ai_chain: [[{ node: sender, type: 'ai_chain', index: 0 }]] });

describe('several channels', () => {
	let folder: string;
	let n8n: TestN8n;
	let store: Store;
	let smtp: SmtpLoopback;
	let tokens: TokenServer;
	let fcm: Loopback;
	let id: string;
	let triggerId: string;

	beforeAll(async () => {
		smtp = await startSmtp();
		tokens = await startTokenServer();
		fcm = await startLoopback(({ body }, answer) => {
			const { message } = JSON.parse(body) as { message: { token: string } };
			if (message.token === 'token-3') answer({ status: 404, body: JSON.stringify({ error: { code: 404, status: 'NOT_FOUND', details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'UNREGISTERED' }] } }) });
			else answer({ status: 200, body: JSON.stringify({ name: `projects/shop-1/messages/${message.token}` }) });
		});
		folder = mkdtempSync(join(tmpdir(), 'campaigns-channels-'));
		const path = join(folder, 'store.sqlite');
		store = await openStore({ path });
		n8n = await TestN8n.start({ mode: 'regular', env: { N8N_CAMPAIGNS_STORE: path } });
		await store.ingest({
			profiles: Array.from({ length: PEOPLE }, (_, person) => ({
				id: `p${person}`, properties: { name: `Ann & Co ${person}` },
				...(person > 0 && { email: `p${person}@example.com` }), push: [{ kind: 'fcm' as const, token: `token-${person}` }],
			})),
		});
		({ id, triggerId } = await createWorkflow());
	});
	afterAll(async () => {
		await store?.close();
		await n8n?.stop();
		for (const server of [smtp, tokens, fcm]) await server?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	async function createWorkflow() {
		const { api } = n8n;
		const mail = await api.createCredential({ name: 'Mail', type: 'campaignsSmtpApi', data: { host: '127.0.0.1', port: smtp.port, security: 'none' } });
		const firebase = await api.createCredential({ name: 'Firebase', type: 'campaignsFcmApi', data: { serviceAccount: serviceAccount(tokens.url), baseUrl: fcm.url } });
		const trigger = node('Campaign Trigger', 'campaignTrigger', 0, 0, { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first', options: { waitSeconds: 0 } });
		const nodes = [
			trigger,
			node('Email', 'email', 260, -120, {
				fromEmail: 'news@example.com', fromName: 'Shop', subject: 'Hello {{ Profile.name }}', html: '<p>Hello <b>{{ Profile.name }}</b></p>',
				unsubscribeUrl: 'https://example.com/unsubscribe/{{ Profile.id }}',
			}),
			node('SMTP', 'smtpEmailProvider', 260, 60, {}, { campaignsSmtpApi: mail }),
			node('Push', 'push', 560, -120, { title: 'Hello', body: 'To {{ Profile.name }}' }),
			node('FCM', 'fcmPushProvider', 560, 60, {}, { campaignsFcmApi: firebase }),
		];
		const everybody = ['Email', 'Push'].map((name) => ({ node: name, type: 'main', index: 0 }));
		const connections = { 'Campaign Trigger': { main: [everybody] }, SMTP: provides('Email'), FCM: provides('Push') };
		const created = await api.createWorkflow({ name: 'Channels', nodes, connections });
		return { id: created.id, triggerId: trigger.id };
	}

	(process.env.CI || hasBrowser() ? test : test.skip)('the editor shows senders, their providers and their parameters', async () => {
		const editor = await Editor.open(n8n.main.baseUrl, LOGIN);
		try {
			await editor.openWorkflow(id);
			if (SHOTS) await editor.page.screenshot({ path: join(SHOTS, 'channels.png') });
			for (const [name, line] of [['Email', 'Hello {{ Profile.name }}'], ['Push', 'Hello'], ['SMTP', 'Priority 1']] as const) {
				expect(await editor.node(name).innerText()).toContain(line);
			}
			for (const [name, labels] of [
				['Email', ['From Email', 'Subject', 'HTML', 'Unsubscribe URL', 'Attachments', 'Store']],
				['Push', ['Title', 'Body', 'Image URL', 'Send To', 'Key-Value Pairs']],
				['SMTP', ['Priority', 'Credential']],
				['FCM', ['Priority', 'Credential']],
			] as const) {
				const panel = await editor.openNode(name);
				if (SHOTS) await editor.page.screenshot({ path: join(SHOTS, `${name}.png`) });
				const text = await panel.innerText();
				await editor.page.keyboard.press('Escape');
				for (const label of labels) expect(text).toContain(label);
			}
		} finally {
			await editor.close();
		}
	});

	test('a run reaches everybody on each channel once, and the report says who was not', async () => {
		await n8n.api.publish(id);
		const campaignId = `${id}:${triggerId}`;
		const report = await until('both channels are through', async () => {
			const [run] = await store.ask('runsOf', { campaignId });
			const found = run && (await store.ask('runReport', { run: run.run }));
			return found && found.waiting === 0 && found.qualified === PEOPLE ? found : undefined;
		});
		expect(smtp.received.map(({ to: [address] }) => address).sort()).toEqual(Array.from({ length: PEOPLE - 1 }, (_, person) => `p${person + 1}@example.com`).sort());
		const mail = smtp.received.find(({ to: [address] }) => address === 'p7@example.com')?.mail;
		expect(mail).toMatchObject({ subject: 'Hello Ann & Co 7', html: expect.stringContaining('<b>Ann &amp; Co 7</b>'), text: expect.stringContaining('Hello Ann & Co 7') });
		expect(mail?.headers.get('list')).toMatchObject({ unsubscribe: { url: 'https://example.com/unsubscribe/p7' } });
		const pushed = fcm.seen.map(({ body }) => (JSON.parse(body) as { message: { token: string } }).message.token);
		expect(pushed.sort()).toEqual(Array.from({ length: PEOPLE }, (_, person) => `token-${person}`).sort());
		// Whoever was reached on one channel was reached.
		expect(report).toMatchObject({ qualified: PEOPLE, sent: PEOPLE, unknown: 0, notSent: {}, unaccounted: 0 });
		// A dead device is taken off, and that is written down.
		const gone = await until('the event of the dead device', async () => {
			const found = await store.call('getPerson', { name: { id: 'p3' } });
			return found?.events.some(({ name }) => name === 'App Uninstalled') ? found : undefined;
		});
		expect(gone.profile.push).toEqual([]);
	});
});
