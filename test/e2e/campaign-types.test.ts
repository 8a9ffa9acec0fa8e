import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Demo } from '../../scripts/demo/demo.mjs';
import { Editor, hasBrowser } from '../support/editor';

/* What operators see of the types of campaigns, of journeys and of operating, on n8n's canvas and in the nodes' windows. */

const PACK = 'n8n-nodes-campaigns';
const SHOTS = process.env.CAMPAIGNS_SHOTS;

jest.setTimeout(300_000);

const describeEditor = process.env.CI || hasBrowser() ? describe : describe.skip;

const node = (name: string, type: string, x: number, y: number, parameters: object = {}) => ({
	id: name, name, type: `${PACK}.${type}`, typeVersion: 1, position: [x, y], parameters,
});

const NODES = [
	node('Recurring', 'campaignTrigger', 0, 0, { schedule: 'recurring', repeatUnit: 'weeks', repeatEvery: 2, repeatWeekdays: [1, 4], repeatTime: '09:00', timeZone: 'person' }),
	node('Wait for Purchase', 'delay', 300, 0, { waitFor: 'event', amount: 2, unit: 'days' }),
	node('Status', 'campaignControl', 0, 300),
	node('Limits', 'campaignSettings', 300, 300),
];

describeEditor('types of campaigns in the editor', () => {
	let folder: string;
	let demo: Demo;
	let editor: Editor;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-types-'));
		demo = new Demo(join(folder, 'demo'), { people: 200, events: 500 });
		await demo.setUp();
		await demo.startN8n();
		const { login } = demo.state as NonNullable<Demo['state']>;
		const { id } = await (demo.n8n?.api as NonNullable<typeof demo.n8n>['api']).createWorkflow({ name: 'Types', nodes: NODES, connections: { Recurring: { main: [[{ node: 'Wait for Purchase', type: 'main', index: 0 }]] } } });
		editor = await Editor.open(demo.n8n?.baseUrl as string, login);
		await editor.page.setViewportSize({ width: 1600, height: 1200 });
		await editor.openWorkflow(id);
	});
	afterAll(async () => {
		await editor?.close();
		await demo?.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	test('the canvas says what each does', async () => {
		if (SHOTS) await editor.page.screenshot({ path: join(SHOTS, 'canvas.png') });
		expect(await editor.node('Recurring').innerText()).toContain('Every 2 weeks on Mon, Thu at 09:00');
		const delay = await editor.node('Wait for Purchase').innerText();
		for (const output of ['Happened', 'Timed Out', 'Dropped']) expect(delay).toContain(output);
	});

	test.each([
		['Recurring', ['When', 'Repeat', 'Time Zone', 'Who Gets It', 'Delivery']],
		['Wait for Purchase', ['Hold People', 'Event']],
		['Status', ['Operation', 'Campaign']],
		['Limits', ['Operation', 'Store']],
	])('the window of "%s" has its parameters', async (name, labels) => {
		const panel = await editor.openNode(name);
		if (SHOTS) await editor.page.screenshot({ path: join(SHOTS, `${name}.png`) });
		const text = await panel.innerText();
		await editor.page.keyboard.press('Escape');
		for (const label of labels) expect(text).toContain(label);
	});
});
