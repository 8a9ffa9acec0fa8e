import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, chain, EVERYBODY_NOW, idsOf, own, workflowOf } from '../support/campaign-workflow';
import { addPeople, CAMPAIGN_ID, startRun } from '../support/campaign';
import { execute, loadList, publish } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';
import { conductorOf, publishByZones } from '../support/zone-runs';

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

describe('one run is stopped', () => {
	const dates = async () => {
		const at = [1, 2].map((days) => ({ at: new Date(Date.now() + days * 86_400_000).toISOString() }));
		const live = await publish({ workflow: chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, schedule: 'dates', sendDates: { date: at } })), nodes: CAMPAIGN_NODES });
		await live.close();
		return (await store().ask('runsOf', { campaignId: 'workflow-1:node-1' })).map(({ run }) => run);
	};
	const states = async () => Object.fromEntries((await store().ask('runsOf', { campaignId: 'workflow-1:node-1' })).map(({ run, state }) => [run, state]));
	const stop = async (run: number, campaign = 'workflow-1:node-1') => await control({ operation: 'stop', stopWhat: 'run', run }, [{}], { campaign });

	test('and the others of its campaign are left as they are', async () => {
		const [one, other] = (await dates()) as [number, number];
		expect((await stop(one)).json).toMatchObject([{ stopped: [{ run: one, was: 'scheduled' }], peopleEnded: 0 }]);
		expect(await states()).toEqual({ [one]: 'stopped', [other]: 'scheduled' });
	});

	test('but none of another campaign', async () => {
		const [one, other] = (await dates()) as [number, number];
		await startRun(store(), await addPeople(store(), 1));
		expect((await stop(one, CAMPAIGN_ID)).error?.message).toContain(`run ${one}`);
		expect(await states()).toEqual({ [one]: 'scheduled', [other]: 'scheduled' });
	});
});

test('the status names the zone that was selected last, not one whose time had passed before', async () => {
	await store().call('ingest', { profiles: [{ id: 'late', timezone: 'Pacific/Kiritimati' }, { id: 'here', timezone: 'UTC' }, { id: 'west', timezone: 'America/New_York' }] });
	const now = store().clock.now();
	const lastZone = async () => ((await control({ operation: 'status' })).json[0]?.runs as IDataObject[])[0]?.lastZone;
	await publishByZones(store(), now + 3_600_000);
	await (await conductorOf(store())).beat();
	expect(await lastZone()).toBeNull();
	const run = await publishByZones(store(), now);
	await (await conductorOf(store())).beat();
	expect(await store().ask('runReport', { run })).toMatchObject({ zones: { last: { zone: 'UTC' } } });
	expect(await lastZone()).toMatchObject({ zone: 'UTC' });
});

test('the status says of a workflow that was unpublished that it is', async () => {
	const workflow = chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, options: { waitSeconds: 600 } }));
	const live = await publish({ workflow, nodes: CAMPAIGN_NODES });
	const shown = async () => (await control({ operation: 'status' }, [{}], { campaign: 'workflow-1:node-1' })).json[0];
	expect(await shown()).toMatchObject({ state: 'scheduled', published: true, nextRunAt: expect.any(String) });
	await live.close();
	expect(await shown()).toMatchObject({ state: 'unpublished', published: false, nextRunAt: null });
});

test('a run that was stopped and is published again says by Alert that it will not go out', async () => {
	const nodes = [own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, schedule: 'at', sendAt: new Date(Date.now() + 86_400_000).toISOString() }), base('Trouble', 'noOp')];
	const publishIt = async () => await publish({ workflow: workflowOf(nodes, [['Campaign', 'Trouble', 2]]), nodes: CAMPAIGN_NODES });
	await (await publishIt()).close();
	await control({ operation: 'stop', stopWhat: 'campaign' }, [{}], { campaign: 'workflow-1:node-1' });
	const live = await publishIt();
	try {
		const alert = await until('the alert', () => live.executions.find((execution) => execution.order.includes('Trouble')));
		expect(alert.json('Trouble')).toMatchObject([{ alert: expect.stringMatching(/^The run of .* was stopped and will not go out: .* Choose another time/) }]);
	} finally {
		await live.close();
	}
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
