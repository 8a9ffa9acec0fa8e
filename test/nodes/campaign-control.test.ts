import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { CAMPAIGN_NODES, chain, EVERYBODY_NOW, idsOf, own } from '../support/campaign-workflow';
import { addPeople, CAMPAIGN_ID, startRun } from '../support/campaign';
import { execute, loadList, publish } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

const store = useNodeStore();
const chosen = (value: string) => ({ mode: 'id', value, __rl: true });

async function control(parameters: INodeParameters, items: IDataObject[] = [{}], more: { mode?: 'manual' | 'trigger'; campaign?: string } = {}) {
	const workflow = chain(own('Control', 'campaignControl', { resource: 'campaign', campaign: chosen(more.campaign ?? CAMPAIGN_ID), ...parameters }));
	const result = await execute({ workflow, nodes: CAMPAIGN_NODES, items, mode: more.mode ?? 'trigger' });
	return { error: result.error, json: result.json('Control') };
}

test('a campaign is paused, told of, resumed and stopped', async () => {
	const run = await startRun(store(), await addPeople(store(), 3));
	expect((await control({ operation: 'pause', reason: 'A mistake' })).json).toMatchObject([{ paused: true, pausedReason: 'A mistake', changed: true }]);
	expect((await control({ operation: 'status' }, [{}], { mode: 'manual' })).json).toMatchObject([{ state: 'paused', pausedReason: 'A mistake', runs: [{ run, state: 'running', waiting: 3 }] }]);
	expect(await store().ask('runReport', { run })).toMatchObject({ pausedReason: 'A mistake' });
	expect((await control({ operation: 'resume' })).json).toMatchObject([{ paused: false, wasPausedBecause: 'A mistake', peopleDue: 3, peopleTooLate: 0 }]);
	expect((await control({ operation: 'stop', stopWhat: 'campaign' })).json).toMatchObject([{ stopped: [{ run, was: 'running' }], peopleEnded: 3 }]);
	expect((await control({ operation: 'newRun' })).json).toMatchObject([{ reach: { qualified: 3, reachable: { sms: 3 } } }]);
});

test('what cannot be done says why', async () => {
	expect((await control({ operation: 'pause' })).error?.message).toContain('There is no campaign "workflow:trigger"');
	expect((await control({ operation: 'pause' }, [{}], { campaign: ' ' })).error?.message).toContain('No campaign is chosen');
	expect((await control({ resource: 'removedNode', operation: 'drop', node: 7 })).error?.message).toContain('The node 7 is in the published workflow');
});

test('campaigns can be chosen from a list', async () => {
	await startRun(store(), await addPeople(store(), 1));
	const workflow = chain(own('Control', 'campaignControl'));
	expect(await loadList({ workflow, nodes: CAMPAIGN_NODES, node: 'Control', method: 'searchCampaigns' })).toEqual([{ name: 'Test campaign', value: CAMPAIGN_ID }]);
});

test('people are added to a published campaign, once, and come out of its trigger with what the item carried', async () => {
	await addPeople(store(), 2);
	const live = await publish({ workflow: chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, schedule: 'items' })), nodes: CAMPAIGN_NODES });
	try {
		const add = async (mode: 'manual' | 'trigger') =>
			(await control({ operation: 'addPeople' }, [{ id: 'p1', order: 7 }, { id: 'nobody' }, { id: 'p1' }], { mode, campaign: 'workflow-1:node-1' })).json;
		expect((await add('manual'))[0]).toMatchObject({ preview: { added: expect.stringContaining('would be added') } });
		expect(await add('trigger')).toMatchObject([{ added: true }, { added: false, reason: 'unknown' }, { added: false, reason: 're_entry' }]);
		const out = await until('the person', () => live.executions.find((execution) => execution.json('Campaign').length > 0));
		expect(idsOf(out.json('Campaign'))).toEqual(['p1']);
		expect(out.json('Campaign')[0]).toMatchObject({ order: 7 });
	} finally {
		await live.close();
	}
});
