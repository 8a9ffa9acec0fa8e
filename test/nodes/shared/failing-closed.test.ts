import type { INodeParameters } from 'n8n-workflow';

import { SegmentFilter } from '../../../nodes/SegmentFilter/SegmentFilter.node';
import { base, CAMPAIGN_NODES, campaignItems, chain, idsOf, own, rowsOfStore } from '../../support/campaign-workflow';
import { execute } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const store = useNodeStore();
const nodes = [...CAMPAIGN_NODES, SegmentFilter];
const credentials = { campaignsWebhookApi: {} };
const hours = (from: string, to: string): INodeParameters => ({ windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from, to }] } });

const failing: Array<[string, INodeParameters, number]> = [
	['dndGate', hours('9 pm', '08:00'), 1],
	['throttle', { people: 0 }, 1],
	['delay', { amount: 0 }, 1],
	['delay', { waitFor: 'event', event: 'Charged', timeoutAmount: 0 }, 2],
	['segmentFilter', { segmentMode: 'json', segmentRule: '{ "any": [] }' }, 1],
	['webhookSender', { url: 'ftp://example.com' }, 1],
];

test.each(failing)('nobody goes on through a %s that fails with %j and is to continue on errors', async (type, parameters, closed) => {
	const items = await campaignItems(store(), 2);
	for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
		const workflow = chain(own('Campaign', 'campaignTrigger'), own('Node', type, parameters, { onError }), base('Next', 'noOp'));
		const result = await execute({ workflow, nodes, credentials, start: 'Node', items, mode: 'trigger' });
		expect(result.error).toBeUndefined();
		expect(result.order).not.toContain('Next');
		const toErrors = onError === 'continueErrorOutput';
		const left = result.json('Node', toErrors ? closed + (type === 'webhookSender' ? 2 : 1) : closed);
		expect(left).toMatchObject([{ error: expect.any(String) }, { error: expect.any(String) }]);
		if (!toErrors) expect(idsOf(left)).toEqual(['p1', 'p2']);
	}
});

test('who was released to a node that fails and is to continue on errors is released again', async () => {
	const gate = (parameters: INodeParameters) => chain(own('Campaign', 'campaignTrigger'), own('Gate', 'dndGate', parameters, { onError: 'continueRegularOutput' }), base('Next', 'noOp'));
	const run = async (parameters: INodeParameters, items: object[]) => await execute({ workflow: gate(parameters), nodes, start: 'Gate', items: items as [], mode: 'trigger' });
	const holds = () => (rowsOfStore().hold ?? []).filter(({ node }) => rowsOfStore().node?.find((one) => one.node === node)?.name === 'Gate');
	const now = new Date(store().clock.now());
	const soon = `${String((now.getUTCHours() + 1) % 24).padStart(2, '0')}:${String(now.getUTCMinutes()).padStart(2, '0')}`;
	await run(hours(`${String(now.getUTCHours()).padStart(2, '0')}:00`, soon), await campaignItems(store(), 1));
	const [hold] = holds();
	(store().clock as { now: () => number }).now = () => hold?.due_at as number;
	const { release } = await store().call('claimRelease', { node: hold?.node as number, limit: 500 });
	const token = release?.token as string;
	const result = await run(hours('9 pm', '08:00'), [{ campaignRelease: { token } }]);
	expect(result.order).toEqual(['Gate']);
	expect(result.json('Gate', 1)).toEqual([{ error: expect.stringContaining('a time that is none') }]);
	await store().call('settleRelease', { token, end: 'success' });
	expect(holds()).toMatchObject([{ state: 0, attempts: 1 }]);
	expect(rowsOfStore().dropped).toEqual([]);
});
