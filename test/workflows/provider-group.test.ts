import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject, WorkflowExecuteMode } from 'n8n-workflow';

import { Email } from '../../nodes/Email/Email.node';
import { Goal } from '../../nodes/Goal/Goal.node';
import { CampaignReport } from '../../nodes/CampaignReport/CampaignReport.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { CAMPAIGN_NODES, campaignItems, idsOf, rowsOfStore, startSmsProviders, type SmsProviders } from '../support/campaign-workflow';
import type { Answer } from '../support/loopback';
import { execute, type Execution, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

/* The templates flash-sale-sms.json and sms-provider-group.json as they are, the one calling the other. */

const NODES = [...CAMPAIGN_NODES, Email, Goal, CampaignReport, SmtpEmailProvider];
const GROUP = 'group';

function template(name: string): TestWorkflow {
	const workflow = JSON.parse(readFileSync(path.join(__dirname, '../../workflows', `${name}.json`), 'utf8')) as TestWorkflow;
	return { ...workflow, nodes: workflow.nodes.filter(({ type }) => !type.endsWith('.stickyNote')) };
}

function campaign(): TestWorkflow {
	const workflow = template('flash-sale-sms');
	const calling = (name: string) => name === 'SMS Provider Group';
	return { ...workflow, id: 'campaign', nodes: workflow.nodes.map((node) => (calling(node.name) ? { ...node, parameters: { ...node.parameters, workflowId: { value: GROUP } } } : node)) };
}

const store = useNodeStore();
let providers: SmsProviders;
let twilioSays: (to: string) => Answer | undefined;
beforeEach(async () => {
	twilioSays = () => undefined;
	providers = await startSmsProviders((to) => twilioSays(to));
});
afterEach(async () => await providers.close());

async function run(items: IDataObject[], mode: WorkflowExecuteMode = 'trigger', credentials = providers.credentials): Promise<Execution> {
	return await execute({ workflow: campaign(), called: { [GROUP]: template('sms-provider-group') }, nodes: NODES, credentials: { ...credentials, campaignsSmtpApi: {} }, items, mode, start: 'Write Text' });
}
const outcomes = (result: Execution) => result.json('SMS Provider Group').map(({ user, smsOutcome }) => [(user as IDataObject).id, smsOutcome]);
const goneBy = (result: Execution) => [0, 1, 2, 3].map((output) => idsOf(result.json('What Became of It', output)));

test('sent, not sent and unknown come back apart, with the campaign of each, and the campaign goes on', async () => {
	twilioSays = (to) => (to.endsWith('1000') ? undefined : to.endsWith('1001') ? { status: 400, body: { code: 21211, message: 'Invalid To' } } : { status: 500, body: 'oops' });
	const items = await campaignItems(store(), 3);
	const result = await run(items);
	expect(result.error).toBeUndefined();
	expect(outcomes(result).sort()).toEqual([['p1', 'sent'], ['p2', 'not sent'], ['p3', 'unknown']]);
	expect(result.json('SMS Provider Group').map(({ campaign: tag }) => (tag as IDataObject).entry).sort()).toEqual(items.map(({ campaign: tag }) => (tag as IDataObject).entry).sort());
	expect(goneBy(result)).toEqual([['p1'], ['p2'], ['p3'], []]);
	expect(providers.sent).toMatchObject([{ to: '+14155551000', body: 'Hi there, 20 % off until Sunday. Reply STOP to opt out.' }]);
	// The email node of the campaign knows who came back: they have no address, and it is not that they are lost.
	expect(result.json('Email', 1)).toMatchObject([{ user: { id: 'p2' }, reason: 'profile_not_reachable', detail: 'No email address' }]);
	expect(rowsOfStore().message).toMatchObject([{ state: 'sent' }, { state: 'failed' }, { state: 'unknown' }, { state: 'not_sent', reason: 'profile_not_reachable' }]);
});

test('whoever comes again leaves as before and is sent nothing', async () => {
	const items = await campaignItems(store(), 2);
	const first = await run(items);
	const again = await run(items);
	expect(outcomes(again)).toEqual(outcomes(first));
	expect(providers.sent).toHaveLength(2);
});

test('nobody waits in it: whom no provider takes now is not sent to, and the campaign hears of it at once', async () => {
	const away = { ...providers.credentials, campaignsTwilioApi: { ...providers.credentials.campaignsTwilioApi, authToken: 'wrong' }, campaignsGenericSmsApi: { ...providers.credentials.campaignsGenericSmsApi, headerValue: 'wrong' } } as SmsProviders['credentials'];
	const result = await run(await campaignItems(store(), 2), 'trigger', away);
	expect(result.error).toBeUndefined();
	expect(outcomes(result)).toEqual([['p1', 'not sent'], ['p2', 'not sent']]);
	expect(result.json('SMS Provider Group')[0]).toMatchObject({ reason: 'provider_auth', campaign: { entry: expect.any(Number) } });
	expect(rowsOfStore().message?.filter(({ state }) => state === 'held')).toEqual([]);
});

test('a run by hand is dry in the group, too', async () => {
	const items = await campaignItems(store(), 1);
	const { live: _live, ...unmarked } = items[0]?.campaign as IDataObject;
	const result = await run([{ user: items[0]?.user as IDataObject }, { ...items[0], campaign: unmarked as IDataObject }], 'manual');
	expect(result.error).toBeUndefined();
	expect(goneBy(result)[3]).toHaveLength(2);
	expect(result.json('What Became of It', 3)[0]).toMatchObject({ smsOutcome: 'preview', preview: { sms: { wouldSend: { body: expect.stringContaining('20 % off') } } } });
	expect(providers.requests()).toEqual([]);
});
