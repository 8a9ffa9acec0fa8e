import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { unsubscribeToken } from '../../engine/delivery/unsubscribe/link';
import { openStore } from '../../engine/store/open';
import type { Store } from '../../engine/store/store';
import { hasBrowser, launchBrowser } from '../support/editor';
import { TestN8n } from '../support/n8n';

/* What people see who follow an unsubscribe link, in a browser, through n8n's own server and the headers it adds. */

const PHONE = { width: 360, height: 640 };
const ONE_CLICK = { 'List-Unsubscribe': 'One-Click' };

jest.setTimeout(240_000);

describe('the page of unsubscribe links', () => {
	let folder: string;
	let n8n: TestN8n;
	let store: Store;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-unsubscribe-'));
		const path = join(folder, 'store.sqlite');
		store = await openStore({ path });
		n8n = await TestN8n.start({ mode: 'regular', env: { N8N_CAMPAIGNS_STORE: path } });
		const receipts = { id: randomUUID(), webhookId: randomUUID(), name: 'Delivery Receipts', type: 'n8n-nodes-campaigns.deliveryReceipts', typeVersion: 1, position: [0, 0], parameters: {} };
		await n8n.api.publish((await n8n.api.createWorkflow({ name: 'Receipts', nodes: [receipts], connections: {} })).id);
	});
	beforeEach(async () => {
		await store.ingest({ profiles: [{ id: 'ann', email: 'ann@example.com', optedOut: { email: false } }] });
	});
	afterAll(async () => {
		await store?.close();
		await n8n?.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	/** Of the only person; a message whose row is gone is enough. */
	const link = (person = 1) => `${n8n.main.baseUrl}/webhook/receipts/unsubscribe?t=${unsubscribeToken(store, { message: 1, person, channel: 'email' })}`;
	const isOut = async () => (await store.call('getPerson', { name: { id: 'ann' } }))?.profile.optedOut?.email;

	test.each<[string, () => URLSearchParams | FormData]>([
		['as a form', () => new URLSearchParams(ONE_CLICK)],
		['as multipart', () => {
			const form = new FormData();
			for (const [name, value] of Object.entries(ONE_CLICK)) form.append(name, value);
			return form;
		}],
	])('one click of a mail service (RFC 8058) unsubscribes, %s, without a redirect', async (_what, body) => {
		const answer = await fetch(link(), { method: 'POST', body: body(), redirect: 'manual' });
		expect([answer.status, await isOut()]).toEqual([200, true]);
	});

	// Without a browser on a developer's machine these show as skipped; in CI they have to run.
	(process.env.CI || hasBrowser() ? describe : describe.skip)('in a browser', () => {
		let browser: Browser;
		let context: BrowserContext;
		let page: Page;
		const complaints: string[] = [];

		beforeAll(async () => {
			browser = await launchBrowser();
		});
		beforeEach(async () => {
			complaints.length = 0;
			context = await browser.newContext({ viewport: PHONE, isMobile: true });
			page = await context.newPage();
			page.on('console', (message) => complaints.push(message.text()));
		});
		afterEach(async () => {
			await context.close();
		});
		afterAll(async () => {
			await browser?.close();
		});

		test.each([['light', 'rgb(0, 0, 0)'], ['dark', 'rgb(255, 255, 255)']] as const)('fits a phone and follows its theme: %s', async (colorScheme, ink) => {
			await page.emulateMedia({ colorScheme });
			await page.goto(link());
			expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
			expect(await page.evaluate('getComputedStyle(document.body).color')).toBe(ink);
			// Large enough for a thumb.
			const button = await page.getByRole('button').boundingBox();
			expect(button?.height).toBeGreaterThanOrEqual(36);
			expect((button?.x ?? 0) + (button?.width ?? PHONE.width)).toBeLessThan(PHONE.width);
			expect(complaints).toEqual([]);
		});

		test('a visit changes nothing; one press of the button unsubscribes, and the page says so', async () => {
			await page.goto(link());
			expect(await isOut()).toBe(false);
			await page.getByRole('button').click();
			await page.getByText('You are unsubscribed.').waitFor();
			expect(await isOut()).toBe(true);
			expect(complaints).toEqual([]);
		});

		test('a link that was altered says so and unsubscribes nobody', async () => {
			const answer = await page.goto(link().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')));
			expect([answer?.status(), await page.getByRole('button').count(), await isOut()]).toEqual([404, 0, false]);
		});
	});
});
