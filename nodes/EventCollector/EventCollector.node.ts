import {
	NodeConnectionTypes,
	webhookDescriptionFields,
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import type { CollectResponse } from '../../engine/people/collect';
import { SEGMENT_PATHS } from '../../engine/people/formats/segment';
import type { IngestInput } from '../../engine/people/records';
import { campaignsPostgresTest, campaignsCollectorTest } from '../shared/credential-tests';
import { answer } from './collectors';
import { eventCollectorProperties } from './parameters';

const PATHS = [...SEGMENT_PATHS.map((ending) => `v1/${ending}`), '1/upload'];

export class EventCollector implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Event Collector',
		name: 'eventCollector',
		icon: { light: 'file:eventCollector.svg', dark: 'file:eventCollector.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ "/" + $parameter.basePath + "/v1 and /1/upload" }}',
		description: 'Store people and their events from the clients of Segment and CleverTap',
		eventTriggerDescription: 'Waiting for a request of a client',
		activationMessage: 'The collector is published. Clients can send to it now.',
		defaults: { name: 'Event Collector' },
		usableAsTool: undefined,
		maxNodes: 1,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsCollectorApi', required: true, testedBy: 'campaignsCollectorTest' },
		],
		webhooks: PATHS.map(webhookAt),
		properties: eventCollectorProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsCollectorTest } };

	webhookMethods = {
		// The addresses are ours alone: there is nothing to set up anywhere else.
		default: {
			checkExists: async () => true,
			create: async () => true,
			delete: async () => true,
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const response = await respondTo(this);
		const http = this.getResponseObject();
		http.status(response.status).set(response.headers ?? {}).json(response.body);
		const start = response.taken && (this.getNodeParameter('alsoStart', false) === true || this.getMode() === 'manual');
		return start && response.taken ? { noWebhookResponse: true, workflowData: [itemsOf(response.taken)] } : { noWebhookResponse: true };
	}
}

/**
 * One address. To find the one that was called, n8n works out the paths of all of them at every request; the native
 * resolver spares it sixteen expressions. (The sandbox for expressions that n8n prepares at every request of a node that
 * is not its own Webhook costs more, and cannot be avoided from here.)
 */
function webhookAt(path: string): IWebhookDescription {
	return {
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		isFullPath: true,
		ndvHideUrl: !['v1/batch', '1/upload'].includes(path),
		...webhookDescriptionFields({
			path: {
				template: `={{ $parameter["basePath"].replace(/^[/]+|[/]+$/g, "") }}/${path}`,
				resolve: ({ basePath }) => `${String(basePath).replace(/^[/]+|[/]+$/g, '')}/${path}`,
			},
		}),
	} as IWebhookDescription;
}

async function respondTo(context: IWebhookFunctions): Promise<CollectResponse> {
	const request = context.getRequestObject();
	const path = /(?:v1[/][a-z]+|1[/]upload)[/]?$/.exec(request.path)?.[0] ?? '';
	const headers = Object.fromEntries(
		Object.entries(request.headers as Record<string, string | string[] | undefined>).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
	);
	try {
		return await answer(context, { path, headers, body: bodyOf(request) });
	} catch (error) {
		// The client is told nothing about the inside; the operator finds it in n8n's log.
		context.logger.error(`Event Collector "${context.getNode().name}": ${error instanceof Error ? error.message : 'unknown error'}`);
		return { status: 503, body: { success: false, message: 'The collector cannot take this now. Try again.' } };
	}
}

/** As it came: browsers' beacons send JSON as text/plain, and large integers are still whole here. */
function bodyOf(request: { rawBody?: Buffer; body?: unknown }): string {
	if (request.rawBody) return request.rawBody.toString('utf8');
	return typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? {});
}

function itemsOf({ profiles = [], aliases = [], events = [] }: IngestInput): INodeExecutionData[] {
	const item = (type: string, { position, ...record }: { position?: number }) => ({ position: position ?? 0, json: { type, ...record } as IDataObject });
	return [
		...profiles.map((record) => item('profile', record)),
		...aliases.map((record) => item('alias', record)),
		...events.map((record) => item('event', record)),
	]
		.sort((a, b) => a.position - b.position)
		.map(({ json }) => ({ json }));
}
