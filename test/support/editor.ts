import { existsSync } from 'node:fs';
import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';

/** A Chromium or Chrome of the machine: nothing is downloaded. */
const CHROMIUM = process.env.CAMPAIGNS_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WINDOW = { width: 1600, height: 900 };
const PATIENCE_MS = 60_000;

/** For deciding on skipping while tests are being declared. */
export function hasBrowser(): boolean {
	return existsSync(CHROMIUM);
}

export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** n8n's editor in a browser, logged in. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly baseUrl: string,
	) {}

	/** @param options `scale`: pixels of a picture per pixel of the page */
	static async open(baseUrl: string, login: { email: string; password: string }, { scale = 1 } = {}): Promise<Editor> {
		// What n8n calls the attribute.
		selectors.setTestIdAttribute('data-test-id');
		const browser = await launchBrowser();
		const page = await browser.newPage({ viewport: WINDOW, deviceScaleFactor: scale });
		page.setDefaultTimeout(PATIENCE_MS);
		await page.goto(`${baseUrl}/signin`);
		await page.locator('input[name=emailOrLdapLoginId]').fill(login.email);
		await page.locator('input[name=password]').fill(login.password);
		await page.getByTestId('form-submit-button').click();
		await page.waitForURL(/home|workflow/);
		return new Editor(browser, page, baseUrl);
	}

	/** Opens a workflow and shows all of it. */
	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.baseUrl}/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
		await this.fit();
	}

	/** The whole workflow as large as it can be; the pointer away from nodes, which show buttons below it. */
	async fit(): Promise<void> {
		await this.page.getByTestId('zoom-to-fit').click();
		await this.page.mouse.move(5, WINDOW.height / 2);
		await this.rest();
	}

	/** A node on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	}

	/** Opens a node's parameters and resolves with the window. */
	async openNode(name: string): Promise<Locator> {
		await this.node(name).dblclick();
		const panel = this.page.getByTestId('ndv');
		await panel.getByTestId('node-parameters').waitFor();
		await this.rest();
		return panel;
	}

	/** What the palette of nodes finds, by name, with its description. */
	async searchNodes(text: string): Promise<Map<string, string>> {
		await this.page.getByTestId('node-creator-plus-button').click();
		await this.page.getByTestId('node-creator-search-bar').fill(text);
		await this.rest();
		// Nodes with actions and nodes without are different elements; both hold a name with the description beside it.
		const found = await this.page.getByTestId('node-creator-item-name').evaluateAll((names) =>
			names.map((name) => {
				const { innerText } = (name as unknown as { closest(selector: string): { innerText: string } }).closest('[class*=creatorNode]');
				return innerText.split('\n').filter(Boolean);
			}),
		);
		return new Map(found.map(([name = '', ...description]) => [name, description.join(' ')]));
	}

	/** Lets animations end. */
	async rest(): Promise<void> {
		await this.page.waitForTimeout(1_500);
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
