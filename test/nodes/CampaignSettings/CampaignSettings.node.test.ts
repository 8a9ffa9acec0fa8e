import type { INodeParameters } from 'n8n-workflow';

import { CampaignSettings } from '../../../nodes/CampaignSettings/CampaignSettings.node';
import { chain, own } from '../../support/campaign-workflow';
import { execute } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const store = useNodeStore();

async function run(parameters: INodeParameters) {
	return await execute({ workflow: chain(own('Settings', 'campaignSettings', parameters)), nodes: [CampaignSettings], start: 'Settings', items: [{}], mode: 'trigger' });
}

const saved: INodeParameters = {
	operation: 'save',
	channels: { channel: [{ channel: 'sms', mostMessages: 3, perDays: 7, dwellMinutes: 60, mostPer5Minutes: 0 }, { channel: 'webhook', mostMessages: 0, perDays: 1, dwellMinutes: 0, mostPer5Minutes: 500 }] },
	systemControlPercent: 2,
	customControlGroups: { group: [{ name: ' Winter ', percent: 5 }] },
};

test('settings are saved, and shown as they are kept', async () => {
	const settings = {
		channels: { sms: { mostMessages: 3, perDays: 7, dwellMs: 3_600_000 }, webhook: { mostPer5Minutes: 500 } },
		systemControlPercent: 2,
		customControlGroups: [{ name: 'Winter', percent: 5 }],
	};
	expect((await run(saved)).json('Settings')).toEqual([settings]);
	expect((await run({ operation: 'show' })).json('Settings')).toEqual([settings]);
	expect(await store().call('readSettings', undefined)).toEqual(settings);
});

const wrong: Array<[string, INodeParameters, RegExp]> = [
	['a control group of 1 percent', { systemControlPercent: 1 }, /system control group must be 2 to 5 percent/],
	['a gap of a minute', { channels: { channel: [{ channel: 'sms', mostMessages: 0, perDays: 1, dwellMinutes: 1, mostPer5Minutes: 0 }] } }, /sms: the least gap must be from 5 minutes/],
	['a channel twice', { channels: { channel: [{ channel: 'sms', mostMessages: 1 }, { channel: 'sms', mostMessages: 2 }] } }, /"sms" stands twice/],
];
test.each(wrong)('%s is not saved', async (_what, parameters, why) => {
	const result = await run({ ...saved, ...parameters });
	expect(result.error?.message).toMatch(why);
	expect(await store().call('readSettings', undefined)).toEqual({ channels: {}, customControlGroups: [] });
});
