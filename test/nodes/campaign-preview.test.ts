import { CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, own } from '../support/campaign-workflow';
import { execute } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const store = useNodeStore();

describe('a run of the Campaign Trigger by hand', () => {
	const run = async (settings: object = {}) => {
		const hook = own('Hook', 'webhookSender', { url: 'https://example.com' });
		const workflow = chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, options: { waitSeconds: 60 } }), own('SMS', 'sms', { message: 'Hi' }, { disabled: false }), { ...hook, disabled: true });
		const first = { ...workflow, settings, connections: workflow.connections };
		return await execute({ workflow: first, nodes: CAMPAIGN_NODES, items: [{}] });
	};

	test('says when it goes out, and who would not be reached', async () => {
		await store().ingest({ profiles: [{ id: 'a', phone: '+14155550100' }, { id: 'b' }, { id: 'c', phone: '+14155550101', optedOut: { sms: true } }] });
		const result = await run();
		expect(result.json('Campaign').map(({ preview }) => (preview as { notReached?: object }).notReached)).toEqual([undefined, { sms: 'No phone number' }, { sms: 'Opted out' }]);
		expect(result.json('Campaign')[0]).toMatchObject({ preview: { when: 'once, 60 seconds after it is published' } });
	});

	test('warns of settings that keep every execution, and only of those', async () => {
		const warns = async (settings: object) => (await run(settings)).hints('Campaign').some((hint) => hint.includes('saves the data of every successful execution'));
		expect(await warns({})).toBe(true);
		expect(await warns({ saveDataSuccessExecution: 'all' })).toBe(true);
		expect(await warns({ saveDataSuccessExecution: 'none' })).toBe(false);
	});
});

test('a sender refuses an item that carries more than it would keep, and sends the others', async () => {
	const [first, second] = await campaignItems(store(), 2);
	const big = { ...second, stuff: 'x'.repeat(17 * 1024) };
	const credentials = { campaignsWebhookApi: { signingSecret: '', allowPrivateAddresses: true } };
	const workflow = (more: object) => chain(own('Campaign', 'campaignTrigger'), own('Hook', 'webhookSender', { url: 'http://127.0.0.1:9/' }, more));
	const stopped = await execute({ workflow: workflow({}), nodes: CAMPAIGN_NODES, credentials, start: 'Hook', items: [first ?? {}, big], mode: 'trigger' });
	expect(stopped.error?.message).toContain('Item 1 carries more than 16 KB besides the person');
	const went = await execute({ workflow: workflow({ onError: 'continueRegularOutput' }), nodes: CAMPAIGN_NODES, credentials, start: 'Hook', items: [first ?? {}, big], mode: 'trigger' });
	expect(went.json('Hook', 1)).toContainEqual(expect.objectContaining({ error: expect.stringContaining('16 KB') }));
});
