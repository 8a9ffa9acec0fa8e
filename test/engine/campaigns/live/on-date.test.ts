import { enterByDates } from '../../../../engine/campaigns/live/by-dates';
import { occurrenceOf, type OnDate } from '../../../../engine/campaigns/live/on-date';
import type { ProfileInput } from '../../../../engine/people/records';
import { CAMPAIGN_ID, release } from '../../../support/campaign';
import { cameIn, DAY, HOUR, MINUTE, publishLive, scanAll, type Overrides } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

const ON: OnDate = {
	kind: 'on_date', of: 'profile', property: 'birthday', offsetMs: 0, everyYear: true, atMinute: 9 * 60, reentry: { kind: 'always' }, maxEventAgeMs: DAY,
};
const iso = (instant: number | undefined) => instant !== undefined && new Date(instant).toISOString();

describe('when a date is due', () => {
	const due = (value: unknown, live: Partial<OnDate> = {}, person: string | null = null, after?: string) =>
		iso(occurrenceOf(value, { ...ON, everyYear: false, ...live } as OnDate, { person, account: 'Europe/Paris' }, after === undefined ? undefined : Date.parse(after))?.dueAt);

	test.each([
		['a date on the account\'s clocks', due('2026-03-10'), '2026-03-10T08:00:00.000Z'],
		['a date on the person\'s clocks', due('2026-03-10', {}, 'America/New_York'), '2026-03-10T13:00:00.000Z'],
		['days before, over a change of clocks', due('2026-03-10', { offsetMs: -7 * DAY }, 'America/New_York'), '2026-03-03T14:00:00.000Z'],
		['an instant', due('2026-03-10T10:00:00Z', { offsetMs: -2 * HOUR }), '2026-03-10T08:00:00.000Z'],
		['a time without a zone, in the account\'s', due('2026-07-01T10:00'), '2026-07-01T08:00:00.000Z'],
		['what is no date', due('soon'), false],
		['what has gone by', due('2026-03-10', {}, null, '2026-03-10T08:00:00.001Z'), false],
		['every year', due('1990-03-10', { everyYear: true }, null, '2026-03-10T08:00:00Z'), '2026-03-10T08:00:00.000Z'],
		['the next year', due('1990-03-10', { everyYear: true }, null, '2026-03-10T08:00:01Z'), '2027-03-10T08:00:00.000Z'],
		['every year, long before', due('1990-03-10', { everyYear: true, offsetMs: -300 * DAY }, null, '2026-07-01T00:00:00Z'), '2027-05-15T07:00:00.000Z'],
		['29 February in common years', due('1992-02-29', { everyYear: true }, null, '2026-01-01T00:00:00Z'), '2026-02-28T08:00:00.000Z'],
		['29 February in leap years', due('1992-02-29', { everyYear: true }, null, '2028-01-01T00:00:00Z'), '2028-02-29T08:00:00.000Z'],
	])('%s', (_what, found, expected) => expect(found).toBe(expected));
});

describeStores('a live campaign on a date', (fixture) => {
	const people = async (...profiles: ProfileInput[]) => void (await fixture().store.ingest({ profiles }));
	const { kind, of, property, offsetMs, everyYear, atMinute } = ON;
	const live = { kind, of, property, offsetMs, everyYear, atMinute } as const;
	const publish = async (more: Partial<typeof live> = {}, overrides?: Overrides) => await publishLive(fixture().store, { ...live, ...more } as OnDate, overrides);
	/** Looks every hour, as the scanner does at least, for so many hours. */
	const goOn = async (hours: number) => {
		for (let hour = 0; hour < hours; hour++) {
			fixture().clock.advance(HOUR);
			await enterByDates(fixture().store);
		}
	};
	const came = async (run: number) => (await cameIn(fixture().options, run)).map(({ user, due }) => `${user} ${iso(due)}`);

	test('of people: each on their own clocks, once a year', async () => {
		await people(
			{ id: 'utc', properties: { birthday: '1990-03-03' } }, { id: 'tokyo', timezone: 'Asia/Tokyo', properties: { birthday: '1980-03-03' } },
			{ id: 'honolulu', timezone: 'Pacific/Honolulu', properties: { birthday: '1980-03-03' } }, { id: 'other', properties: { birthday: '1990-06-03' } }, { id: 'none', properties: { birthday: 'soon' } },
			{ id: 'past', properties: { birthday: '1990-03-02' } },
		);
		const { run } = await publish();
		await goOn(72);
		await Promise.all([enterByDates(fixture().store), enterByDates(await fixture().another())]);
		expect(await came(run)).toEqual(['tokyo 2026-03-03T00:00:00.000Z', 'utc 2026-03-03T09:00:00.000Z', 'honolulu 2026-03-03T19:00:00.000Z']);
		fixture().clock.set(Date.UTC(2027, 2, 2, 12));
		await goOn(48);
		expect(await came(run)).toHaveLength(7);
	});

	test('of people in the segment, days before', async () => {
		await people({ id: 'a', properties: { ends: '2026-03-20', vip: true } }, { id: 'b', properties: { ends: '2026-03-20', vip: false } });
		const { run } = await publish({ property: 'ends', everyYear: false, offsetMs: -14 * DAY }, { segment: { profile: 'vip', is: 'equals', value: true } });
		await goOn(120);
		expect(await came(run)).toEqual(['a 2026-03-06T09:00:00.000Z']);
	});

	test('follows a date that changes, also after somebody has come in', async () => {
		await people({ id: 'moved', properties: { ends: '2026-03-03' } }, { id: 'gone', properties: { ends: '2026-03-03' } }, { id: 'same', properties: { ends: '2026-03-03' } });
		const { run, node } = await publish({ property: 'ends', everyYear: false });
		await goOn(20);
		expect(await came(run)).toHaveLength(3);
		await people({ id: 'moved', properties: { ends: '2026-03-04' } }, { id: 'gone', properties: { ends: null } });
		await goOn(1);
		const { token = '', people: released = [] } = (await release(fixture().store, node)) ?? {};
		expect(released).toHaveLength(3);
		const checks = await fixture().store.call('checkLiveRelease', { node, token, zone: 'UTC' });
		expect(checks.map(({ decision }) => decision)).toEqual([
			{ kind: 'drop', reason: 'user_not_qualified', detail: 'The date was changed to 2026-03-04' },
			{ kind: 'drop', reason: 'user_not_qualified', detail: 'The date was taken away, or is none' },
		]);
		await goOn(24);
		expect(await came(run)).toContain('moved 2026-03-04T09:00:00.000Z');
	});

	test.each([{ kind: 'once' }, { kind: 'period', ms: 10 * DAY }] as const)('lets in again whose date has changed, who came in for the other one only: %j', async (reentry) => {
		const { store, clock } = fixture();
		await people(...['moved', 'stays', 'again'].map((id) => ({ id, properties: { ends: '2026-03-03' } })));
		const { run, node } = await publish({ property: 'ends', everyYear: false }, { trigger: { reentry } });
		await goOn(20);
		await people({ id: 'moved', properties: { ends: '2026-03-04' } });
		clock.set(Date.UTC(2026, 2, 3, 9));
		const { token = '' } = (await release(store, node)) ?? {};
		const checks = await store.call('checkLiveRelease', { node, token, zone: 'UTC' });
		const released = checks.flatMap(({ hold, decision }) => (decision ? [{ hold, decision }] : []));
		await store.call('recordDecisions', { node, arrivals: [], token, released });
		await store.call('settleRelease', { token, end: 'success' });
		// Who went on has been let in.
		await people({ id: 'again', properties: { ends: '2026-03-04' } });
		await goOn(24);
		expect((await came(run)).sort()).toEqual([...['again', 'moved', 'stays'].map((id) => `${id} 2026-03-03T09:00:00.000Z`), 'moved 2026-03-04T09:00:00.000Z'].sort());
	});

	test.each([{ kind: 'always' }, { kind: 'once' }] as const)('comes sooner when the date does, after somebody has come in: %j', async (reentry) => {
		const { store, clock } = fixture();
		const change = async (sooner: string, yesterday: string) => await people({ id: 'sooner', properties: { ends: sooner } }, { id: 'yesterday', properties: { ends: yesterday } });
		await change('2026-03-02T23:40:00Z', '2026-03-03T00:20:00Z');
		const { run, node } = await publish({ property: 'ends', everyYear: false }, { trigger: { reentry } });
		await goOn(11);
		await change('2026-03-02T23:20:00Z', '2026-03-02T23:30:00Z');
		clock.advance(15 * MINUTE);
		await enterByDates(store);
		clock.advance(15 * MINUTE);
		const { token = '', people: released = [] } = (await release(store, node)) ?? {};
		expect((await came(run)).slice(0, 2)).toEqual(['sooner 2026-03-02T23:20:00.000Z', 'yesterday 2026-03-02T23:30:00.000Z']);
		expect(released.map(({ dueAt, setOutAt }) => [iso(dueAt), iso(setOutAt)])).toEqual(['20', '30'].map((minute) => Array(2).fill(`2026-03-02T23:${minute}:00.000Z`)));
		await store.call('settleRelease', { token, end: 'success' });
		// What waits for the former date ends when it comes.
		clock.set(Date.UTC(2026, 2, 3, 0, 20));
		const later = (await release(store, node)) ?? { token: '', people: [] };
		expect(later.people).toHaveLength(1);
		expect(await store.call('checkLiveRelease', { node, token: later.token, zone: 'UTC' })).toMatchObject([{ decision: { kind: 'drop', reason: 'user_not_qualified' } }]);
	});

	test('of somebody who turns up within the two hours before', async () => {
		const { run } = await publish({ property: 'ends', everyYear: false });
		await enterByDates(fixture().store);
		await people({ id: 'late', properties: { ends: '2026-03-02T13:00:00Z' } });
		fixture().clock.advance(20 * MINUTE);
		await enterByDates(fixture().store);
		expect(await came(run)).toEqual(['late 2026-03-02T13:00:00.000Z']);
	});

	test('that came while n8n was down is made up for, up to the maximum lateness', async () => {
		await people({ id: 'yesterday', properties: { ends: '2026-03-03' } }, { id: 'long ago', properties: { ends: '2026-03-02T13:00:00Z' } });
		const { run } = await publish({ property: 'ends', everyYear: false });
		await fixture().store.call('datesSelected', { run, until: START });
		fixture().clock.advance(DAY + 10 * HOUR);
		await enterByDates(fixture().store);
		expect(await came(run)).toEqual(['yesterday 2026-03-03T09:00:00.000Z']);
	});

	test('of an event, and every year again', async () => {
		const { run, node } = await publish({ of: { event: { event: 'Booked', where: [] } } as never, property: 'departure', offsetMs: -2 * DAY });
		const departure = '2026-03-05';
		await fixture().store.ingest({ events: [{ user: 'a', name: 'Booked', ts: START, properties: { departure } }, { user: 'b', name: 'Booked', ts: START, properties: {} }] });
		await scanAll(fixture().store, fixture().options);
		expect(await came(run)).toEqual(['a 2026-03-03T09:00:00.000Z']);
		fixture().clock.set(Date.UTC(2026, 2, 3, 9));
		const { token = '' } = (await release(fixture().store, node)) ?? {};
		for (let twice = 0; twice < 2; twice++) expect(await fixture().store.call('checkLiveRelease', { node, token, zone: 'UTC' })).toEqual([]);
		expect(await came(run)).toEqual(['a 2026-03-03T09:00:00.000Z', 'a 2027-03-03T09:00:00.000Z']);
	});

	test('of an event, every year until the campaign ends', async () => {
		const { store, clock, options } = fixture();
		const end = Date.UTC(2027, 5, 1);
		const { run, node } = await publish({ of: { event: { event: 'Booked', where: [] } } as never, property: 'departure' }, { trigger: { to: end } });
		await store.ingest({ events: [{ user: 'a', name: 'Booked', ts: START, properties: { departure: '2026-03-05' } }] });
		await scanAll(store, options);
		for (const year of [2026, 2027]) {
			clock.set(Date.UTC(year, 2, 5, 9));
			const { token = '' } = (await release(store, node)) ?? {};
			await store.call('checkLiveRelease', { node, token, zone: 'UTC' });
			await store.call('settleRelease', { token, end: 'success' });
		}
		expect(await came(run)).toEqual(['a 2026-03-05T09:00:00.000Z', 'a 2027-03-05T09:00:00.000Z']);
		clock.set(end + 2 * DAY);
		expect((await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toAnnounce).toEqual([{ run, state: 'finished' }]);
	});

	test.each([
		['to the earliest clocks', 'Pacific/Pago_Pago', 'Pacific/Kiritimati', []],
		['between those farthest apart', 'Etc/GMT+12', 'Pacific/Kiritimati', []],
		['to the latest clocks', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', [{ decision: { kind: 'hold', until: Date.UTC(2026, 2, 4, 20) } }]],
	])('of somebody who moves over the date line in the last hour: %s', async (_where, from, to, checks) => {
		const { store, clock } = fixture();
		await people({ id: 'a', timezone: from, properties: { birthday: '1990-03-04' } });
		const { run, node } = await publish();
		await goOn(60);
		const due = (await cameIn(fixture().options, run))[0]?.due as number;
		await people({ id: 'a', timezone: to });
		clock.set(due);
		const { token = '' } = (await release(store, node)) ?? {};
		expect(await store.call('checkLiveRelease', { node, token, zone: 'UTC' })).toMatchObject(checks);
	});
});
