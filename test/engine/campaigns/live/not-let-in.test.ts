import { endRun } from '../../../../engine/campaigns/control/end-run';
import type { LiveKind, LiveTrigger } from '../../../../engine/campaigns/live/trigger';
import { CAMPAIGN_ID, release } from '../../../support/campaign';
import { DAY, HOUR, MINUTE, publishLive, scanAll } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

const ADDED: LiveKind = { kind: 'action', events: [{ event: 'Added', where: [] }], delayMs: 0, firstTimeOnly: false };
const FIRST: LiveKind = { ...ADDED, firstTimeOnly: true };

describeStores('a person whom a live campaign did not let in', (fixture) => {
	const scan = async () => await scanAll(fixture().store, fixture().options);
	const did = async (...minutes: number[]) => {
		fixture().clock.set(START + Math.max(...minutes, 0) * MINUTE);
		await fixture().store.ingest({ events: minutes.map((minute) => ({ user: 'a', name: 'Added', ts: START + minute * MINUTE })) });
		await scan();
	};
	const story = async (run: number) => (await fixture().store.ask('personStory', { name: { id: 'a' }, run })).runs[0];
	const refused = async (run: number) =>
		(await story(run))?.steps.filter(({ text }) => text.startsWith('Not let in again')).map(({ at, text }) => [(at - START) / MINUTE, /\((.*)\)/.exec(text)?.[1]]);

	test.each([
		[ADDED, { reentry: { kind: 'once' } }, 'once per person'],
		[FIRST, {}, 'only the first time'],
	] as Array<[LiveKind, Partial<LiveTrigger>, string]>)('is told so after the run was stopped, and after another one began: %j %j', async (live, trigger, words) => {
		const { store, clock } = fixture();
		const { run } = await publishLive(store, live, { trigger });
		await did(0, 10);
		expect(await refused(run)).toEqual([[10, words]]);
		await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
		await endRun(store, run);
		await did(20);
		expect(await refused(run)).toEqual([[10, words]]);
		clock.advance(HOUR);
		// The next goes by something else.
		const next = await publishLive(store, { ...ADDED, events: [{ event: 'Charged', where: [] }] } as LiveKind);
		expect(next.run).not.toBe(run);
		expect(await refused(run)).toEqual([[10, words]]);
	});

	test('is told so after the run is finished', async () => {
		const { store, clock } = fixture();
		const { run, node } = await publishLive(store, ADDED, { trigger: { reentry: { kind: 'once' }, to: START + HOUR } });
		await did(0, 10, 70);
		const { token = '' } = (await release(store, node)) ?? {};
		await store.call('settleRelease', { token, end: 'success' });
		clock.advance(2 * DAY);
		expect((await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toAnnounce).toEqual([{ run, state: 'finished' }]);
		expect(await refused(run)).toEqual([[10, 'once per person']]);
	});

	test('is told that they had done it before it was live, where only the first time counts', async () => {
		await did(-60);
		const { run } = await publishLive(fixture().store, FIRST);
		expect(await story(run)).toMatchObject({ summary: expect.stringContaining('no event or date that the campaign waits for') });
		await did(1, 2);
		expect(await story(run)).toMatchObject({
			outcome: 'not_selected',
			summary: 'Did not come in: "Added" at 2026-03-02 12:01:00 UTC was not the first time: the person had done it before, at 2026-03-02 11:00:00 UTC.',
		});
	});
});
