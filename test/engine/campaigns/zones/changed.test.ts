import { PLAIN_DELIVERY } from '../../../../engine/campaigns/delivery-rules';
import { CAMPAIGN_ID } from '../../../support/campaign';
import { DAY, HOUR, MINUTE } from '../../../support/live';
import { describeStores } from '../../../support/stores';
import { conductorOf, publishByZones, Releases } from '../../../support/zone-runs';

/** 09:00 on the clocks of Kolkata is 03:30 UTC, when it is yet to be 09:00 where people are. */
const moment = Date.UTC(2026, 2, 3, 3, 30);
const nine = Date.UTC(2026, 2, 3, 9);
const byKolkata = { clock: 'Asia/Kolkata' };

describeStores('a run by time zones that is published again', (fixture) => {
	/** Publishes the same run with other settings. @returns those that keep theirs */
	const change = async (more: object = {}) => {
		const { keepTheirs } = await fixture().store.call('publishCampaign', {
			campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'By zones', labels: [], byOperator: true,
			definition: {
				segment: { all: [] }, schedule: { kind: 'at', at: moment }, runKey: `at ${moment}`, blockSize: 100, graceMs: 0, maxLatenessMs: DAY,
				delivery: { ...PLAIN_DELIVERY, zones: 'person', ...byKolkata }, ...more,
			},
		});
		return keepTheirs;
	};
	const lyon = { segment: { profile: 'city', is: 'equals', value: 'Lyon' } };
	async function setUp(people: Record<string, string>) {
		const { store } = fixture();
		await store.call('ingest', { profiles: Object.entries(people).map(([id, timezone]) => ({ id, timezone })) });
		const run = await publishByZones(store, moment, byKolkata);
		return { run, conductor: await conductorOf(store), releases: new Releases(fixture()) };
	}

	it('follows until five minutes before its first zone, and keeps what it has then, though its moment has passed here', async () => {
		const { store, clock } = fixture();
		const { run, conductor, releases } = await setUp({ west: 'America/New_York' });
		clock.set(nine - 6 * MINUTE);
		await conductor.beat();
		expect(await change({ blockSize: 7 })).toEqual([]);
		// The trigger that was published now.
		await (await conductorOf(store)).beat();
		clock.set(nine - 3 * MINUTE);
		expect(await change(lyon)).toMatchObject([{ run }]);
		await releases.runAt([conductor], [nine, nine + 5 * HOUR]);
		expect(releases.shown()).toEqual({ west: ['03-03T14:00'] });
	});

	/** Its first zone has been due for an hour, and could not start. */
	async function overdue() {
		const { store, clock } = fixture();
		const { conductor, releases } = await setUp({ here: 'UTC', west: 'America/New_York' });
		clock.set(nine - HOUR);
		await conductor.beat();
		await store.call('pauseCampaign', { campaignId: CAMPAIGN_ID, reason: 'It could not start' });
		clock.set(nine + HOUR);
		return async () => {
			await store.call('resumeWorkflow', { workflowId: 'workflow' });
			await releases.runAt([conductor], [nine + HOUR, nine + 5 * HOUR]);
			return releases.shown();
		};
	}

	it('follows when its first zone is overdue because it could not start', async () => {
		const goOn = await overdue();
		expect(await change(lyon)).toEqual([]);
		expect(await goOn()).toEqual({});
	});

	it('unchanged is late in a zone that is overdue', async () => {
		const goOn = await overdue();
		expect(await change()).toEqual([]);
		expect(await goOn()).toEqual({ here: ['03-03T10:00'], west: ['03-03T14:00'] });
	});
});
