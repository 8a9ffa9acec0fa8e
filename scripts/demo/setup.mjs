// Puts the demo's workflow and credentials into an n8n.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { demoAccounts } from './providers.mjs';

/** A run that is published by mistake can be stopped for this long; the demo does not make anybody wait a minute. */
const WAIT_SECONDS = 5;

/** The template as it is shipped. */
export async function readTemplate(name = 'abandoned-cart') {
	return JSON.parse(await readFile(join(ROOT, 'workflows', `${name}.json`), 'utf8'));
}

/**
 * Imports the template with credentials for the demo's providers.
 * @param {import('../lib/n8n-api.mjs').N8nApi} api signed in
 * @param {{ twilio: string, generic: string }} providers base URLs
 * @param {{ postgres?: object, name?: string, change?: (workflow: any) => void }} [options] `postgres`: the campaign store's
 *   credential data, when it is not the embedded one
 * @returns {Promise<{ id: string, triggerId: string }>} the workflow, unpublished, and its Campaign Trigger's node id
 */
export async function importCampaign(api, providers, { postgres, change } = {}) {
	const workflow = await readTemplate();
	const twilio = await api.createCredential({
		name: 'Demo Twilio',
		type: 'campaignsTwilioApi',
		data: { authType: 'authToken', accountSid: demoAccounts.twilio.accountSid, authToken: demoAccounts.twilio.authToken, baseUrl: providers.twilio },
	});
	const generic = await api.createCredential({
		name: 'Demo SMS provider',
		type: 'campaignsGenericSmsApi',
		data: { baseUrl: providers.generic, authentication: 'headerAuth', headerName: 'Authorization', headerValue: `Bearer ${demoAccounts.generic.apiKey}` },
	});
	const store = postgres && (await api.createCredential({ name: 'Campaign store', type: 'campaignsPostgresApi', data: postgres }));
	for (const node of workflow.nodes) {
		if (node.type.endsWith('.twilioSmsProvider')) node.credentials = { campaignsTwilioApi: twilio };
		else if (node.type.endsWith('.genericSmsProvider')) node.credentials = { campaignsGenericSmsApi: generic };
		else if (store && node.type.startsWith('n8n-nodes-campaigns.')) {
			node.credentials = { campaignsPostgresApi: store };
			node.parameters.store = 'postgres';
		}
		if (node.type.endsWith('.campaignTrigger')) node.parameters.options = { ...node.parameters.options, waitSeconds: WAIT_SECONDS };
	}
	change?.(workflow);
	const { id } = await api.createWorkflow(workflow);
	const trigger = workflow.nodes.find((node) => node.type.endsWith('.campaignTrigger'));
	return { id, triggerId: trigger.id };
}
