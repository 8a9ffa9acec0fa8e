import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { Demo } from '../../scripts/demo/demo.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { Editor, hasBrowser } from '../support/editor';

/*
 * What operators see: the template on n8n's canvas, the segment builder, the providers of the SMS node, the palette.
 * The pictures of the README are made here: CAMPAIGNS_PICTURES=1 writes them into docs/pictures, else they go nowhere.
 */

const KEEP = process.env.CAMPAIGNS_PICTURES === '1';
/** Sharp on dense screens, too, and still small files. */
const SCALE = KEEP ? 1.5 : 1;
const TALL = { width: 1600, height: 1480 };
const SQUARE = { width: 1200, height: 1200 };
const WINDOW = { width: 1600, height: 900 };

jest.setTimeout(300_000);

/** Name on the canvas -> line below it, and the labels of its outputs. */
const ON_CANVAS: Record<string, { subtitle: string; outputs: string[] }> = {
	'Campaign Trigger': { subtitle: 'Once, now', outputs: ['People', 'Run finished', 'Alert'] },
	'DND Gate': { subtitle: 'Hold 21:00 to 09:00', outputs: ['Pass', 'Dropped'] },
	Throttle: { subtitle: '2000 per 10 seconds', outputs: ['Pass', 'Dropped'] },
	SMS: { subtitle: 'Hi {{ Profile.name', outputs: ['Sent', 'Not sent', 'Unknown'] },
	'Twilio SMS Provider': { subtitle: 'Priority 1', outputs: ['Provider'] },
	'Generic SMS Provider': { subtitle: 'Priority 2', outputs: ['Provider'] },
	'Goal: Charged': { subtitle: 'Charged within 3 days', outputs: [] },
	'Campaign Report': { subtitle: 'Report of a run', outputs: [] },
};

// Without a browser on a developer's machine these show as skipped; in CI they have to run.
const describeEditor = process.env.CI || hasBrowser() ? describe : describe.skip;

describeEditor("in n8n's editor", () => {
	let folder: string;
	let pictures: string;
	let demo: Demo;
	let editor: Editor;
	let id: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-editor-'));
		pictures = KEEP ? join(ROOT, 'docs', 'pictures') : folder;
		mkdirSync(pictures, { recursive: true });
		demo = new Demo(join(folder, 'demo'), { people: 1_000, events: 8_000 });
		await demo.setUp();
		await demo.startN8n();
		const { login, workflowId } = demo.state as NonNullable<Demo['state']>;
		editor = await Editor.open(demo.n8n?.baseUrl as string, login, { scale: SCALE });
		id = workflowId;
	});
	beforeEach(async () => {
		await editor.page.setViewportSize(WINDOW);
		await editor.openWorkflow(id);
	});
	afterAll(async () => {
		await editor?.close();
		await demo?.stop();
		if (folder) rmSync(folder, { recursive: true, force: true })
	});

	test('the template stands on the canvas with names, icons, labels and outputs', async () => {
		const seen = Object.fromEntries(
			await Promise.all(
				Object.keys(ON_CANVAS).map(async (name) => {
					const lines = (await editor.node(name).innerText()).split('\n').filter(Boolean);
					return [name, lines];
				}),
			),
		);
		for (const [name, { subtitle, outputs }] of Object.entries(ON_CANVAS)) {
			expect(seen[name]).toEqual(expect.arrayContaining([...outputs, name, expect.stringContaining(subtitle)]));
		}
		expect(await editor.page.getByTestId('canvas-node').count()).toBe(Object.keys(ON_CANVAS).length);
		expect(await editor.page.getByTestId('sticky').count()).toBeGreaterThanOrEqual(2);
		// A node that n8n finds fault with carries a mark.
		expect(await editor.page.getByTestId('node-issues').count()).toBe(0);
		await editor.page.screenshot({ path: picture('abandoned-cart') });
	});

	test('every icon is drawn, in the light and the dark theme', async () => {
		const { page } = editor;
		expect(await icons()).toEqual(expect.objectContaining({ 'Campaign Trigger': 'campaignTrigger.svg', SMS: 'sms.svg' }));
		await page.evaluate("localStorage.setItem('N8N_THEME', 'dark')");
		await editor.openWorkflow(id);
		const dark = await icons();
		await page.screenshot({ path: join(folder, 'dark.png') });
		await page.evaluate("localStorage.removeItem('N8N_THEME')");
		expect(Object.keys(dark).sort()).toEqual(Object.keys(ON_CANVAS).sort());
		expect(Object.values(dark)).toEqual(Object.values(dark).map(() => expect.stringMatching(/\.dark\.svg$/)));
	});

	test('the segment builder shows the rule, offers names the store has seen, and previews people', async () => {
		const { page } = editor;
		await page.setViewportSize(TALL);
		const panel = await editor.openNode('Campaign Trigger');
		const conditions = panel.getByTestId('fixed-collection-conditions');
		expect(await valuesOf(conditions)).toEqual(
			expect.arrayContaining(['Property of the Person', 'city', 'Equals', 'San Francisco', 'Did Event', 'Added to Cart', 'In the Last', '30', 'Sum Of', 'amount', 'Over', '200', 'Did Not Do Event', 'Charged']),
		);

		await panel.getByTestId('parameter-input-event').first().getByTestId('rlc-input').click();
		const names = page.getByTestId('rlc-item');
		await names.filter({ hasText: 'Charged' }).waitFor();
		expect(await names.allInnerTexts()).toEqual(expect.arrayContaining(['Added to Cart', 'Charged', 'Product Viewed']));
		await page.keyboard.press('Escape');

		await panel.getByTestId('node-execute-button').click();
		await panel.getByText(/people are in this segment now/).waitFor();
		await conditions.evaluate((element) => (element as unknown as { scrollIntoView(): void }).scrollIntoView());
		await page.locator('.el-notification').first().waitFor({ state: 'hidden' });
		await page.screenshot({ path: picture('segment-builder') });
	});

	test('conditions of several kinds are put together by hand, and the preview says what they mean', async () => {
		const { page } = editor;
		await page.setViewportSize(TALL);
		await editor.openWorkflow(await previewWorkflow());
		const panel = await editor.openNode('Segment Filter');
		const conditions = panel.getByTestId('fixed-collection-conditions');
		const add = async (inside: Locator, label: string) => await inside.getByRole('button', { name: label, exact: true }).last().click();
		const choose = async (field: string, option: string) => {
			await panel.getByTestId(`parameter-input-${field}`).last().click();
			await page.getByRole('option').filter({ hasText: new RegExp(`^${option}`) }).last().click();
		};
		const pick = async (field: string, name: string) => {
			await panel.getByTestId(`parameter-input-${field}`).last().getByTestId('rlc-input').click();
			await page.getByTestId('rlc-item').filter({ hasText: name }).first().click();
		};

		await add(panel, 'Add Group');
		await add(panel, 'Add Condition');
		await choose('type', 'Did Any of Several Events');
		for (const name of ['Charged', 'Product Viewed']) {
			await add(conditions, 'Add Event');
			await pick('event', name);
		}
		await add(conditions, 'Add Number, Sum or Average');
		await panel.getByTestId('parameter-input-quantifierValue').last().locator('input').fill('2');
		await add(panel, 'Add Condition');
		await choose('type', 'Last Time of an Event');
		await pick('event', 'Added to Cart');
		await add(conditions, 'Add Time Window');
		await add(conditions, 'Add Detail of That One Event');
		await pick('property', 'amount');
		await choose('operator', 'Greater Than');
		await panel.getByTestId('parameter-input-value').last().locator('input').fill('10');
		await add(panel, 'Add Condition');
		await choose('type', 'User Bucket');
		await page.screenshot({ path: join(folder, 'by-hand.png') });

		await panel.getByTestId('node-execute-button').click();
		const said = await panel.getByText(/people now\. Reachable:/).innerText();
		expect(said).toMatch(/Charged/);
		for (const part of ['Product Viewed', 'the last Added to Cart', 'in the last 30 days', 'amount is greater than 10', 'buckets 0 to 99']) expect(said).toContain(part);
		await page.screenshot({ path: join(folder, 'preview.png') });
	});

	test('the SMS node shows its providers', async () => {
		const { page } = editor;
		const sms = await boxOf(editor.node('SMS'));
		const twilio = await boxOf(editor.node('Twilio SMS Provider'));
		const generic = await boxOf(editor.node('Generic SMS Provider'));
		// They hang below the node they serve, the first one left of the second.
		expect(twilio.y).toBeGreaterThan(sms.y + sms.height);
		expect(generic.y).toBe(twilio.y);
		expect(twilio.x).toBeLessThan(generic.x);
		const part = await boxOf(page.getByTestId('sticky').filter({ hasText: 'What is sent' }));
		await page.screenshot({ path: picture('sms-providers'), clip: part });
	});

	test('the template of all channels stands on the canvas, each channel with its outputs and inputs', async () => {
		const { page } = editor;
		const api = demo.n8n?.api as NonNullable<Demo['n8n']>['api'];
		const template = JSON.parse(readFileSync(join(ROOT, 'workflows', 'all-channels.json'), 'utf8')) as { name: string; nodes: object[]; connections: object };
		await page.setViewportSize(SQUARE);
		await editor.openWorkflow((await api.createWorkflow(template)).id);
		for (const [sender, inputs] of Object.entries({ SMS: ['Providers', 'Linked Content'], Email: ['Providers', 'Linked Content'], Push: ['Providers', 'Linked Content'], 'Webhook Sender': ['Linked Content'] })) {
			const text = await editor.node(sender).innerText();
			for (const label of ['Sent', 'Not sent', 'Unknown', ...inputs]) expect([sender, text]).toEqual([sender, expect.stringContaining(label)]);
		}
		await page.screenshot({ path: picture('all-channels') });
	});

	test('credentials stand above what they are used for, not below everything else', async () => {
		const { page } = editor;
		await page.setViewportSize(TALL);
		const hook = { id: 'hook', name: 'Webhook Sender', type: 'n8n-nodes-campaigns.webhookSender', typeVersion: 1, position: [0, 0], parameters: {} };
		const api = demo.n8n?.api as NonNullable<Demo['n8n']>['api'];
		await editor.openWorkflow((await api.createWorkflow({ name: 'Hook', nodes: [hook], connections: {} })).id);
		const panel = await editor.openNode(hook.name);
		const credential = await boxOf(panel.getByText('Connect to Campaigns Webhook'));
		const [url, headers, store] = [await boxOf(panel.getByTestId('parameter-input-url')), await boxOf(panel.getByRole('button', { name: 'Add Header' })), await boxOf(panel.getByTestId('parameter-input-store'))];
		expect([credential.y, url.y, headers.y, store.y]).toEqual([credential.y, url.y, headers.y, store.y].sort((a, b) => a - b));
		await page.screenshot({ path: join(folder, 'webhook.png') });
	});

	test('the palette finds every node by "campaign", with a description', async () => {
		const found = await editor.searchNodes('campaign');
		await editor.page.screenshot({ path: join(folder, 'palette.png') });
		for (const name of ourNodes()) {
			expect([...found.keys()]).toContain(name);
			expect(found.get(name)).toMatch(/^\S.{15,}/);
		}
	});

	/** A workflow with a Segment Filter that previews an empty segment. */
	async function previewWorkflow(): Promise<string> {
		const start = { id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} };
		const filter = { id: 'filter', name: 'Segment Filter', type: 'n8n-nodes-campaigns.segmentFilter', typeVersion: 1, position: [240, 0], parameters: { operation: 'preview' } };
		const connections = { Start: { main: [[{ node: filter.name, type: 'main', index: 0 }]] } };
		const api = demo.n8n?.api as NonNullable<Demo['n8n']>['api'];
		return (await api.createWorkflow({ name: 'Preview', nodes: [start, filter], connections })).id;
	}

	function picture(name: string): string {
		return join(pictures, `${name}.png`);
	}

	/** File name of the icon of each node, of those that are drawn. */
	async function icons(): Promise<Record<string, string>> {
		const drawn: Record<string, string> = {};
		for (const name of Object.keys(ON_CANVAS)) {
			const image = editor.node(name).locator('img').first();
			await image.waitFor();
			const [source, width] = await image.evaluate(async (element) => {
				const drawing = element as unknown as { src: string; naturalWidth: number; decode(): Promise<void> };
				await drawing.decode();
				return [drawing.src, drawing.naturalWidth] as const;
			});
			if (width > 0) drawn[name] = source.split('/').pop() ?? '';
		}
		return drawn;
	}
});

/** What stands in the inputs inside an element. */
async function valuesOf(element: Locator): Promise<string[]> {
	return await element.locator('input').evaluateAll((inputs) => (inputs as unknown as Array<{ value: string }>).map(({ value }) => value));
}

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

async function boxOf(element: Locator): Promise<Box> {
	return (await element.boundingBox()) as Box;
}

/** Display names of all nodes of the package. */
function ourNodes(): string[] {
	const { n8n } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { n8n: { nodes: string[] } };
	return n8n.nodes.map((file) => {
		const source = readFileSync(join(ROOT, file), 'utf8');
		return /displayName: '([^']+)'/.exec(source)?.[1] ?? file;
	});
}
