import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { WebhookContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData, INodeParameters, INodeType, IWebhookData, WorkflowExecuteMode } from 'n8n-workflow';

import { additionalData, prepare } from './n8n-core';

export interface WebhookHost {
	/** Where the addresses of the node begin. */
	address: string;
	/** What the node gave to the workflow at its last request. */
	started(): IDataObject[] | undefined;
	/** What was written to the log. */
	logged: string[];
	close(): Promise<void>;
}

/** Parameters, credentials and mode of the node, as they are at each request. */
export interface WebhookSettings {
	parameters: INodeParameters;
	credentials: Record<string, ICredentialDataDecryptedObject>;
	mode: WorkflowExecuteMode;
}

let lastNode = 0;

/** Serves a node's webhooks as n8n's server does: the raw body is read, a response of Express' kind is at hand, the context is n8n's own. */
export async function hostWebhooks(NodeClass: new () => INodeType, settings: () => WebhookSettings): Promise<WebhookHost> {
	const node = new NodeClass();
	const id = `webhook-${++lastNode}`;
	const logged: string[] = [];
	let handed: INodeExecutionData[] | undefined;
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			void serve(request, Buffer.concat(chunks), expressOf(response)).catch((error: Error) => response.writeHead(500).end(error.message));
		});
	});
	async function serve(request: http.IncomingMessage, rawBody: Buffer, response: object): Promise<void> {
		const { parameters, credentials, mode } = settings();
		const type = `n8n-nodes-campaigns.${node.description.name}`;
		const prepared = prepare({ workflow: { nodes: [{ id, webhookId: id, name: node.description.displayName, type, parameters }], connections: {} }, nodes: [NodeClass], credentials }, true);
		const url = request.url ?? '';
		const additional = additionalData(prepared, mode, id);
		additional.httpRequest = Object.assign(request, { path: url.split('?')[0], originalUrl: url, rawBody }) as never;
		additional.httpResponse = response as never;
		const own = prepared.workflow.getNode(node.description.displayName);
		if (!own) throw new Error('The node is not there');
		const context = new WebhookContext(prepared.workflow, own, additional, mode, { webhookDescription: node.description.webhooks?.[0] } as IWebhookData, [], null);
		context.logger.error = (message: string) => void logged.push(message);
		handed = (await node.webhook?.call(context))?.workflowData?.[0];
	}
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
		started: () => handed?.map(({ json }) => json),
		logged,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function expressOf(response: http.ServerResponse) {
	const express = {
		status: (code: number) => Object.assign(express, { code }),
		set: (headers: Record<string, string>) => Object.assign(express, { headers }),
		end: (body: string) => {
			const { code = 200, headers = {} } = express as { code?: number; headers?: Record<string, string> };
			response.writeHead(code, headers).end(body);
		},
	};
	return express;
}
