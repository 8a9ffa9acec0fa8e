import type { CampaignStatus } from '../../../../engine/campaigns/control/status';
import { CAMPAIGN_ID } from '../../../support/campaign';
import { DAY, HOUR } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';
import { conductorOf, publishByZones } from '../../../support/zone-runs';

describeStores('the status of a campaign', (fixture) => {
	const status = async (): Promise<CampaignStatus> => await fixture().store.ask('campaignStatus', { campaignId: CAMPAIGN_ID });
	const publishPlain = async (at: number) => await publishByZones(fixture().store, at, { zones: 'account' });
	const input = (schedule: object, runKey = 'now first') => ({
		campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Plain', labels: [], byOperator: true,
		definition: { segment: { all: [] }, schedule, runKey, blockSize: 100, graceMs: 0, maxLatenessMs: DAY } as never,
	});
	const stop = async () => await fixture().store.call('stopRuns', { campaignId: CAMPAIGN_ID });

	describe('that goes by zones', () => {
		const moment = START + 20 * HOUR;
		beforeEach(async () => {
			await fixture().store.call('ingest', { profiles: [{ id: 'east', timezone: 'Asia/Tokyo' }, { id: 'west', timezone: 'America/New_York' }] });
		});

		it('says when its first zone starts, planned or not', async () => {
			const { store, clock } = fixture();
			await publishByZones(store, moment + 10 * DAY);
			expect((await status()).nextRunAt).toBe(moment + 10 * DAY - 9 * HOUR);
			clock.set(moment + 9 * DAY);
			await (await conductorOf(store)).beat();
			const { runs, nextRunAt } = await status();
			expect(runs[0]?.zones.map(({ zone }) => zone)).toEqual(['Asia/Tokyo', 'UTC', 'America/New_York']);
			expect(nextRunAt).toBe(moment + 10 * DAY - 9 * HOUR);
			expect((await store.ask('listCampaigns', undefined))[0]?.nextRunAt).toBe(nextRunAt);
		});

		it('does not count zones whose time had passed when it was published', async () => {
			const { store } = fixture();
			await publishByZones(store, START + 2 * HOUR);
			expect((await status()).nextRunAt).toBe(START + 2 * HOUR);
			await (await conductorOf(store)).beat();
			expect((await status()).nextRunAt).toBe(START + 2 * HOUR);
		});
	});

	it('says that it is not published, and of no next run, until it is published again', async () => {
		const { store, clock } = fixture();
		await publishPlain(START + HOUR);
		expect(await status()).toMatchObject({ state: 'scheduled', published: true, nextRunAt: START + HOUR });
		const { registration } = await store.call('publishCampaign', { ...input({ kind: 'at', at: START + HOUR }), byOperator: false });
		await store.call('endPublication', { registration, forGood: false });
		clock.advance(10 * DAY);
		expect(await status()).toMatchObject({ state: 'unpublished', published: false, nextRunAt: null, runs: [{ state: 'scheduled', scheduledAt: START + HOUR }] });
		await publishPlain(START + HOUR);
		expect(await status()).toMatchObject({ state: 'scheduled', published: true });
	});

	it('is stopped where the run of its moment was, though it is published again, and publishing says so', async () => {
		const { store, clock } = fixture();
		await publishPlain(START + DAY);
		await stop();
		const again = await store.call('publishCampaign', input({ kind: 'at', at: START + DAY }));
		expect(again.stayStopped).toEqual([{ run: again.run?.run, state: 'stopped', scheduledAt: START + DAY }]);
		expect(await status()).toMatchObject({ state: 'stopped', nextRunAt: null });
		clock.advance(2 * DAY);
		expect((await store.call('publishCampaign', input({ kind: 'at', at: START + DAY }))).stayStopped).toHaveLength(1);
		const other = await store.call('publishCampaign', input({ kind: 'at', at: START + 3 * DAY }));
		expect(other.stayStopped).toEqual([]);
		expect(await status()).toMatchObject({ state: 'scheduled', nextRunAt: START + 3 * DAY });
	});

	it('of several dates names those to come that were stopped; of the past only when nothing is to come', async () => {
		const { store, clock } = fixture();
		const dates = { kind: 'dates', at: [START + DAY, START + 3 * DAY] };
		const { run } = await store.call('publishCampaign', input(dates));
		await store.call('stopRuns', { run: run?.run as number });
		expect((await store.call('publishCampaign', input(dates))).stayStopped).toMatchObject([{ scheduledAt: START + DAY }]);
		clock.advance(2 * DAY);
		expect((await store.call('publishCampaign', input(dates))).stayStopped).toEqual([]);
		await stop();
		clock.advance(2 * DAY);
		expect((await store.call('publishCampaign', input(dates))).stayStopped).toMatchObject([{ scheduledAt: START + 3 * DAY }]);
	});

	it('for now names the run of its name that was stopped, until another one was asked for', async () => {
		const { store } = fixture();
		await store.call('publishCampaign', input({ kind: 'now' }));
		await stop();
		expect((await store.call('publishCampaign', input({ kind: 'now' }))).stayStopped).toHaveLength(1);
		await store.call('startNewRun', { campaignId: CAMPAIGN_ID });
		expect((await store.call('publishCampaign', input({ kind: 'now' }))).stayStopped).toEqual([]);
		expect((await store.call('publishCampaign', input({ kind: 'now' }, 'now second'))).stayStopped).toEqual([]);
	});
});
