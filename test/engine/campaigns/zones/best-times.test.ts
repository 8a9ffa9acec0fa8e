import { IANAZone } from 'luxon';

import { describeStores, START } from '../../../support/stores';
import { conductorOf, publishByZones, Releases, reportOf } from '../../../support/zone-runs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describeStores('best time', (fixture) => {
	/** 10:00 of 3 March on everybody's clocks. */
	const moment = START + 22 * HOUR;
	const at = (iso: string) => Date.parse(`${iso}Z`);
	/** The instant at which clocks of the zone show a time; not over a change of them. */
	const local = (iso: string, zone: string) => at(iso) - IANAZone.create(zone).offset(at(iso)) * 60_000;
	const start = async (profiles: Array<{ id: string; timezone?: string; times: string[] }>, more: object = {}) => {
		const { store } = fixture();
		await store.call('ingest', {
			profiles: profiles.map(({ id, timezone }) => ({ id, timezone })),
			events: profiles.flatMap(({ id, timezone = 'UTC', times }) => times.map((time) => ({ user: id, name: 'App Launched', ts: local(time, timezone) }))),
			historical: true,
		});
		const run = await publishByZones(store, moment, { bestTime: { event: 'app launched' }, ...more });
		const releases = new Releases(fixture());
		return { run, releases, conductor: await conductorOf(store) };
	};

	it('releases everybody at the start of the two hours, from the start, in which they were most active', async () => {
		const { run, releases, conductor } = await start([
			{ id: 'at start', times: ['2026-02-01T10:00', '2026-02-02T11:59', '2026-02-02T13:00'] },
			{ id: 'evening', times: ['2026-02-01T20:30', '2026-02-02T21:30', '2026-02-02T10:30'] },
			{ id: 'morning', times: ['2026-02-01T08:00', '2026-02-02T09:59'] },
			{ id: 'tie', times: ['2026-02-01T23:00', '2026-02-01T15:00'] },
			{ id: 'tie over midnight', times: ['2026-02-01T03:00', '2026-02-01T23:00'] },
			{ id: 'nothing', times: [] },
			{ id: 'long ago', times: ['2025-09-03T20:00'] },
			{ id: 'just in time', times: ['2025-09-04T20:00'] },
			{ id: 'Tokyo', timezone: 'Asia/Tokyo', times: ['2026-02-01T20:00'] },
			{ id: 'Kolkata', timezone: 'Asia/Kolkata', times: ['2026-02-01T12:00'] },
			{ id: 'not yet', times: ['2026-03-04T20:00'] },
		]);
		await releases.run([conductor], moment + DAY, HOUR / 2);
		await conductor.beat();
		expect(releases.shown()).toEqual({
			'at start': ['03-03T10:00'], evening: ['03-03T20:00'], morning: ['03-04T08:00'], tie: ['03-03T14:00'], 'tie over midnight': ['03-03T22:00'],
			nothing: ['03-04T10:00'], 'long ago': ['03-04T10:00'], 'just in time': ['03-03T20:00'], Tokyo: ['03-03T11:00'], Kolkata: ['03-03T06:30'],
			'not yet': expect.any(Array),
		});
		expect(await reportOf(fixture().store, run)).toMatchObject({ state: 'finished', qualified: 11, unaccounted: 0 });
	});

	it('of people whose zone has passed is that of the next day', async () => {
		const { releases, conductor } = await start([{ id: 'east', timezone: 'Pacific/Kiritimati', times: ['2026-02-01T15:00'] }], { passedZones: 'next_day' });
		fixture().clock.set(moment);
		await publishByZones(fixture().store, moment, { bestTime: { event: 'App Launched' }, passedZones: 'next_day' });
		await releases.run([conductor], moment + 2 * DAY, HOUR);
		expect(releases.shown()).toEqual({ east: ['03-04T00:00'] });
	});

	it('agrees with a slow count over many people, events and zones, with columns and without', async () => {
		const { store, clock } = fixture();
		const zones = ['Europe/Paris', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'];
		let seed = 7;
		const random = (below: number) => Math.floor(((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647) * below);
		const people = Array.from({ length: 300 }, (_, index) => ({
			id: `p${index}`, timezone: zones[index % 4] as string, times: Array.from({ length: random(6) }, () => START - random(200 * DAY)),
		}));
		await store.call('ingest', {
			profiles: people.map(({ id, timezone }) => ({ id, timezone })),
			events: people.flatMap(({ id, times }) => times.map((ts) => ({ user: id, name: 'X', ts }))),
			historical: true,
		});
		const wall = at('2026-03-03T10:00');
		const slow = ({ timezone, times }: (typeof people)[number]) => {
			const counts = new Array<number>(12).fill(0);
			for (const ts of times.filter((time) => time >= clock.now() - 180 * DAY)) {
				const shown = ts + IANAZone.create(timezone).offset(ts) * 60_000;
				const minutes = (((shown - wall) / 60_000) % 1440 + 1440) % 1440;
				const bucket = Math.floor(minutes / 120);
				counts[bucket] = (counts[bucket] as number) + 1;
			}
			const most = Math.max(...counts);
			return most === 0 ? 12 : counts.indexOf(most);
		};
		const expected = people.map(slow);
		for (const upToDate of [false, true]) {
			if (upToDate) await store.bringUpToDate();
			const found = await store.ask('findInZones', { run: 1, rule: { all: [] }, zones, bestTime: { event: 'X', wall } });
			const got = new Map<string, number>();
			for (const { people: numbers, buckets } of found.zones) {
				for (const { profile, requested } of await store.ask('profilesOf', { people: [...numbers] })) got.set(profile.id, buckets?.[numbers.indexOf(requested)] as number);
			}
			expect(people.map(({ id }) => got.get(id))).toEqual(expected);
		}
	});
});
