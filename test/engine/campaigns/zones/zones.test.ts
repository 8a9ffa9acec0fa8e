import { IANAZone } from 'luxon';

import { endRun } from '../../../../engine/campaigns/control/end-run';
import { EVERYBODY_GETS_IT } from '../../../../engine/campaigns/who-gets-it';
import { CAMPAIGN_ID, node } from '../../../support/campaign';
import { describeStores, START } from '../../../support/stores';
import { conductorOf, publishByZones, Releases, reportOf } from '../../../support/zone-runs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONES = Intl.supportedValuesOf('timeZone');
const at = (iso: string) => Date.parse(`${iso}Z`);

/** The first instant at which clocks of the zone show `wall` or later: looked for, not computed. */
function firstShown(wall: number, zone: string): number {
	const iana = IANAZone.create(zone);
	let instant = wall - 16 * HOUR;
	while (instant + iana.offset(instant) * MINUTE < wall) instant += 15 * MINUTE;
	return instant;
}

describeStores('a run that goes by time zones', (fixture) => {
	const add = async (people: Record<string, string | null>) =>
		await fixture().store.call('ingest', { profiles: Object.entries(people).map(([id, timezone]) => ({ id, timezone })) });
	const setUp = async () => ({ conductor: await conductorOf(fixture().store), releases: new Releases(fixture()) });

	// Europe changes its clocks in the middle of the first; the second names a time that New York does not have; in the third New York has it twice.
	it.each([
		['over the change to summer time in Europe', '2026-03-29T09:00', 'UTC'],
		['at a time inside the gap of New York', '2026-03-08T02:30', 'UTC'],
		['at a time that New York shows twice, read on the clocks of Paris', '2026-11-01T01:30', 'Europe/Paris'],
	])('selects everybody once, when their own clocks show its time: every zone, two processes, %s', async (_name, wallTime, clockZone) => {
		const { store, clock, another } = fixture();
		const wall = at(wallTime);
		const moment = firstShown(wall, clockZone);
		clock.set(moment - 30 * HOUR);
		await add({ ...Object.fromEntries(ZONES.map((zone) => [zone, zone])), nowhere: null });
		const run = await publishByZones(store, moment, { clock: clockZone });
		const conductors = [await conductorOf(store), await conductorOf(await another())];
		const releases = new Releases(fixture());
		const expected = new Map<string, number[]>([...ZONES.map((zone): [string, number[]] => [zone, [firstShown(wall, zone)]]), ['nowhere', [firstShown(wall, 'UTC')]]]);
		const dues = [...new Set([...expected.values()].flat())].sort((a, b) => a - b);
		expect(dues.length).toBeGreaterThan(30);
		await releases.runAt(conductors, [clock.now(), ...dues.flatMap((due) => [due - 1, due]), moment + 27 * HOUR]);
		const wrong = [...expected].filter(([id, times]) => String(releases.times.get(id)) !== String(times)).map(([id, times]) => ({ id, times, got: releases.times.get(id) }));
		expect(wrong).toEqual([]);
		expect(releases.times.size).toBe(expected.size);
		const report = await reportOf(store, run);
		expect(report).toMatchObject({ state: 'finished', qualified: expected.size, unaccounted: 0, waiting: 0, notSent: { left_workflow: expected.size } });
		expect(releases.times.get('Pacific/Kiritimati')?.[0]).toBe(wall - 14 * HOUR);
		expect(releases.times.get('Pacific/Pago_Pago')?.[0]).toBe(wall + 11 * HOUR);
	}, 120_000);

	it('begins before its moment, and is over only when no zone waits', async () => {
		const { store, clock } = fixture();
		await add({ east: 'Pacific/Kiritimati', here: 'UTC', west: 'Pacific/Pago_Pago' });
		const moment = START + 20 * HOUR;
		const run = await publishByZones(store, moment);
		const { conductor, releases } = await setUp();
		const stateAt = async (time: number) => {
			clock.set(time);
			await conductor.beat();
			await releases.take();
			await conductor.beat();
			const { state, zones } = await reportOf(store, run);
			return [state, zones?.waiting, zones?.last?.zone, zones?.next?.zone];
		};
		expect(await stateAt(moment - 14 * HOUR - 1)).toEqual(['scheduled', 3, undefined, 'Pacific/Kiritimati']);
		expect(await stateAt(moment - 14 * HOUR)).toEqual(['running', 2, 'Pacific/Kiritimati', 'UTC']);
		expect(await stateAt(moment)).toEqual(['running', 1, 'UTC', 'Pacific/Pago_Pago']);
		const story = await store.ask('personStory', { name: { id: 'west' }, run });
		expect(JSON.stringify(story)).toContain("Not selected yet: everybody is when their own clocks show the run's time, in Pacific/Pago_Pago at 2026-03-03 19:00:00 UTC; as of 2026-03-03 08:00:00 UTC, the person would be selected.");
		expect(await stateAt(moment + 11 * HOUR - 1)).toEqual(['running', 1, 'UTC', 'Pacific/Pago_Pago']);
		expect(await stateAt(moment + 11 * HOUR)).toEqual(['finished', 0, 'Pacific/Pago_Pago', undefined]);
	});

	it('tells who moved into a zone that has been selected', async () => {
		const { store, clock } = fixture();
		await add({ here: 'UTC', west: 'Pacific/Pago_Pago' });
		const moment = START + 20 * HOUR;
		const run = await publishByZones(store, moment);
		const { conductor } = await setUp();
		clock.set(moment);
		await conductor.beat();
		clock.set(moment + HOUR);
		await add({ west: 'UTC', late: 'UTC' });
		const summary = async (id: string) => (await store.ask('personStory', { name: { id }, run })).runs[0]?.summary;
		expect(await summary('west')).toBe(
			'Was not selected with the people of UTC at 2026-03-03 08:00:00 UTC, but as of 2026-03-03 09:00:00 UTC satisfies the rule "Everyone": the profile, its time zone or its events have changed since, or arrived late.',
		);
		expect(await summary('late')).toBe('Was not selected: the person is known only since 2026-03-03 09:00:00 UTC, after the people of UTC had been selected.');
	});

	it.each([['while zones are to come', true], ['before its first zone', false]])('is over when it is stopped %s', async (_name, hasBegun) => {
		const { store, clock } = fixture();
		await add({ east: 'Asia/Tokyo', west: 'America/New_York' });
		const moment = START + 20 * HOUR;
		const run = await publishByZones(store, moment);
		const { conductor, releases } = await setUp();
		await releases.runAt([conductor], [clock.now(), ...(hasBegun ? [moment - 9 * HOUR] : [])]);
		await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
		await endRun(store, run);
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [{ run, state: 'stopped' }] });
		clock.advance(2 * DAY);
		await conductor.beat();
		expect([...releases.times.keys()]).toEqual(hasBegun ? ['east'] : []);
		const story = await store.ask('personStory', { name: { id: 'west' }, run });
		expect(story.runs[0]?.summary).toContain(hasBegun ? "stopped before the person's own clocks showed its time" : 'the run was stopped before it started');
	});

	it('evaluates its segment for each zone when that is due', async () => {
		const { store } = fixture();
		const moment = START + 20 * HOUR;
		await store.call('ingest', { profiles: ['Asia/Tokyo', 'UTC'].map((timezone) => ({ id: timezone, timezone, properties: { city: 'Lyon' } })) });
		await publishByZones(store, moment, {}, { segment: { profile: 'city', is: 'equals', value: 'Lyon' } });
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment - 5 * HOUR, HOUR);
		await store.call('ingest', { profiles: [{ id: 'UTC', properties: { city: 'Paris' } }, { id: 'new', timezone: 'UTC', properties: { city: 'Lyon' } }] });
		await releases.run([conductor], moment + HOUR, HOUR);
		expect(releases.shown()).toEqual({ 'Asia/Tokyo': ['03-02T23:00'], new: ['03-03T08:00'] });
	});

	it('counts people without a zone, with none that exists or in another spelling, each in one zone', async () => {
		const { store } = fixture();
		await add({ none: null, odd: 'europe/PARIS', plain: 'Europe/Paris' });
		const moment = START + 20 * HOUR;
		await publishByZones(store, moment);
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment + HOUR, 30 * MINUTE);
		expect(releases.shown()).toEqual({ none: ['03-03T08:00'], odd: ['03-03T07:00'], plain: ['03-03T07:00'] });
	});

	describe('of which zones have passed when it is published', () => {
		const moment = START + 2 * HOUR;
		const people = { east: 'Asia/Tokyo', here: 'UTC', west: 'America/New_York' };

		it('drops their people with a reason when it starts', async () => {
			const { store, clock } = fixture();
			await add(people);
			const run = await publishByZones(store, moment);
			const { conductor, releases } = await setUp();
			await releases.run([conductor], moment - HOUR, HOUR);
			expect(await reportOf(store, run)).toMatchObject({ state: 'scheduled', qualified: 0 });
			await releases.run([conductor], moment + 6 * HOUR, HOUR);
			await conductor.beat();
			expect(releases.shown()).toEqual({ here: ['03-02T14:00'], west: ['03-02T19:00'] });
			const report = await reportOf(store, run);
			expect(report).toMatchObject({ state: 'finished', qualified: 3, unaccounted: 0, notSent: { timezone_passed: 1, left_workflow: 2 } });
			expect(report.zones).toMatchObject({ waiting: 0, dropped: 1 });
			expect((await store.ask('peopleOfRun', { run })).people.find(({ id }) => id === 'east')).toMatchObject({ outcome: 'not_sent', reason: 'timezone_passed' });
			expect(clock.now()).toBe(moment + 6 * HOUR);
		});

		it('reaches them on the next day at the same time', async () => {
			const { store } = fixture();
			await add(people);
			const run = await publishByZones(store, moment, { passedZones: 'next_day' });
			const { conductor, releases } = await setUp();
			await releases.run([conductor], moment + 16 * HOUR, HOUR);
			await conductor.beat();
			expect(releases.shown()).toEqual({ here: ['03-02T14:00'], west: ['03-02T19:00'], east: ['03-03T05:00'] });
			expect(await reportOf(store, run)).toMatchObject({ state: 'finished', qualified: 3, unaccounted: 0, notSent: { left_workflow: 3 } });
		});

		it('is planned anew when it is published anew before it starts', async () => {
			const { store, clock } = fixture();
			await add(people);
			const later = moment + 12 * HOUR;
			await publishByZones(store, later, {}, { runKey: 'same' });
			const { conductor, releases } = await setUp();
			await conductor.beat();
			clock.advance(HOUR);
			await publishByZones(store, moment, {}, { runKey: 'same' });
			await releases.run([conductor], moment + 6 * HOUR, HOUR);
			expect(releases.shown()).toEqual({ here: ['03-02T14:00'], west: ['03-02T19:00'] });
		});
	});

	it('takes in zones that appear while it waits; people of one that came too late are accounted for', async () => {
		const { store, clock } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC' });
		const run = await publishByZones(store, moment);
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment - 5 * HOUR, HOUR);
		await add({ late: 'Australia/Sydney', intime: 'Asia/Dubai', west: 'America/New_York' });
		await releases.run([conductor], moment + 6 * HOUR, HOUR);
		await conductor.beat();
		expect(releases.shown()).toEqual({ east: ['03-02T23:00'], intime: ['03-03T04:00'], here: ['03-03T08:00'], west: ['03-03T13:00'] });
		expect(await reportOf(store, run)).toMatchObject({ state: 'finished', qualified: 5, unaccounted: 0, notSent: { timezone_passed: 1 } });
		expect(clock.now()).toBe(moment + 6 * HOUR);
	});

	it('reaches nobody twice who moves from zone to zone, whether they have left the trigger or not', async () => {
		const { store, clock } = fixture();
		const moment = START + 20 * HOUR;
		await add({ out: 'Asia/Tokyo', waiting: 'Asia/Tokyo', here: 'UTC' });
		const run = await publishByZones(store, moment, {}, { blockSize: 1 });
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment - 9 * HOUR - 1, HOUR);
		clock.set(moment - 9 * HOUR);
		await conductor.beat();
		const trigger = await node(store, 'trigger');
		const claim = await store.call('claimRelease', { node: trigger, limit: 1 });
		await store.call('settleRelease', { token: claim.release?.token as string, end: 'success' });
		await add({ out: 'UTC', waiting: 'UTC' });
		await releases.run([conductor], moment + HOUR, HOUR);
		await conductor.beat();
		expect(await reportOf(store, run)).toMatchObject({ state: 'finished', qualified: 3, unaccounted: 0, notSent: { left_workflow: 3 } });
		expect([...releases.times.values()].every((times) => times.length === 1)).toBe(true);
	});

	it('is late where n8n was down, and ends by time to live beyond the maximum lateness', async () => {
		const { store, clock } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC' });
		await publishByZones(store, moment);
		await (await conductorOf(store)).beat();
		clock.set(moment - 4 * HOUR);
		const { conductor, releases } = await setUp();
		await conductor.beat();
		await releases.take();
		expect(releases.shown()).toEqual({ east: ['03-03T04:00'] });
	});

	it('is missed when all of its zones are overdue by more than the maximum lateness', async () => {
		const { store, clock } = fixture();
		await add({ west: 'America/New_York' });
		const moment = START + 20 * HOUR;
		const run = await publishByZones(store, moment);
		clock.set(moment + 5 * HOUR + DAY);
		const { conductor } = await setUp();
		await conductor.beat();
		expect(await reportOf(store, run)).toMatchObject({ state: 'running' });

		const next = moment + 10 * DAY;
		const second = await publishByZones(store, next);
		clock.set(next + 5 * HOUR + DAY + 1);
		await conductor.beat();
		expect(await reportOf(store, second)).toMatchObject({ state: 'missed', qualified: 0 });
	});

	it('starts nothing while it is paused, and goes on when it is published again', async () => {
		const { store } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC', west: 'America/New_York' });
		const run = await publishByZones(store, moment);
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment - HOUR, HOUR);
		await store.call('pauseCampaign', { campaignId: 'workflow:trigger', reason: 'Stopped by hand' });
		await releases.run([conductor], moment + 2 * HOUR, HOUR);
		expect(releases.shown()).toEqual({ east: ['03-02T23:00'] });
		await publishByZones(store, moment);
		await store.call('resumeWorkflow', { workflowId: 'workflow' });
		await releases.run([conductor], moment + 6 * HOUR, HOUR);
		await conductor.beat();
		expect(releases.shown()).toEqual({ east: ['03-02T23:00'], here: ['03-03T10:00'], west: ['03-03T13:00'] });
		expect(await reportOf(store, run)).toMatchObject({ state: 'finished', qualified: 3, unaccounted: 0 });
	});

	it('goes on by the saved segment that it started with, though that is deleted between two zones', async () => {
		const { store } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC' });
		await store.call('saveSegment', { name: 'VIP', rule: { all: [] } });
		await publishByZones(store, moment, {}, { segment: { segment: 'VIP' } });
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment - HOUR, HOUR);
		await store.call('deleteSegment', { reference: 'VIP', evenIfUsed: true });
		await releases.run([conductor], moment, HOUR);
		expect(releases.shown()).toEqual({ east: ['03-02T23:00'], here: ['03-03T08:00'] });
	});

	it('is refused with its first zone when more people qualify than its safety check allows', async () => {
		const { store } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC' });
		const run = await publishByZones(store, moment, {}, { who: { ...EVERYBODY_GETS_IT, safetyCheck: 1 } });
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment, HOUR);
		expect(releases.shown()).toEqual({});
		expect(await reportOf(store, run)).toMatchObject({ state: 'refused', qualified: 2, unaccounted: 0, notSent: { safety_check: 2 } });
	});

	it('of a recurring campaign has the next one scheduled when its first zone starts', async () => {
		const { store } = fixture();
		const moment = START + 20 * HOUR;
		await add({ east: 'Asia/Tokyo', here: 'UTC' });
		const daily = { minute: 8 * 60, zone: 'UTC', repeat: { unit: 'days' as const, every: 1 }, end: { kind: 'never' as const } };
		await publishByZones(store, moment, { clock: 'UTC' }, { schedule: { kind: 'recurring', recurrence: daily }, runKey: 'recurring' });
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment + 2 * DAY, HOUR);
		expect(releases.shown()).toEqual({ east: ['03-02T23:00', '03-03T23:00', '03-04T23:00'], here: ['03-03T08:00', '03-04T08:00', '03-05T08:00'] });
	});

	it('selects a zone again when the process died between asking who is in it and writing it down, or another one was first', async () => {
		const { store, clock } = fixture();
		const moment = START + 20 * HOUR;
		await add({ a: 'UTC', b: 'Europe/London' });
		const run = await publishByZones(store, moment);
		await (await conductorOf(store)).beat();
		clock.set(moment);
		const trigger = await node(store, 'trigger');
		const found = await store.ask('findInZones', { run, rule: { all: [] }, zones: ['UTC', 'Europe/London'] });
		// Died here. Another process does the same, and the first one turns out to live.
		const again = await store.ask('findInZones', { run, rule: { all: [] }, zones: ['UTC'] });
		const both = await Promise.all([
			store.call('startZones', { run, node: trigger, accountZone: 'UTC', ...found }),
			store.call('startZones', { run, node: trigger, accountZone: 'UTC', ...again }),
		]);
		expect(both.filter(({ started }) => started)).toHaveLength(1);
		const { conductor, releases } = await setUp();
		await releases.run([conductor], moment + HOUR, HOUR);
		await conductor.beat();
		expect(Object.values(releases.shown()).map((times) => times.length)).toEqual([1, 1]);
		expect(await reportOf(store, run)).toMatchObject({ state: 'finished', qualified: 2, unaccounted: 0 });
	});
});
