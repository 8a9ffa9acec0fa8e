import { EVERYBODY_GETS_IT, type WhoGetsIt } from '../../../engine/campaigns/who-gets-it';
import { isMember } from '../../../engine/delivery/control-groups';
import { addPeople, claimFor, node, release, startRun } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';

const PEOPLE = 100_000;
const keys = Array.from({ length: PEOPLE }, (_, index) => (Math.imul(index + 1, 2654435761) ^ 0x5bd1e995) >>> 0);

/** Five standard deviations of a binomial: a fair draw is outside once in two million. */
function tolerance(share: number): number {
	return 5 * Math.sqrt(share * (1 - share) * PEOPLE);
}

describe('the draw of control groups', () => {
	it.each([2, 5, 10, 50, 99])('takes %d percent of everybody', (percent) => {
		const members = keys.filter((key) => isMember({ salt: 'campaign a', percent }, key)).length;
		expect(Math.abs(members - (PEOPLE * percent) / 100)).toBeLessThan(tolerance(percent / 100));
	});

	it('draws groups independently of each other', () => {
		const both = keys.filter((key) => isMember({ salt: 'campaign a', percent: 20 }, key) && isMember({ salt: 'campaign b', percent: 30 }, key)).length;
		expect(Math.abs(both - PEOPLE * 0.06)).toBeLessThan(tolerance(0.06));
	});

	it('keeps its members when the percentage grows', () => {
		const members = keys.filter((key) => isMember({ salt: 'system', percent: 2 }, key));
		expect(members.every((key) => isMember({ salt: 'system', percent: 2.5 }, key))).toBe(true);
		expect(members.length).toBeGreaterThan(0);
	});
});

describeStores('control groups', (fixture) => {
	async function claimRun(who: Partial<WhoGetsIt>, count = 300) {
		const { store } = fixture();
		const numbers = await addPeople(store, count);
		const run = await startRun(store, numbers, { who: { ...EVERYBODY_GETS_IT, ...who } });
		const [first, second] = [await node(store, 'sms'), await node(store, 'sms 2')];
		const released = await release(store, await node(store, 'trigger'));
		const people = released?.people ?? [];
		const claimed = await store.call('claimMessages', { node: first, channel: 'sms', token: 'a', messages: people.map((one) => claimFor(one)) });
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		return { store, run, people, claimed, second };
	}

	it('records members as not sent, with one event per person and run', async () => {
		const { store, run, people, claimed, second } = await claimRun({ controlPercent: 20 });
		const members = claimed.filter(({ reason }) => reason === 'control_group');
		expect(members.length).toBeGreaterThan(20);
		expect(members.length).toBeLessThan(110);
		expect(members.every(({ state, mine }) => state === 'not_sent' && !mine)).toBe(true);
		// The next sender on their way finds the same members, and their event is there already.
		const again = await store.call('claimMessages', { node: second, channel: 'sms', token: 'b', messages: people.map((one) => claimFor(one)) });
		expect(again.filter(({ reason }) => reason === 'control_group').map(({ entry }) => entry).sort()).toEqual(members.map(({ entry }) => entry).sort());
		const events = await Promise.all(people.map(async ({ person, entry }) => {
			const id = (await store.call('profilesOf', { people: [person] }))[0]?.profile.id as string;
			return { entry, events: (await store.call('getPerson', { name: { id } }))?.events ?? [] };
		}));
		for (const { entry, events: own } of events) {
			const control = own.filter(({ name }) => name === 'Control Group');
			expect(control).toHaveLength(members.some((one) => one.entry === entry) ? 1 : 0);
			if (control[0]) {
				expect(control[0].properties).toMatchObject({ controlGroupName: 'Campaign Control Group', 'Campaign name': 'Test campaign', 'Campaign type': 'sms', Run: run });
			}
		}
	});

	it('counts what members do from when they qualified, beside those who are sent to', async () => {
		const { store, run, people, claimed } = await claimRun({ controlPercent: 50 });
		await store.call('registerGoal', { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], revenueProperty: 'amount', windowMs: 3_600_000 } });
		const control = claimed.find(({ state }) => state === 'not_sent');
		const person = people.find(({ entry }) => entry === control?.entry)?.person as number;
		const [found] = await store.call('profilesOf', { people: [person] });
		await store.ingest({ events: [{ user: found?.profile.id as string, name: 'Charged', ts: START + 1, properties: { amount: 7 } }] });
		fixture().clock.set(START + 10);
		const report = await store.ask('runReport', { run });
		const members = claimed.filter(({ state }) => state === 'not_sent').length;
		expect(report?.control).toEqual({ people: members, conversions: 1, conversionEvents: 1, revenue: 7, conversionRate: 1 / members });
		expect(report).toMatchObject({ conversions: 0, notSent: { control_group: members }, unaccounted: 0 });
	});

	it('leaves the account\'s group out unless everybody must get it', async () => {
		const { store } = fixture();
		await store.call('saveSettings', { settings: { channels: {}, systemControlPercent: 5, customControlGroups: [{ name: 'Winter', percent: 5 }] } });
		const { claimed, second, people } = await claimRun({ customControlGroups: ['Winter'] }, 500);
		expect(claimed.some(({ reason }) => reason === 'system_control_group')).toBe(true);
		expect(claimed.some(({ reason, detail }) => reason === 'control_group' && detail === 'Winter')).toBe(true);
		await store.call('saveSettings', { settings: { channels: {}, customControlGroups: [] } });
		const all = await store.call('claimMessages', { node: second, channel: 'sms', token: 'c', messages: people.map((one) => claimFor(one)) });
		expect(all.every(({ state }) => state === 'claimed')).toBe(true);
	});

	it('holds out nobody of the account\'s group from a campaign that everybody must get', async () => {
		await fixture().store.call('saveSettings', { settings: { channels: {}, systemControlPercent: 5, customControlGroups: [] } });
		const { claimed } = await claimRun({ systemControlGroup: false }, 500);
		expect(claimed.every(({ state }) => state === 'claimed')).toBe(true);
	});

	it('refuses to publish a group that the account does not have, and limits below 100', async () => {
		const { store } = fixture();
		const numbers = await addPeople(store, 1);
		await expect(startRun(store, numbers, { who: { ...EVERYBODY_GETS_IT, customControlGroups: ['Winter'] } })).rejects.toThrow(/no custom control group "Winter"/);
		await expect(startRun(store, numbers, { who: { ...EVERYBODY_GETS_IT, limits: { perRun: 99 } } })).rejects.toThrow(/per run must be at least 100/);
		await expect(startRun(store, numbers, { who: { ...EVERYBODY_GETS_IT, controlPercent: 1 } })).rejects.toThrow(/2 to 99 percent/);
	});

	it('does not start a run with more people than its safety check allows', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 11), { who: { ...EVERYBODY_GETS_IT, safetyCheck: 10 } });
		expect(await release(store, await node(store, 'trigger'))).toBeUndefined();
		expect(await store.call('finishRuns', { campaignId: 'workflow:trigger' })).toEqual({ toAnnounce: [{ run, state: 'refused' }] });
		expect(await store.ask('runReport', { run })).toMatchObject({ state: 'refused', qualified: 11, safetyCheck: 10, notSent: { safety_check: 11 }, unaccounted: 0 });
	});
});
