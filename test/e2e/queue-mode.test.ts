import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

import { PublicationError } from '../../scripts/lib/n8n-api.mjs';
import { openStore } from '../../engine/store/open';
import type { Store } from '../../engine/store/store';
import { startLoopback, type Loopback } from '../support/loopback';
import { TestN8n } from '../support/n8n';
import { storeCredential } from '../support/postgres';
import { canFindRedis } from '../support/redis';
import { until } from '../support/until';

/*
 * n8n beyond one process: a main process, two workers and a webhook processor, on PostgreSQL and Redis. People come in
 * through the webhook processor; the workers share a campaign with do-not-disturb hours, a throttle and a paced sender.
 */

const PEOPLE = 2_400;
/** Every sixth is in do-not-disturb hours when the campaign is published. */
const HELD = PEOPLE / 6;
const PER_WINDOW = 300;
/** Not five seconds: so often Bull's workers ask for jobs anew, and the same one would be the first in every window. */
const WINDOW_MS = 4_000;
const PER_SECOND = 120;
const MINUTE_MS = 60_000;
const OUR = 'n8n-nodes-campaigns';
const KEYS = { serverKey: `server ${randomUUID()}` };

jest.setTimeout(600_000);

// On a developer's machine without Redis this shows as skipped; in CI it has to run.
const describeQueue = process.env.CI || canFindRedis() ? describe : describe.skip;

interface Node {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

describeQueue('n8n in queue mode: main, two workers, a webhook processor', () => {
	let n8n: TestN8n;
	let provider: Loopback;
	let store: Store;
	/** Requests as the provider saw them. */
	const asked: Array<{ to: string; at: number }> = [];
	let credentials: Record<string, { id: string; name: string }>;
	let campaignId: string;

	beforeAll(async () => {
		provider = await startLoopback(({ body }, answer) => {
			asked.push({ to: (JSON.parse(body) as { to: string }).to, at: Date.now() });
			setTimeout(() => answer({ status: 201, body: { id: randomUUID() } }), 30);
		});
		n8n = await TestN8n.start({ mode: 'queue', workers: 2, webhooks: true });
		const make = async (type: string, data: object) => ({ [type]: await n8n.api.createCredential({ name: type, type, data }) });
		credentials = {
			...(await make('campaignsPostgresApi', storeCredential(n8n.postgres))),
			...(await make('campaignsCollectorApi', KEYS)),
			...(await make('campaignsGenericSmsApi', { baseUrl: provider.url, authentication: 'none' })),
		};
		store = await openStore({ connectionString: n8n.postgres, schema: 'campaigns' });
	});
	afterAll(async () => {
		await store?.close();
		await n8n?.stop();
		await provider?.close();
	});

	test('people and events come in through the webhook processor', async () => {
		const collector = node('Event Collector', 'eventCollector', { basePath: 'shop' });
		const { id } = await n8n.api.createWorkflow({ name: 'Shop events', nodes: [collector], connections: {} });
		await n8n.api.publish(id);
		const address = `${n8n.webhooks?.baseUrl}/webhook/shop/v1/batch`;
		for (let first = 0; first < PEOPLE; first += 200) {
			const batch = Array.from({ length: 200 }, (_, index) => requestsOf(first + index)).flat();
			expect(await post(address, { batch })).toMatchObject({ status: 200 });
		}
		expect(await store.ask('reach', { rule: CART })).toMatchObject({ qualified: PEOPLE });
	});

	test('everybody gets the message once, in their hours, as fast as throttle and provider allow', async () => {
		const dndEnd = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 3 * MINUTE_MS;
		const workflow = campaign(dndEnd);
		const { id } = await n8n.api.createWorkflow(workflow);
		campaignId = `${id}:${workflow.nodes[0]?.id}`;
		await n8n.api.publish(id);
		const report = await until('the end of the run', finished, 420_000);

		expect(report).toMatchObject({ state: 'finished', qualified: PEOPLE, sent: PEOPLE, unknown: 0, waiting: 0, notSent: {}, unaccounted: 0 });
		// Nobody twice, nobody lost.
		expect(asked).toHaveLength(PEOPLE);
		expect(new Set(asked.map(({ to }) => to)).size).toBe(PEOPLE);
		// Nobody in do-not-disturb hours.
		const held = asked.filter(({ to }) => isHeld(Number(to.slice(-5))));
		expect(held).toHaveLength(HELD);
		expect(Math.min(...held.map(({ at }) => at))).toBeGreaterThanOrEqual(dndEnd);
		// A busy machine sees some late and the next in time; each worker for itself would make it twice as many.
		expect(mostPerSecond()).toBeLessThanOrEqual(PER_SECOND * 1.3);
		await expectThrottled(report.run);
	});

	test('both workers had a share of it', async () => {
		const owners = await query<{ owner: string; sent: number }>('SELECT owner, count(*)::int AS sent FROM campaigns.message GROUP BY owner');
		console.info(`Messages by worker: ${owners.map(({ sent }) => sent).join(' and ')}`);
		expect(owners).toHaveLength(2);
		for (const { sent } of owners) expect(sent).toBeGreaterThan(PEOPLE / 10);
	});

	test('the embedded store is refused, with what to do', async () => {
		const nodes = [node('Campaign Trigger', 'campaignTrigger', { ...EVERYBODY, store: 'embedded' })];
		const { id } = await n8n.api.createWorkflow({ name: 'Embedded', nodes, connections: {} });
		const refusal = await n8n.api.publish(id).catch((error: unknown) => error);
		expect(refusal).toBeInstanceOf(PublicationError);
		expect((refusal as Error).message).toContain('The embedded campaign store cannot be used in n8n queue mode');
	});

	async function finished() {
		const [run] = await store.ask('runsOf', { campaignId });
		const report = run && (await store.ask('runReport', { run: run.run }));
		return report?.state === 'finished' && report;
	}

	/** No window let more through than it may, all of them together everybody; and the provider saw nobody too early. */
	async function expectThrottled(run: number): Promise<void> {
		const windows = await query<{ used: number }>(`SELECT used::int FROM campaigns.throttle_window WHERE run = ${run}`);
		expect(Math.max(...windows.map(({ used }) => used))).toBe(PER_WINDOW);
		expect(windows.reduce((sum, { used }) => sum + used, 0)).toBe(PEOPLE);
		const [{ started } = { started: NaN }] = await query<{ started: string | number }>(`SELECT started_at AS started FROM campaigns.run WHERE run = ${run}`);
		const tooEarly = asked.filter(({ at }, index) => index + 1 > PER_WINDOW * (Math.floor((at - Number(started)) / WINDOW_MS) + 1));
		expect(tooEarly).toEqual([]);
	}

	/** The most requests in any window of a second. */
	function mostPerSecond(): number {
		let first = 0;
		return asked.reduce((record, { at }, index) => {
			while ((asked[first]?.at ?? NaN) <= at - 1_000) first += 1;
			return Math.max(record, index - first + 1);
		}, 0);
	}

	async function query<Row>(sql: string): Promise<Row[]> {
		const client = new Client({ connectionString: n8n.postgres });
		await client.connect();
		try {
			return (await client.query(sql)).rows as Row[];
		} finally {
			await client.end();
		}
	}

	function campaign(dndEnd: number) {
		const nodes = [
			node('Campaign Trigger', 'campaignTrigger', {
				...EVERYBODY, segmentRule: JSON.stringify(CART), options: { waitSeconds: 0, peoplePerBatch: 100 },
			}),
			node('DND Gate', 'dndGate', {
				inTheseHours: 'hold', zone: 'person',
				windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: clock(dndEnd - 60 * MINUTE_MS), to: clock(dndEnd) }] },
			}),
			node('Throttle', 'throttle', { people: PER_WINDOW, interval: WINDOW_MS / 1_000, unit: 'seconds' }),
			node('SMS', 'sms', { message: 'Your cart is waiting, {{ Profile.name }}', defaultCountry: 'US' }),
			node('Provider', 'genericSmsProvider', { options: { requestsPerSecond: PER_SECOND } }),
		];
		const main = (to: string) => ({ main: [[{ node: to, type: 'main', index: 0 }]] });
		const connections = {
			'Campaign Trigger': main('DND Gate'), 'DND Gate': main('Throttle'), Throttle: main('SMS'),
			Provider: { ai_chain: [[{ node: 'SMS', type: 'ai_chain', index: 0 }]] },
		};
		return { name: 'Carts', nodes, connections };
	}

	/** A node of ours, with those of the credentials that its type takes. */
	function node(name: string, type: string, parameters: Record<string, unknown>): Node {
		const wanted = { eventCollector: ['campaignsPostgresApi', 'campaignsCollectorApi'], genericSmsProvider: ['campaignsGenericSmsApi'] }[type] ?? ['campaignsPostgresApi'];
		return {
			id: randomUUID(), name, type: `${OUR}.${type}`, typeVersion: 1, position: [0, 0],
			parameters: type === 'genericSmsProvider' ? parameters : { store: 'postgres', ...parameters },
			credentials: Object.fromEntries(wanted.flatMap((one) => (credentials[one] ? [[one, credentials[one]]] : []))),
		};
	}
});

const EVERYBODY = { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first' };

const CART = { event: 'Added to Cart', did: true } as const;

function isHeld(person: number): boolean {
	return person % 6 === 0;
}

/** What Segment's clients say of a person. The hours of those held are UTC's; for the others it is six hours earlier. */
function requestsOf(person: number): object[] {
	const userId = `p${person}`;
	const phone = `+14155${String(person + 600_000).slice(-6)}`;
	const timezone = isHeld(person) ? 'Etc/UTC' : 'Etc/GMT+6';
	return [
		{ type: 'identify', userId, messageId: `i${person}`, traits: { name: `Person ${person}`, phone }, context: { timezone } },
		{ type: 'track', userId, messageId: `t${person}`, event: 'Added to Cart', properties: { amount: person } },
	];
}

async function post(address: string, body: object): Promise<{ status: number; text: string }> {
	const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEYS.serverKey}:`)}` };
	const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
	return { status: response.status, text: await response.text() };
}

/** Hours and minutes in UTC. */
function clock(at: number): string {
	return new Date(at).toISOString().slice(11, 16);
}
