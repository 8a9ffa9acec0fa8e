// One run of a campaign that sends to everybody, as fast as it goes.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 180_000;
const PEOPLE_PER_BATCH = 100;

/** Publishes a campaign, waits for the end of its run and returns people per second, from the first request to the last. */
export async function throughCampaign({ host, provider, people, name }) {
	const { api, store } = host;
	const credential = await api.createCredential({ name: 'Provider', type: 'campaignsGenericSmsApi', data: { baseUrl: provider.url, authentication: 'none' } });
	const nodes = [
		own('Campaign Trigger', 'campaignTrigger', {
			segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now', runName: 'first', options: { waitSeconds: 0, peoplePerBatch: PEOPLE_PER_BATCH },
		}, host.storeNode),
		own('SMS', 'sms', { message: 'Hello {{ Profile.name }}', defaultCountry: 'US' }, host.storeNode),
		own('Provider', 'genericSmsProvider', {}, { credentials: { campaignsGenericSmsApi: credential } }),
	];
	const connections = {
		'Campaign Trigger': { main: [[{ node: 'SMS', type: 'main', index: 0 }]] },
		Provider: { ai_chain: [[{ node: 'SMS', type: 'ai_chain', index: 0 }]] },
	};
	const { id } = await api.createWorkflow({ name, nodes, connections });
	await api.publish(id);
	const report = await finished(store, `${id}:${nodes[0].id}`);
	await api.unpublish(id);
	const { count, first, last } = provider.seen();
	if (report.sent !== people || count !== people) throw new Error(`${report.sent} messages of ${people} were sent, in ${count} requests: ${JSON.stringify(report)}`);
	return (people / (last - first)) * 1_000;
}

async function finished(store, campaignId) {
	const deadline = Date.now() + DEADLINE_MS;
	for (;;) {
		const [run] = await store.ask('runsOf', { campaignId });
		const report = run && (await store.ask('runReport', { run: run.run }));
		if (report?.state === 'finished') return report;
		if (Date.now() > deadline) throw new Error(`The run has not ended in time: ${JSON.stringify(report)}`);
		await sleep(250);
	}
}

function own(name, type, parameters, { parameters: more, credentials } = {}) {
	return { id: randomUUID(), name, type: `n8n-nodes-campaigns.${type}`, typeVersion: 1, position: [0, 0], parameters: { ...parameters, ...more }, ...(credentials && { credentials }) };
}
