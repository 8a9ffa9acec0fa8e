import { Conductor } from '../../../engine/campaigns/conductor';
import type { CampaignDefinition } from '../../../engine/campaigns/definition';
import { PLAIN_DELIVERY } from '../../../engine/campaigns/delivery-rules';
import { CampaignError } from '../../../engine/errors';
import type { Rule } from '../../../engine/segments/rule';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node } from '../../support/campaign';
import { describeStores } from '../../support/stores';

const HOUR = 3_600_000;

describeStores('a run whose segment cannot be used', (fixture) => {
	const everyone: Rule = { all: [] };
	const publish = async (segment: Rule, more: Partial<CampaignDefinition> = {}) => {
		const { store } = fixture();
		const { run } = await store.call('publishCampaign', {
			campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Spring', labels: [], byOperator: true,
			definition: { segment, schedule: { kind: 'now' }, runKey: 'now first', blockSize: 10, graceMs: 0, maxLatenessMs: HOUR, ...more },
		});
		await store.call('resumeWorkflow', { workflowId: 'workflow' });
		return run?.run as number;
	};
	const conductor = async (store: Store = fixture().store) =>
		new Conductor({ store, campaignId: CAMPAIGN_ID, node: await node(store, 'trigger'), announce: async () => true });
	const beat = async () => await (await conductor()).beat();
	const save = async (name: string, rule: Rule = everyone) => await fixture().store.call('saveSegment', { name, rule });
	const remove = async (reference: string) => await fixture().store.call('deleteSegment', { reference, evenIfUsed: true });
	const pausedBy = async () => (await fixture().store.call('claimRelease', { node: await node(fixture().store, 'trigger'), limit: 100 })).paused;
	const runs = async () => (await fixture().store.ask('runsOf', { campaignId: CAMPAIGN_ID })).map(({ run, state, qualified }) => ({ run, state, qualified }));
	/** The fixture's store, which does something else when it is asked who is in a segment. */
	const whoFails = (find: () => Promise<never>): Store => {
		const { store } = fixture();
		return Object.assign(Object.create(store) as Store, { ask: find, call: store.call.bind(store) });
	};
	/** The fixture's store, which is told something else while it looks who is in a segment. */
	const meanwhile = (change: () => Promise<unknown>): Store => {
		const { store } = fixture();
		const ask = async (name: 'find', input: { rule: Rule }) => {
			const found = await store.ask(name, input);
			if (/^find/.test(name)) await change();
			return found;
		};
		return Object.assign(Object.create(store) as Store, { ask, call: store.call.bind(store) });
	};

	beforeEach(async () => {
		await addPeople(fixture().store, 3);
	});

	it('pauses its campaign, which says what is missing, and starts when that was made again and published', async () => {
		await save('VIP');
		const run = await publish({ all: [{ segment: 'vip' }] });
		await remove('VIP');
		await beat();
		expect(await pausedBy()).toBe(
			'The run could not start. The segment rule cannot be used: all[0].segment: there is no saved segment called "VIP". ' +
				'It was deleted after the campaign was published. Make it again and choose it in the Campaign Trigger, or change the segment there; then publish again.',
		);
		await beat();
		expect(await runs()).toEqual([{ run, state: 'scheduled', qualified: 0 }]);

		await expect(publish({ all: [{ segment: 'vip' }] })).rejects.toMatchObject({ code: 'unknown_reference' });
		await save('VIP');
		await beat();
		expect(await runs()).toMatchObject([{ state: 'scheduled' }]);
		expect(await publish({ all: [{ segment: 'vip' }] })).toBe(run);
		await beat();
		expect(await runs()).toEqual([{ run, state: 'running', qualified: 3 }]);
		expect(await pausedBy()).toBeUndefined();
	});

	it('starts as well when its rule was changed', async () => {
		await save('VIP');
		const run = await publish({ segment: 'VIP' });
		await remove('VIP');
		await beat();
		expect(await pausedBy()).toMatch(/"VIP"/);
		await publish(everyone);
		await beat();
		expect(await runs()).toEqual([{ run, state: 'running', qualified: 3 }]);
	});

	it('is not missed while it is paused, however long that is', async () => {
		await save('VIP');
		const run = await publish({ segment: 'VIP' });
		await remove('VIP');
		await beat();
		fixture().clock.advance(100 * HOUR);
		await beat();
		expect(await runs()).toMatchObject([{ state: 'scheduled' }]);
		await publish(everyone);
		await beat();
		expect(await runs()).toEqual([{ run, state: 'running', qualified: 3 }]);
	});

	it('of a date that is too long past by then is missed', async () => {
		await save('VIP');
		const schedule = { kind: 'at', at: fixture().clock.now() + HOUR } as const;
		await publish({ segment: 'VIP' }, { schedule });
		await remove('VIP');
		fixture().clock.advance(HOUR);
		await beat();
		fixture().clock.advance(2 * HOUR);
		await publish(everyone, { schedule });
		await beat();
		expect(await runs()).toMatchObject([{ state: 'missed' }]);
	});

	it('for another reason than what is missing says that', async () => {
		await publish({ any: [] });
		await beat();
		expect(await pausedBy()).toBe('The run could not start. The segment rule cannot be used: any: must not be empty: nobody could match. Correct the rule at the places named; then publish again.');
	});

	it('that was published anew meanwhile is not paused', async () => {
		await save('VIP');
		await publish({ segment: 'VIP' });
		const meanwhile = await conductor(
			whoFails(async () => {
				await publish(everyone);
				throw new CampaignError('unknown_reference', 'There is no saved segment called "VIP".');
			}),
		);
		await meanwhile.beat();
		expect(await pausedBy()).toBeUndefined();
		await beat();
		expect(await runs()).toMatchObject([{ state: 'running', qualified: 3 }]);
	});

	it.each([
		['store_unreachable', new CampaignError('store_unreachable', 'The store cannot be reached.')],
		['ECONNRESET', Object.assign(new Error('a broken connection'), { code: 'ECONNRESET' })],
	])('is tried again when it is only the store that fails (%s)', async (_code, error) => {
		await publish(everyone);
		const away = await conductor(
			whoFails(async () => {
				throw error;
			}),
		);
		await expect(away.beat()).rejects.toBe(error);
		expect(await pausedBy()).toBeUndefined();
		await beat();
		expect(await runs()).toMatchObject([{ state: 'running', qualified: 3 }]);
	});

	it('waits for its campaign that is paused for another reason, which stays', async () => {
		await publish(everyone);
		await fixture().store.call('pauseCampaign', { campaignId: CAMPAIGN_ID, reason: 'Stopped by hand' });
		await beat();
		expect(await pausedBy()).toBe('Stopped by hand');
		expect(await runs()).toMatchObject([{ state: 'scheduled' }]);
		await publish(everyone);
		await beat();
		expect(await runs()).toMatchObject([{ state: 'running', qualified: 3 }]);
	});

	describe('or becomes another while its people are selected', () => {
		const lyon: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };
		beforeEach(async () => void (await fixture().store.ingest({ profiles: [{ id: 'p1', properties: { city: 'Lyon' } }] })));

		it.each([
			['segment', lyon, {}],
			['waiting time', everyone, { graceMs: HOUR }],
		])('starts by what is published: another %s', async (_what, segment, more) => {
			const run = await publish(everyone);
			await (await conductor(meanwhile(async () => await publish(segment, more)))).beat();
			expect(await runs()).toEqual([{ run, state: 'scheduled', qualified: 0 }]);
			fixture().clock.advance(HOUR);
			await beat();
			expect(await runs()).toEqual([{ run, state: 'running', qualified: segment === everyone ? 3 : 1 }]);
		});

		it('starts by what is published: by people’s time zones', async () => {
			const schedule = { kind: 'at', at: fixture().clock.now() + 2 * HOUR } as const;
			const delivery = { ...PLAIN_DELIVERY, zones: 'person' } as const;
			const run = await publish(everyone, { schedule, delivery });
			fixture().clock.advance(2 * HOUR);
			const changed = async () => {
				await publish(lyon, { schedule, delivery: { ...delivery, passedZones: 'next_day' } });
				// The trigger that was published now has its zones planned already.
				const zones = { zones: [], accountZone: fixture().store.accountZone };
				await fixture().store.call('planZones', { run, ...zones });
			};
			await (await conductor(meanwhile(changed))).beat();
			expect(await runs()).toEqual([{ run, state: 'scheduled', qualified: 0 }]);
			await beat();
			expect(await runs()).toEqual([{ run, state: 'running', qualified: 1 }]);
		});
	});
});
