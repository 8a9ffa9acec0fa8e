import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { processSmtpPools } from '../../engine/channels/email/smtp-pool';
import { DeliveryReceipts } from '../../nodes/DeliveryReceipts/DeliveryReceipts.node';
import { Email } from '../../nodes/Email/Email.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { base, CAMPAIGN_NODES, campaignItems, own, workflowOf } from '../support/campaign-workflow';
import { execute } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { startSmtp, type SmtpLoopback } from '../support/smtp';
import { hostWebhooks } from '../support/webhook';

const store = useNodeStore();
const ADDRESS = 'https://n8n.example.com/webhook/receipts/unsubscribe';
const TEXTS: INodeParameters = {
	fromEmail: 'news@example.com', subject: 'Hi', html: '<a href="{{ UnsubscribeUrl }}">Stop</a>', text: 'Stop: {{ UnsubscribeUrl }}',
	unsubscribeLink: 'ours', unsubscribeAddress: ADDRESS, unsubscribeUrl: 'https://example.com/left-over',
};
let server: SmtpLoopback;
beforeEach(async () => {
	server = await startSmtp({});
});
afterEach(async () => {
	processSmtpPools.close();
	await server.close();
});

async function run(items: IDataObject[], parameters: INodeParameters = {}, first = own('Campaign', 'campaignTrigger'), mode: WorkflowExecuteMode = 'trigger') {
	const nodes = [first, own('Email', 'email', { ...TEXTS, ...parameters }), own('Mail', 'smtpEmailProvider')];
	const workflow = workflowOf(nodes, [[first.name, 'Email'], ['Mail', 'Email', 'ai_chain']]);
	const credentials = { campaignsSmtpApi: { host: '127.0.0.1', security: 'none', port: server.port } };
	return await execute({ workflow, nodes: [...CAMPAIGN_NODES, Email, SmtpEmailProvider], credentials, items, mode, start: 'Email' });
}

const foreign = async (items: IDataObject[], parameters: INodeParameters = {}) => await run(items, parameters, base('Start', 'manualTrigger'), 'webhook');
const optedOut = async (id: string) => (await store().call('getPerson', { name: { id } }))?.profile.optedOut;

/** Headers of the mail to an address, each on one line. */
function headersTo(address: string): Record<string, string> {
	const mail = server.received.find(({ to }) => to[0] === address)?.mail;
	return Object.fromEntries((mail?.headerLines ?? []).map(({ key, line }) => [key, line.replace(/\r?\n\s*/g, ' ').replace(/^[^:]*: /, '')]));
}

const urlTo = (address: string) => /^<(.*)>$/.exec(headersTo(address)['list-unsubscribe'] ?? '')?.[1] ?? '';

/** As a mail service does it, but for where the address leads. */
async function oneClick(url: string): Promise<number> {
	const host = await hostWebhooks(DeliveryReceipts, () => ({ parameters: { basePath: 'receipts', store: 'embedded', providers: [] }, credentials: {}, mode: 'webhook' }));
	const answer = await fetch(url.replace('https://n8n.example.com/webhook', host.address), { method: 'POST', body: 'List-Unsubscribe=One-Click' });
	await answer.text();
	await host.close();
	return answer.status;
}

test('from the header of a mail that was sent to the opt-out of its person, and of nobody else', async () => {
	const items = await campaignItems(store(), 2);
	await store().call('ingest', { profiles: [{ id: 'p1', email: 'ann@example.org' }, { id: 'p2', email: 'bob@example.org' }] });
	const result = await run(items);
	expect(result.error).toBeUndefined();
	const url = urlTo('ann@example.org');
	expect(url.startsWith(`${ADDRESS}?t=`)).toBe(true);
	expect(headersTo('ann@example.org')['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
	const ann = server.received.find(({ to }) => to[0] === 'ann@example.org')?.mail;
	expect([ann?.html, ann?.text?.trim()]).toEqual([expect.stringContaining(`<a href="${url}">`), `Stop: ${url}`]);
	expect(urlTo('bob@example.org')).not.toBe(url);
	expect(await oneClick(url)).toBe(200);
	expect([await optedOut('p1'), await optedOut('p2')]).toEqual([{ email: true }, {}]);
	const events = (await store().call('getPerson', { name: { id: 'p1' } }))?.events;
	expect(events?.find(({ name }) => name === 'Channel Unsubscribed')).toMatchObject({ properties: { Type: 'unsubscribed', 'Campaign id': expect.any(String), Run: expect.any(Number) } });
});

test('an item of no campaign has the link of the person whom the store knows by its id; others are not sent to', async () => {
	await store().call('ingest', { profiles: [{ id: 'a', email: 'a@example.org' }] });
	const result = await foreign([{ id: 'a', email: 'a@example.org' }, { id: 'stranger', email: 'b@example.org' }]);
	expect(result.json('Email')).toMatchObject([{ id: 'a' }]);
	expect(result.json('Email', 1)).toMatchObject([{ id: 'stranger', reason: 'personalization_failed', detail: expect.stringContaining('the store does not know the person') }]);
	expect(await oneClick(urlTo('a@example.org'))).toBe(200);
	expect(await optedOut('a')).toEqual({ email: true });
});

test('a test has no header, and its link unsubscribes nobody', async () => {
	await store().call('ingest', { profiles: [{ id: 'a', email: 'a@example.org' }] });
	const result = await run([{ id: 'a', email: 'a@example.org' }], { sendTest: true, testTo: 'me@example.org' }, base('Start', 'manualTrigger'), 'manual');
	expect(result.error).toBeUndefined();
	expect(headersTo('me@example.org')['list-unsubscribe']).toBeUndefined();
	const url = /Stop: (\S+)/.exec(server.received[0]?.mail.text ?? '')?.[1] ?? '';
	expect(url.startsWith(`${ADDRESS}?t=`)).toBe(true);
	expect(await oneClick(url)).toBe(200);
	expect(await optedOut('a')).toEqual({});
});

test('without a link there are no headers, whatever is left of another choice', async () => {
	await foreign([{ id: 'a', email: 'a@example.org' }], { unsubscribeLink: 'none', html: '', text: 'Hello' });
	expect(server.received).toHaveLength(1);
	expect(headersTo('a@example.org')['list-unsubscribe']).toBeUndefined();
});

test.each([
	[' ', 'is empty'],
	['http://n8n.example.com/webhook/receipts/unsubscribe', 'must begin with https://'],
	['https://n8n.example.com/webhook-test/receipts/unsubscribe', 'is that of a test'],
	['https://n8n.example.com/webhook/receipts/sendgrid', 'not one of a Delivery Receipts node'],
	['https://n8n.example.com/webhook/receipts/unsubscribe?t=1', 'not one of a Delivery Receipts node'],
	['https://n8n.example.com/{{ Profile.x }}/unsubscribe', 'not one of a Delivery Receipts node'],
	['https://{{ Profile.host }}/unsubscribe', 'must be fixed text'],
])('with the address "%s" nobody is sent to', async (unsubscribeAddress, why) => {
	const result = await foreign([{ id: 'a', email: 'a@example.org' }], { unsubscribeAddress });
	expect(result.error?.message).toContain(why);
	expect(server.received).toEqual([]);
});
