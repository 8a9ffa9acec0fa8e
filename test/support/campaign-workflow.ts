import { DatabaseSync } from 'node:sqlite';

import type { IConnections, IDataObject, INode, INodeParameters, NodeConnectionType } from 'n8n-workflow';

import { CampaignControl } from '../../nodes/CampaignControl/CampaignControl.node';
import { CampaignTrigger } from '../../nodes/CampaignTrigger/CampaignTrigger.node';
import { Delay } from '../../nodes/Delay/Delay.node';
import { DndGate } from '../../nodes/DndGate/DndGate.node';
import { GenericSmsProvider } from '../../nodes/GenericSmsProvider/GenericSmsProvider.node';
import { LinkedContent } from '../../nodes/LinkedContent/LinkedContent.node';
import { Sms } from '../../nodes/Sms/Sms.node';
import { Throttle } from '../../nodes/Throttle/Throttle.node';
import { TwilioSmsProvider } from '../../nodes/TwilioSmsProvider/TwilioSmsProvider.node';
import { WebhookSender } from '../../nodes/WebhookSender/WebhookSender.node';
import { campaignItem } from '../../nodes/shared/items';
import { openRelease } from '../../nodes/shared/releases';
import type { CampaignDefinition } from '../../engine/campaigns/definition';
import type { Store } from '../../engine/store/store';
import { addPeople, node, startRun } from './campaign';
import { startLoopback, type Answer, type Loopback, type SeenRequest } from './loopback';
import type { TestWorkflow } from './n8n-core';

/** The nodes a campaign is drawn of, for the runner. */
export const CAMPAIGN_NODES = [CampaignTrigger, CampaignControl, DndGate, Throttle, Delay, Sms, WebhookSender, TwilioSmsProvider, GenericSmsProvider, LinkedContent];

type Node = TestWorkflow['nodes'][number];

/** A node of this pack: `own('Gate', 'throttle', { people: 5 })`. */
export function own(name: string, type: string, parameters: INodeParameters = {}, more: Partial<INode> = {}): Node {
	return { name, type: `n8n-nodes-campaigns.${type}`, parameters, ...more };
}

/** A node of n8n's own. */
export function base(name: string, type: string, parameters: INodeParameters = {}): Node {
	return { name, type: `n8n-nodes-base.${type}`, parameters };
}

/** From, to, and by which output or connection type; default output 0. */
export type Line = [from: string, to: string, by?: number | NodeConnectionType];

export function workflowOf(nodes: Node[], lines: Line[], more: Partial<TestWorkflow> = {}): TestWorkflow {
	const connections: IConnections = {};
	for (const [from, to, by = 0] of lines) {
		const type = typeof by === 'number' ? 'main' : by;
		const outputs = ((connections[from] ??= {})[type] ??= []);
		const output = typeof by === 'number' ? by : 0;
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type, index: 0 });
	}
	return { nodes, connections, ...more };
}

/** Nodes connected in a row, each by its first output. */
export function chain(...nodes: Node[]): TestWorkflow {
	return workflowOf(nodes, nodes.slice(1).map(({ name }, index): Line => [(nodes[index] as Node).name, name]));
}

/** Parameters of a Campaign Trigger for everybody in the store, at once. */
export const EVERYBODY_NOW: INodeParameters = { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first', options: { waitSeconds: 0 } };

/** Hours without which a DND Gate lets everybody pass. */
export const NEVER_DND: INodeParameters = { windows: { window: [] } };

/**
 * Items of `count` people of a run, as they leave the Campaign Trigger: live, on their first visit. The store has
 * people p1..pN with phones afterwards.
 */
export async function campaignItems(store: Store, count: number, definition: Partial<CampaignDefinition> = {}): Promise<IDataObject[]> {
	await startRun(store, await addPeople(store, count), definition);
	const trigger = await node(store, 'trigger');
	const { release } = await store.call('claimRelease', { node: trigger, limit: 500 });
	const opened = await openRelease(store, trigger, release?.token ?? '');
	const items = opened.flatMap(({ released, profile }) => (profile ? [campaignItem(store, profile, released, released.visit + 1)] : []));
	return items.sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true }));
}

export function nameOf(item: IDataObject): string {
	return String((item.user as IDataObject | undefined)?.id);
}

export const idsOf = (items: IDataObject[]) => items.map(nameOf);

/** Everything the store's file holds but what processes say of themselves. */
export function rowsOfStore(): Record<string, Array<Record<string, unknown>>> {
	const database = new DatabaseSync(process.env.N8N_CAMPAIGNS_STORE as string, { readOnly: true });
	const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('process', 'sqlite_sequence')").all() as Array<{ name: string }>;
	const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).all()] as const);
	database.close();
	return Object.fromEntries(rows) as Record<string, Array<Record<string, unknown>>>;
}

export interface SentMessage {
	provider: 'twilio' | 'generic';
	to: string;
	body: string;
}

/** Two SMS providers on loopback: what they accepted, and the sub-nodes and credentials to reach them by. */
export interface SmsProviders {
	sent: SentMessage[];
	requests(): SeenRequest[];
	credentials: Record<string, Record<string, string>>;
	/** Sub-nodes "Twilio" (asked first) and "Generic", for a workflow with an SMS node. */
	nodes: Node[];
	/** Their connections to a node. */
	lines(to?: string): Line[];
	close(): Promise<void>;
}

export const TWILIO_TOKEN = 'twilio-token-that-nobody-may-see';
export const GENERIC_KEY = 'generic-key-that-nobody-may-see';
const ACCOUNT = 'AC00000000000000000000000000000001';

/** @param twilioSays Twilio's answer to a number; undefined: accepted */
export async function startSmsProviders(twilioSays: (to: string) => Answer | undefined = () => undefined): Promise<SmsProviders> {
	const sent: SentMessage[] = [];
	const accept = (message: SentMessage): Answer => ({ status: 201, body: { sid: `SM${sent.push(message)}`, id: String(sent.length) } });
	const twilio = await startLoopback(({ headers, body }, answer) => {
		const right = `Basic ${Buffer.from(`${ACCOUNT}:${TWILIO_TOKEN}`).toString('base64')}`;
		// As servers do that nobody should: it gives away what it was asked with.
		if (headers.authorization !== right) return answer({ status: 401, body: { code: 20003, message: `Authenticate, not ${headers.authorization}` } });
		const form = new URLSearchParams(body);
		const to = form.get('To') ?? '';
		answer(twilioSays(to) ?? accept({ provider: 'twilio', to, body: form.get('Body') ?? '' }));
	});
	const generic = await startLoopback(({ headers, body }, answer) => {
		if (headers['x-api-key'] !== GENERIC_KEY) return answer({ status: 401, body: { error: `unknown key ${headers['x-api-key']}` } });
		const { to, text } = JSON.parse(body) as { to: string; text: string };
		answer(accept({ provider: 'generic', to, body: text }));
	});
	const servers: Loopback[] = [twilio, generic];
	return {
		sent,
		requests: () => servers.flatMap(({ seen }) => seen),
		credentials: {
			campaignsTwilioApi: { authType: 'authToken', accountSid: ACCOUNT, authToken: TWILIO_TOKEN, baseUrl: twilio.url },
			campaignsGenericSmsApi: { baseUrl: generic.url, authentication: 'headerAuth', headerName: 'X-Api-Key', headerValue: GENERIC_KEY },
		},
		nodes: [own('Twilio', 'twilioSmsProvider', { from: '+15005550006', priority: 1 }), own('Generic', 'genericSmsProvider', { priority: 2 })],
		lines: (to = 'SMS') => [['Twilio', to, 'ai_chain'], ['Generic', to, 'ai_chain']],
		close: async () => {
			for (const server of servers) await server.close();
		},
	};
}
