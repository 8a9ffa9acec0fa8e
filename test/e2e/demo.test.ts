import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dndEnd, expected } from '../../scripts/demo/audience.mjs';
import { Demo } from '../../scripts/demo/demo.mjs';
import { readLedger } from '../../scripts/demo/ledger.mjs';
import type { N8nApi } from '../../scripts/lib/n8n-api.mjs';
import { until } from '../support/until';

/*
 * The demo campaign in a real n8n, with fewer people and smaller batches: who gets the message, what pausing, publishing
 * again and running by hand do.
 */

const PEOPLE = 4_000;
const EVENTS = 40_000;
/** Batches and throttle are so small that the run can be paused in its middle. */
const PEOPLE_PER_BATCH = 40;
const PER_INTERVAL = 60;
const INTERVAL_SECONDS = 5;
/** Longer than a new run would wait before it starts, and than any message is under way. */
const NOTHING_MORE_MS = 8_000;

jest.setTimeout(600_000);

interface Workflow {
	nodes: Array<{ type: string; parameters: Record<string, unknown> }>;
	settings: Record<string, unknown>;
}

describe('the demo campaign in real n8n', () => {
	let folder: string;
	let demo: Demo;
	let api: N8nApi;
	let id: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-demo-'));
		demo = new Demo(join(folder, 'demo'), { people: PEOPLE, events: EVENTS, change: slower, providers: { 'timeout-ms': 2_000 } });
		await demo.setUp();
		await demo.publish();
		api = demo.n8n?.api as N8nApi;
		id = demo.state?.workflowId as string;
	});
	afterAll(async () => {
		await demo?.stop();
		if (folder) rmSync(folder, { recursive: true, force: true });
	});

	test('unpublishing pauses the run', async () => {
		await until('the first messages', () => accepted() > PEOPLE_PER_BATCH, 120_000);
		await api.unpublish(id);
		await untilQuiet();
		const before = accepted();
		await sleep(NOTHING_MORE_MS);
		expect(accepted()).toBe(before);
		expect(before).toBeLessThan(expected(demo.audience).sentCount);
		expect((await demo.report()).state).toBe('running');
	});

	test('a run by hand sends nothing and shows each message', async () => {
		const before = requests();
		const execution = await api.finishedExecution(await api.runManually(id, 'Campaign Trigger'));

		expect(execution.status).toBe('success');
		const { runData } = execution.data.resultData;
		const items = runData.SMS[0].data.main.flat() as Array<{ json: { user: { phone: string | null }; preview: Preview } }>;
		expect(items).toHaveLength(10);
		for (const { json } of items) {
			expect(json.preview).toMatchObject({ selected: 'would be in the run', 'DND Gate': expect.stringMatching(/^would (pass|be held until)/), Throttle: 'would pass' });
			expect(json.preview.sms).toEqual(
				json.preview.sms.wouldSend
					? { wouldSend: { to: expect.stringMatching(/^\+1\d{10}$/), body: expect.stringMatching(/^Hi \S.*your cart is still waiting/), parts: 1, encoding: 'GSM-7', charactersLeft: expect.any(Number) } }
					: { wouldNotSend: expect.any(String), detail: expect.any(String) },
			);
		}
		expect(items.some(({ json }) => json.preview.sms.wouldSend)).toBe(true);
		expect(requests()).toBe(before);
	});

	test('publishing resumes it, and everybody gets the message once', async () => {
		await api.publish(id);
		const report = await demo.finished(() => {}, 300_000);
		expect(report.state).toBe('finished');

		const bought = await demo.buy();
		expect(bought.conversions).toBeGreaterThan(0);
		expect(await demo.verify({ purchases: bought })).toEqual({ ok: true, problems: [] });

		// Said again without the demo's own checks: the sets of people are equal, and nobody is asked twice.
		const answer = expected(demo.audience);
		const ledger = readLedger(demo.ledgerFile);
		const reached = new Set([...ledger.acceptedByNumber.keys(), ...ledger.hung.keys()]);
		expect([...reached].sort()).toEqual([...new Set(answer.numberOf.values())].sort());
		expect([...ledger.acceptedByNumber.values()].filter((entries) => entries.length !== 1)).toEqual([]);
	});

	test('people in do-not-disturb hours got it when these were over, not before', async () => {
		const answer = expected(demo.audience);
		const { acceptedByNumber } = readLedger(demo.ledgerFile);
		const held = [...answer.inDnd.values()].flatMap(({ ids }) => [...ids]).filter((person) => answer.sent.has(person));
		const times = held.flatMap((person) => acceptedByNumber.get(answer.numberOf.get(person) ?? '') ?? []).map(({ at }) => Date.parse(at));

		expect(times.length).toBeGreaterThan(5);
		expect(Math.min(...times) + (demo.state?.clockOffset ?? NaN)).toBeGreaterThanOrEqual(Date.parse(dndEnd));
	});

	test('the end of the run starts the report, once', async () => {
		const report = await demo.report();
		const reporting = await until('the execution with the report', async () => {
			const found = await executionsWith('Campaign Report');
			return found.length > 0 && found;
		});
		expect(reporting).toHaveLength(1);
		const [execution] = reporting;
		expect(execution.status).toBe('success');
		const [{ json }] = execution.data.resultData.runData['Campaign Report'][0].data.main[0];
		expect(json).toMatchObject({ qualified: report.qualified, sent: report.sent, unknown: report.unknown });
	});

	test('publishing again after the end starts nothing', async () => {
		const [before, { run }] = [requests(), await demo.report()];
		await api.unpublish(id);
		await api.publish(id);
		await sleep(NOTHING_MORE_MS);
		expect(requests()).toBe(before);
		// Of several runs it is the latest that is reported.
		expect((await demo.report()).run).toBe(run);
		expect(await executionsWith('Campaign Report')).toHaveLength(1);
	});

	function accepted(): number {
		return readLedger(demo.ledgerFile).acceptedByNumber.size;
	}

	function requests(): number {
		return readLedger(demo.ledgerFile).entries.length;
	}

	/** Until what was under way when it was paused has ended. */
	async function untilQuiet(): Promise<void> {
		await until('the end of what was under way', async () => (await api.executions({ workflowId: id, status: ['new', 'running'] })).length === 0, 60_000);
	}

	async function executionsWith(node: string) {
		const all = await api.executions({ workflowId: id });
		// n8n shows a hundred at once: none must be out of sight.
		expect(all.length).toBeLessThan(100);
		const triggered = all.filter(({ mode }) => mode === 'trigger');
		const loaded = [];
		for (const { id: execution } of triggered) loaded.push(await api.execution(execution));
		return loaded.filter((execution) => execution?.data.resultData.runData[node]);
	}
});

interface Preview {
	sms: { wouldSend?: { to: string; body: string }; wouldNotSend?: string; detail?: string };
}

/** The template with a slower throttle, smaller batches, and with executions kept for a look at them. */
function slower(workflow: Workflow): void {
	workflow.settings.saveDataSuccessExecution = 'all';
	const parametersOf = (type: string) => workflow.nodes.find((node) => node.type.endsWith(`.${type}`))?.parameters ?? {};
	Object.assign(parametersOf('throttle'), { people: PER_INTERVAL, interval: INTERVAL_SECONDS, unit: 'seconds' });
	const trigger = parametersOf('campaignTrigger');
	trigger.options = { ...(trigger.options as object), peoplePerBatch: PEOPLE_PER_BATCH };
}
