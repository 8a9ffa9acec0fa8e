import { existsSync, mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicationError } from '../../scripts/lib/n8n-api.mjs';
import { TestN8n } from '../support/n8n';
import { canFindRedis } from '../support/redis';
import { until } from '../support/until';

/*
 * What the whole product stands on, asked of a real n8n: a node in mid-workflow holds people and releases them by itself.
 * Also written down here is what n8n does around that: when it calls trigger(), what donePromise says, how a publication
 * is refused.
 */

const PACK = join(__dirname, 'fixtures', 'pack-self-resuming');
const PEOPLE = 50;

interface Entry {
	event: 'trigger' | 'close' | 'emit' | 'execute' | 'arrive' | 'pass' | 'done' | 'stopped';
	node: string;
	workflow: string;
	mode: string;
	activation?: string;
	execution?: string;
	pid: number;
	people?: number[];
	items?: number;
	status?: string;
	reason?: string;
	error?: string;
}

interface Node {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
}

jest.setTimeout(300_000);

const everybody = Array.from({ length: PEOPLE }, (_, person) => person);
// On a developer's machine without Redis the queue half shows as skipped; in CI it has to run.
const describeQueue = process.env.CI || canFindRedis() ? describe : describe.skip;

describe('self-resuming nodes, regular mode', () => selfResumingNodes('regular'));
describeQueue('self-resuming nodes, queue mode', () => selfResumingNodes('queue'));

function selfResumingNodes(mode: 'regular' | 'queue'): void {
	let folder: string;
	let n8n: TestN8n;
	let seen = 0;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-self-resuming-'));
		n8n = await TestN8n.start({ mode, packs: [PACK], env: { SELF_RESUMING_FOLDER: folder } });
	});
	afterAll(async () => {
		await n8n?.stop();
		if (folder) rmSync(folder, { recursive: true, force: true });
	});
	beforeEach(() => {
		seen = readJournal().length;
	});

	test('people pass two gates in a row, each once, although a gate stands first in the workflow', async () => {
		const id = await publish(wholeWay());
		release(id, PEOPLE);
		await until('people at the end', () => of(id, 'arrive', 'Arrival').length > 0);
		const done = await until('three ended executions', () => {
			const ended = of(id, 'done');
			return ended.length === 3 && ended;
		});

		const arrivals = of(id, 'arrive', 'Arrival');
		expect(arrivals.map((entry) => entry.people)).toEqual([everybody]);
		expect(of(id, 'pass').map((entry) => [entry.node, entry.people])).toEqual([
			['Gate A', everybody],
			['Gate B', everybody],
		]);
		expect(done.map((entry) => [entry.node, entry.status])).toEqual([
			['Trigger', 'success'],
			['Gate A', 'success'],
			['Gate B', 'success'],
		]);
		// Release, gate A, gate B: one execution each, all in mode trigger.
		expect(new Set(executing(id).map((entry) => entry.execution)).size).toBe(3);
		expect(new Set(executing(id).map((entry) => entry.mode))).toEqual(new Set(['trigger']));
	});

	test('trigger() of every such node runs in the main process, execute() where executions run', async () => {
		const id = await publish(wholeWay());
		release(id, 1);
		await until('the person at the end', () => of(id, 'arrive', 'Arrival').length > 0);
		const triggered = of(id, 'trigger');
		expect(triggered.map((entry) => entry.node).sort()).toEqual(['Gate A', 'Gate B', 'Goal', 'Trigger']);
		expect(new Set(triggered.map((entry) => entry.activation))).toEqual(new Set(['activate']));
		expect(new Set(triggered.map((entry) => entry.pid))).toEqual(new Set([n8n.main.pid]));
		const executor = mode === 'queue' ? n8n.workers[0]?.pid : n8n.main.pid;
		expect(new Set(executing(id).map((entry) => entry.pid))).toEqual(new Set([executor]));
	});

	test('a hold outlives kill -9 of every process and is released once after the restart', async () => {
		const id = await publish(wholeWay({ holdFor: 3000 }));
		release(id, PEOPLE);
		await until('people held at gate A', () => existsSync(join(folder, 'holds', `${id}-Gate A.json`)));
		await n8n.kill('SIGKILL');
		const restartedAt = readJournal().length;
		await n8n.start();

		await until('the end of the last release', () => of(id, 'done', 'Gate B').length > 0, 60_000);
		expect(of(id, 'arrive', 'Arrival').map((entry) => entry.people)).toEqual([everybody]);
		const triggered = readJournal().slice(restartedAt).filter((entry) => entry.workflow === id && entry.event === 'trigger');
		expect(triggered.map((entry) => entry.node).sort()).toEqual(['Gate A', 'Gate B', 'Goal', 'Trigger']);
		expect(new Set(triggered.map((entry) => entry.activation))).toEqual(new Set(['init']));
	});

	test('in a manual run only execute() is called, from the trigger on, and nobody is held', async () => {
		const { id } = await n8n.api.createWorkflow({ name: 'Manual', ...wholeWay() });
		const execution = await n8n.api.finishedExecution(await n8n.api.runManually(id, 'Trigger'));

		expect(execution.status).toBe('success');
		expect(Object.keys(execution.data.resultData.runData)).toEqual(['Trigger', 'Gate A', 'Gate B', 'Goal', 'Arrival']);
		expect(entries(id).map((entry) => entry.event)).toEqual(['execute', 'arrive', 'arrive', 'arrive']);
		expect(new Set(entries(id).map((entry) => entry.mode))).toEqual(new Set(['manual']));
		expect(of(id, 'arrive', 'Arrival')[0]?.people).toEqual([0, 1]);
	});

	test('donePromise: an error comes as status, Stop as a rejection, a used deduplication key as nothing', async () => {
		const failing = await publish(shortWay({ behaviour: 'fail' }));
		release(failing, 1);
		expect(await ended(failing)).toMatchObject({ status: 'error', error: 'The way was blocked' });

		const lingering = await publish(shortWay({ behaviour: 'linger' }));
		release(lingering, 1);
		const arrival = await until('the person who lingers', () => of(lingering, 'arrive', 'Arrival')[0]);
		await n8n.api.stopExecution(arrival.execution);
		expect(await ended(lingering)).toMatchObject({ status: 'rejected', reason: 'manual' });
		await until('the abort signal in the node', () => of(lingering, 'stopped').length > 0);

		const twice = await publish(shortWay());
		release(twice, 1, `key-of-${twice}`);
		expect(await ended(twice)).toMatchObject({ status: 'success' });
		release(twice, 1, `key-of-${twice}`);
		await until('the end of the second release', () => of(twice, 'done').length === 2);
		expect(of(twice, 'done')[1]).toMatchObject({ status: 'duplicate' });
		expect(of(twice, 'arrive', 'Arrival')).toHaveLength(1);
	});

	test('publishing again restarts only the trigger() of changed nodes; executions follow the new wiring all the same', async () => {
		const way = wholeWay();
		const id = await publish(way);
		await n8n.api.updateWorkflow(id, { connections: chain('Trigger', 'Gate A', 'Goal', 'Arrival') });
		await n8n.api.publish(id);
		expect(of(id, 'close')).toEqual([]);
		expect(of(id, 'trigger')).toHaveLength(way.nodes.length - 1);
		release(id, PEOPLE);
		await until('people at the end', () => of(id, 'arrive', 'Arrival').length > 0);
		expect(of(id, 'arrive', 'Gate B')).toEqual([]);

		const nodes = way.nodes.map((each) => (each.name === 'Gate A' ? { ...each, parameters: { holdFor: 150 } } : each));
		await n8n.api.updateWorkflow(id, { nodes });
		await n8n.api.publish(id);
		const restarted = [...of(id, 'close'), ...of(id, 'trigger').slice(way.nodes.length - 1)];
		expect(restarted.map((entry) => [entry.event, entry.node, entry.activation])).toEqual([
			['close', 'Gate A', 'activate'],
			['trigger', 'Gate A', 'update'],
		]);

		await n8n.api.unpublish(id);
		const closed = of(id, 'close').slice(1);
		expect(closed.map((entry) => entry.node).sort()).toEqual(['Gate A', 'Gate B', 'Goal', 'Trigger']);
	});

	test('a node that throws in trigger() is refused with its words, and does not stop the others', async () => {
		const { nodes, connections } = wholeWay();
		const refusing = nodes.map((each) => (each.name === 'Goal' ? { ...each, parameters: { refusal: 'No such event.' } } : each));
		const alone = [node('Trigger', 'releaseTrigger', { refusal: 'The quiet hours never end.' })];
		const [refusal, otherRefusal] = await Promise.all([
			publish({ nodes: refusing, connections }).catch((error: unknown) => error),
			publish({ nodes: alone, connections: {} }).catch((error: unknown) => error),
		]);

		expect(refusal).toBeInstanceOf(PublicationError);
		const { message, publication } = refusal as PublicationError;
		expect(message).toContain('No such event.');
		expect(publication.status).toBe('partial');
		const running = publication.triggers.filter((each: { status: string }) => each.status === 'activated');
		expect(running).toHaveLength(3);
		expect(String(otherRefusal)).toMatch(/ended as failed.*The quiet hours never end\./);
	});

	function readJournal(): Entry[] {
		const file = join(folder, 'journal.jsonl');
		if (!existsSync(file)) return [];
		const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
		return lines.map((line) => JSON.parse(line) as Entry);
	}

	/** What this test's workflow has done since the test began. */
	function entries(workflow: string): Entry[] {
		return readJournal().slice(seen).filter((entry) => entry.workflow === workflow);
	}

	function of(workflow: string, event: Entry['event'], nodeName?: string): Entry[] {
		return entries(workflow).filter((entry) => entry.event === event && (!nodeName || entry.node === nodeName));
	}

	function executing(workflow: string): Entry[] {
		return entries(workflow).filter((entry) => ['execute', 'arrive', 'pass'].includes(entry.event));
	}

	async function ended(workflow: string): Promise<Entry> {
		return await until('the end of the execution', () => of(workflow, 'done')[0]);
	}

	async function publish(workflow: { nodes: Node[]; connections: object }): Promise<string> {
		const settings = { saveDataSuccessExecution: 'none' };
		const { id } = await n8n.api.createWorkflow({ name: 'Campaign', settings, ...workflow });
		await n8n.api.publish(id);
		return id;
	}

	/** Tells the trigger of a published workflow to let people go. */
	function release(workflow: string, people: number, key?: string): void {
		mkdirSync(join(folder, 'releases'), { recursive: true });
		const file = join(folder, 'releases', `${workflow}-next.json`);
		writeFileSync(`${file}.new`, JSON.stringify({ people, key }));
		renameSync(`${file}.new`, file);
	}
}

/** Trigger -> Gate A -> Gate B -> Goal -> Arrival, with a gate first in the list of nodes. */
function wholeWay({ holdFor = 100 } = {}): { nodes: Node[]; connections: object } {
	return {
		nodes: [
			node('Gate A', 'holdGate', { holdFor }),
			node('Gate B', 'holdGate', { holdFor }),
			node('Goal', 'goalMark'),
			node('Trigger', 'releaseTrigger'),
			node('Arrival', 'arrival'),
		],
		connections: chain('Trigger', 'Gate A', 'Gate B', 'Goal', 'Arrival'),
	};
}

function shortWay(arrival: { behaviour?: string } = {}): { nodes: Node[]; connections: object } {
	return {
		nodes: [node('Trigger', 'releaseTrigger'), node('Arrival', 'arrival', arrival)],
		connections: chain('Trigger', 'Arrival'),
	};
}

function node(name: string, type: string, parameters: Record<string, unknown> = {}): Node {
	const id = name.toLowerCase().replaceAll(' ', '-');
	return { id, name, type: `n8n-nodes-self-resuming.${type}`, typeVersion: 1, position: [0, 0], parameters };
}

function chain(...names: string[]): object {
	const links = names.slice(0, -1).map((name, index) => [name, { main: [[{ node: names[index + 1], type: 'main', index: 0 }]] }]);
	return Object.fromEntries(links);
}
