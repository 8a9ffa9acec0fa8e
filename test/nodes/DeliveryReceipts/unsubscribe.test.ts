import { unsubscribeLink } from '../../../engine/delivery/unsubscribe/link';
import { claimToken } from '../../../engine/delivery/claim';
import { DeliveryReceipts } from '../../../nodes/DeliveryReceipts/DeliveryReceipts.node';
import { addPeople, claimFor, node, release, startRun } from '../../support/campaign';
import { useNodeStore } from '../../support/node-store';
import { hostWebhooks, type WebhookHost, type WebhookSettings } from '../../support/webhook';

describe('unsubscribe links of DeliveryReceipts', () => {
	const store = useNodeStore();
	let host: WebhookHost;
	let settings: WebhookSettings;
	let link: string;
	let person: number;

	beforeEach(async () => {
		settings = { parameters: { basePath: 'receipts', store: 'embedded', providers: [] }, credentials: {}, mode: 'webhook' };
		host = await hostWebhooks(DeliveryReceipts, () => settings);
		await startRun(store(), await addPeople(store(), 1));
		const out = await release(store(), await node(store(), 'trigger'));
		const token = claimToken();
		const [claimed] = await store().call('claimMessages', { node: await node(store(), 'email'), channel: 'email', token, messages: (out?.people ?? []).map((one) => claimFor(one)) });
		const message = claimed?.message as number;
		await store().call('settleMessages', { settlements: [{ message, token, state: 'sent', reason: null, detail: null, provider: 'P', providerId: null }] });
		person = out?.people[0]?.person as number;
		link = linkOf(`${store().fingerprint}-${message}`);
	});
	afterEach(async () => await host.close());

	const linkOf = (messageId: string) => unsubscribeLink(store(), `${host.address}/receipts/unsubscribe`, messageId, person, 'email');
	const optedOut = async () => (await store().call('getPerson', { name: { id: 'p1' } }))?.profile.optedOut;
	const oneClick = { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } };

	it('a visit shows a page with a button, and unsubscribes nobody', async () => {
		const answer = await fetch(link);
		const html = await answer.text();
		expect(answer.status).toBe(200);
		expect(html).toContain('<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>');
		expect(html).not.toMatch(/<script|You are unsubscribed/);
		expect(Object.fromEntries(answer.headers)).toMatchObject({
			'content-type': 'text/html; charset=utf-8',
			'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/),
			'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff',
		});
		expect(await optedOut()).toEqual({});
	});

	it('one click unsubscribes at once, and again the same', async () => {
		settings.parameters.alsoStart = true;
		settings.parameters.startFor = ['unsubscribed'];
		for (const started of [[expect.objectContaining({ status: 'unsubscribed', provider: 'unsubscribe', user: { id: 'p1' } })], undefined]) {
			const answer = await fetch(link, oneClick);
			expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('You are unsubscribed.')]);
			expect(host.started()).toEqual(started);
			expect(await optedOut()).toEqual({ email: true });
		}
		expect((await store().call('getPerson', { name: { id: 'p1' } }))?.events.filter(({ name }) => name === 'Channel Unsubscribed')).toMatchObject([{ properties: { Type: 'unsubscribed', 'Campaign name': 'Test campaign' } }]);
	});

	it('a forged, cut or foreign link is answered with 404, by visit and by click', async () => {
		for (const forged of [link.slice(0, -1), link.replace('.email.', '.sms.'), link.replace(/\?.*/, ''), `${host.address}/receipts/unsubscribe?t=x`]) {
			expect((await fetch(forged)).status).toBe(404);
			expect((await fetch(forged, oneClick)).status).toBe(404);
		}
		expect(await optedOut()).toEqual({});
		expect(host.logged).toEqual([]);
	});

	it('the link of a test says that it unsubscribes nobody', async () => {
		for (const request of [{}, oneClick]) {
			const answer = await fetch(linkOf('test-1'), request);
			expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('of a test message')]);
		}
		expect(await optedOut()).toEqual({});
	});

	it('an operator\'s words are text, whatever they are', async () => {
		settings.parameters.unsubscribePage = { language: '"><script>', title: '<script>1</script>', question: '<b>', button: 'Abmelden & Schluss' };
		const html = await (await fetch(link)).text();
		expect(html).not.toMatch(/<script|<b>/);
		expect(html).toContain('<button>Abmelden &amp; Schluss</button>');
	});
});
