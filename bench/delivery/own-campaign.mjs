// The campaign as it is drawn with the pack: Campaign Trigger, SMS and its provider.
import { randomUUID } from 'node:crypto';
import { reached } from './reached.mjs';

/** Publishes it and waits until everybody was sent to. @returns messages per second, and seconds until the first */
export async function runOwn({ host, provider, people, atOnce }) {
	const { api } = host;
	const credential = await api.createCredential({ name: 'Provider', type: 'campaignsGenericSmsApi', data: { baseUrl: provider.url, authentication: 'none' } });
	const nodes = [
		own('Campaign Trigger', 'campaignTrigger', { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first', options: { waitSeconds: 0 } }),
		own('SMS', 'sms', { message: 'Hello {{ Profile.name }}' }),
		{ ...own('Provider', 'genericSmsProvider', { path: '/messages', options: { concurrency: atOnce } }), credentials: { campaignsGenericSmsApi: credential } },
	];
	const connections = {
		'Campaign Trigger': { main: [[{ node: 'SMS', type: 'main', index: 0 }]] },
		Provider: { ai_chain: [[{ node: 'SMS', type: 'ai_chain', index: 0 }]] },
	};
	const { id } = await api.createWorkflow({ name: 'Campaign', nodes, connections });
	await provider.begin();
	const started = performance.timeOrigin + performance.now();
	await api.publish(id);
	const figures = await reached({ provider, people, started });
	await checkReport(host, `${id}:${nodes[0].id}`, people);
	await api.unpublish(id);
	return figures;
}

/** The last answers are written down after the provider has given them. */
async function checkReport(host, campaignId, people) {
	for (let tries = 0; ; tries++) {
		const [run] = await host.ask('runsOf', { campaignId });
		const report = await host.ask('runReport', { run: run.run });
		if (report.sent === people) return;
		if (tries === 20) throw new Error(`${report.sent} of ${people} messages are recorded as sent: ${JSON.stringify(report)}`);
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

function own(name, type, parameters) {
	return { id: randomUUID(), name, type: `n8n-nodes-campaigns.${type}`, typeVersion: 1, position: [0, 0], parameters };
}
