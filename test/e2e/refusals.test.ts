import { randomUUID } from 'node:crypto';
import { PublicationError } from '../../scripts/lib/n8n-api.mjs';
import { TestN8n } from '../support/n8n';

/*
 * What cannot work is refused when it is published, with a reason an operator can act upon.
 */

const OUR = 'n8n-nodes-campaigns';
const EVERYBODY = { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first' };

jest.setTimeout(240_000);

interface Node {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

/** From, output and to of each connection. */
type Lines = Array<[from: string, output: number, to: string]>;

describe('refused at publish', () => {
	let n8n: TestN8n;
	beforeAll(async () => {
		n8n = await TestN8n.start({ mode: 'regular' });
	});
	afterAll(async () => {
		await n8n?.stop();
	});

	test.each([
		{
			what: 'a second Campaign Trigger',
			nodes: [node('Spring', `${OUR}.campaignTrigger`, EVERYBODY), node('Summer', `${OUR}.campaignTrigger`, EVERYBODY), node('Slowly', `${OUR}.throttle`)],
			lines: [['Spring', 0, 'Slowly'], ['Summer', 0, 'Slowly']] as Lines,
			says: 'This workflow has 2 Campaign Triggers: "Spring", "Summer". A campaign has one.',
			status: 'partial',
		},
		{
			what: 'a gate inside Loop Over Items',
			nodes: [
				node('Campaign Trigger', `${OUR}.campaignTrigger`, EVERYBODY),
				node('Loop Over Items', 'n8n-nodes-base.splitInBatches', {}, 3),
				node('DND Gate', `${OUR}.dndGate`),
			],
			lines: [['Campaign Trigger', 0, 'Loop Over Items'], ['Loop Over Items', 1, 'DND Gate'], ['DND Gate', 0, 'Loop Over Items']] as Lines,
			says: '"DND Gate" stands inside the loop of "Loop Over Items".',
			status: 'failed',
		},
		{
			what: 'do-not-disturb hours that never end',
			nodes: [
				node('Campaign Trigger', `${OUR}.campaignTrigger`, EVERYBODY),
				node('DND Gate', `${OUR}.dndGate`, { windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }] } }),
			],
			lines: [['Campaign Trigger', 0, 'DND Gate']] as Lines,
			says: 'The do-not-disturb windows never open: nobody would ever be sent to.',
			status: 'failed',
		},
		{
			what: 'a rule that is no JSON',
			nodes: [node('Campaign Trigger', `${OUR}.campaignTrigger`, { ...EVERYBODY, segmentRule: '{ "all": [' })],
			lines: [] as Lines,
			says: 'the rule is not valid JSON',
			status: 'failed',
		},
	])('$what', async ({ what, nodes, lines, says, status }) => {
		const { id } = await n8n.api.createWorkflow({ name: what, nodes, connections: connect(lines) });
		const refusal = await publishing(id);
		expect(refusal).toBeInstanceOf(PublicationError);
		const { publication } = refusal as PublicationError;
		expect(publication.status).toBe(status);
		const reasons = publication.triggers.flatMap((trigger: { errorMessage: string | null }) => trigger.errorMessage ?? []);
		expect(reasons).not.toHaveLength(0);
		for (const reason of reasons) expect(reason).toContain(says);
		expect(await n8n.api.executions({ workflowId: id })).toEqual([]);
	});

	test('a second Event Collector on the same path', async () => {
		const credential = await n8n.api.createCredential({ name: 'Keys', type: 'campaignsCollectorApi', data: { serverKey: 'a server key of a test' } });
		const collector = () => ({ ...node('Event Collector', `${OUR}.eventCollector`, { basePath: 'shop' }), credentials: { campaignsCollectorApi: credential } });
		const first = await n8n.api.createWorkflow({ name: 'Shop events', nodes: [collector()], connections: {} });
		const second = await n8n.api.createWorkflow({ name: 'Shop events again', nodes: [collector()], connections: {} });
		await n8n.api.publish(first.id);

		const refusal = await publishing(second.id);
		expect(String((refusal as Error).message)).toMatch(/conflict/i);
		const answer = await fetch(`${n8n.api.baseUrl}/webhook/shop/v1/track`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('a server key of a test:')}` },
			body: JSON.stringify({ userId: 'p1', event: 'Charged', messageId: randomUUID() }),
		});
		expect(answer.status).toBe(200);
	});

	async function publishing(id: string): Promise<unknown> {
		return await n8n.api.publish(id).catch((error: unknown) => error);
	}
});

function node(name: string, type: string, parameters: Record<string, unknown> = {}, typeVersion = 1): Node {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters };
}

function connect(lines: Lines): object {
	const connections: Record<string, { main: Array<Array<{ node: string; type: 'main'; index: number }>> }> = {};
	for (const [from, output, to] of lines) {
		const { main } = (connections[from] ??= { main: [] });
		while (main.length <= output) main.push([]);
		main[output]?.push({ node: to, type: 'main', index: 0 });
	}
	return connections;
}
