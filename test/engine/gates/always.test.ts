import type { Schedule } from '../../../engine/campaigns/definition';
import { deliveryOfRun, PLAIN_DELIVERY, type DeliveryRules } from '../../../engine/campaigns/delivery-rules';
import { overruled, overruledOnRelease, type OnTheirWay } from '../../../engine/gates/always';
import { addPeople, release, node, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';
import { SlowClock } from '../../support/slow-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);

interface Case {
	rules: Partial<DeliveryRules>;
	/** Whether it is a run with a moment, and which. */
	moment?: string;
	/** Default: the moment. */
	qualified?: string;
	timezone?: string;
	now: string;
}

function decide({ rules, moment, qualified, timezone, now }: Case) {
	const schedule: Schedule = moment ? { kind: 'at', at: at(moment) } : { kind: 'items' };
	const delivery = JSON.stringify(deliveryOfRun({ ...PLAIN_DELIVERY, ...rules }, schedule, at(moment ?? '1970-01-01T00:00Z')));
	const entry: OnTheirWay = { runState: 'running', maxLatenessMs: DAY, delivery, setOutAt: at(qualified ?? moment ?? now), timezone };
	const decision = overruled(entry, { now: at(now), accountZone: 'Europe/Paris' });
	if (decision?.kind === 'hold') return `hold ${new Date(decision.until).toISOString().slice(5, 16)}`;
	return decision?.kind === 'drop' ? decision.reason : 'passes';
}

const at21 = { minute: 21 * 60, then: 'stop' } as const;
const pause21 = { minute: 21 * 60, then: 'pause' } as const;

describe('what comes before every decision', () => {
	it.each([
		['just before the cut-off', { rules: { cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', now: '2026-03-02T20:59:59Z' }, 'passes'],
		['at it', { rules: { cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', now: '2026-03-02T21:00Z' }, 'cut_off'],
		['after midnight it is still over', { rules: { cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', now: '2026-03-03T02:00Z' }, 'cut_off'],
		['a run that started late, after it', { rules: { cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-02T22:00Z', now: '2026-03-02T22:00Z' }, 'cut_off'],
		['before the time to send: that of the next day', { rules: { cutOff: { minute: 60, then: 'stop' }, clock: 'UTC' }, moment: '2026-03-02T22:00Z', now: '2026-03-03T00:59Z' }, 'passes'],
		['which is reached', { rules: { cutOff: { minute: 60, then: 'stop' }, clock: 'UTC' }, moment: '2026-03-02T22:00Z', now: '2026-03-03T01:00Z' }, 'cut_off'],
		['on the clocks of the schedule, not of the person', { rules: { cutOff: at21, clock: 'Asia/Tokyo' }, moment: '2026-03-02T01:00Z', timezone: 'America/New_York', now: '2026-03-02T12:00Z' }, 'cut_off'],
		['on the account\'s, where none are named', { rules: { cutOff: at21 }, moment: '2026-03-02T09:00Z', now: '2026-03-02T20:00Z' }, 'cut_off'],
		['on those of the person', { rules: { zones: 'person', cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-02T15:00Z', timezone: 'America/New_York', now: '2026-03-03T01:59Z' }, 'passes'],
		['on those of the person, reached', { rules: { zones: 'person', cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-02T15:00Z', timezone: 'America/New_York', now: '2026-03-03T02:00Z' }, 'cut_off'],
		['of somebody whose zone had passed: that of their day', { rules: { zones: 'person', cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-03T01:00Z', timezone: 'Asia/Tokyo', now: '2026-03-03T11:59Z' }, 'passes'],
		['of a best time after it', { rules: { zones: 'person', cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-02T22:00Z', timezone: 'UTC', now: '2026-03-02T22:00Z' }, 'cut_off'],
		['of the default time a day later', { rules: { zones: 'person', cutOff: at21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', qualified: '2026-03-03T10:00Z', timezone: 'UTC', now: '2026-03-03T20:00Z' }, 'passes'],
		['where people come in one by one: of the day they did', { rules: { cutOff: at21, clock: 'UTC' }, qualified: '2026-03-02T03:00Z', now: '2026-03-02T20:00Z' }, 'passes'],
		['who came in after it', { rules: { cutOff: at21, clock: 'UTC' }, qualified: '2026-03-02T22:00Z', now: '2026-03-02T22:00Z' }, 'cut_off'],
		['pausing: until midnight has passed', { rules: { cutOff: pause21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', now: '2026-03-02T21:30Z' }, 'hold 03-03T00:00'],
		['after midnight they go on', { rules: { cutOff: pause21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', now: '2026-03-03T00:00Z' }, 'passes'],
		['until the midnight of the person', { rules: { zones: 'person', cutOff: pause21, clock: 'UTC' }, moment: '2026-03-02T10:00Z', timezone: 'Asia/Kolkata', now: '2026-03-02T15:30Z' }, 'hold 03-02T18:30'],
		['until the end of a gap at midnight', { rules: { zones: 'person', cutOff: pause21 }, moment: '2026-09-05T10:00Z', timezone: 'America/Santiago', now: '2026-09-06T02:00Z' }, 'hold 09-06T04:00'],
		['within the time to live', { rules: { ttlMs: HOUR }, moment: '2026-03-02T10:00Z', now: '2026-03-02T10:59:59Z' }, 'passes'],
		['at its end', { rules: { ttlMs: HOUR }, moment: '2026-03-02T10:00Z', now: '2026-03-02T11:00Z' }, 'expired_ttl'],
		['at a moment for everybody', { rules: { ttlAt: at('2026-03-02T11:00Z') }, moment: '2026-03-02T10:00Z', now: '2026-03-02T11:00Z' }, 'expired_ttl'],
		['the earlier of both', { rules: { ttlMs: 3 * HOUR, ttlAt: at('2026-03-02T11:00Z') }, moment: '2026-03-02T10:00Z', now: '2026-03-02T11:30Z' }, 'expired_ttl'],
		['a pause does not outlive it', { rules: { cutOff: pause21, ttlMs: HOUR, clock: 'UTC' }, moment: '2026-03-02T20:30Z', now: '2026-03-02T21:30Z' }, 'expired_ttl'],
	] as Array<[string, Case, string]>)('%s', (_name, one, expected) => {
		expect(decide(one)).toBe(expected);
	});

	it('pauses until the first instant of the next day in every zone, at every quarter of an hour around two changes of clocks', () => {
		const delivery = JSON.stringify({ ...PLAIN_DELIVERY, zones: 'person', cutOff: { minute: 22 * 60 + 30, then: 'pause' } });
		for (const zone of Intl.supportedValuesOf('timeZone')) {
			for (const moment of [at('2026-03-29T00:00Z'), at('2026-10-25T00:00Z')]) {
				const clock = new SlowClock(zone, moment - 2 * DAY, moment + 3 * DAY);
				for (let now = moment - DAY; now <= moment + DAY; now += 15 * MINUTE * 3) {
					const wall = clock.wallAt(now);
					const midnight = Math.floor(wall / DAY) * DAY;
					const isCutOff = now >= clock.firstShowing(midnight + (22 * 60 + 30) * MINUTE);
					const expected = isCutOff ? clock.firstShowing(midnight + DAY) : undefined;
					const decision = overruled({ runState: 'running', maxLatenessMs: DAY, delivery, setOutAt: now, timezone: zone }, { now, accountZone: 'UTC' });
					const got = decision?.kind === 'hold' ? decision.until : undefined;
					if (got !== expected) expect({ zone, now, got }).toEqual({ zone, now, got: expected });
				}
			}
		}
	});
});

describeStores('checking the segment again', (fixture) => {
	it('drops whoever has left it while they were held, where the campaign says so', async () => {
		const { store, clock } = fixture();
		const people = await addPeople(store, 3);
		const segment = { not: { profile: 'bought', is: 'exists' } } as const;
		const run = async (checkSegmentAgain: boolean, runKey: string) => {
			await startRun(store, people, { segment, runKey, delivery: { ...PLAIN_DELIVERY, checkSegmentAgain } });
			return (await release(store, await node(store, 'trigger')))?.people ?? [];
		};
		const checked = await run(true, 'a');
		const unchecked = await run(false, 'b');
		await store.call('ingest', { profiles: [{ id: 'p2', properties: { bought: true } }] });
		const decisions = await overruledOnRelease(store, [...checked, ...unchecked], { now: clock.now(), accountZone: 'UTC' });
		expect(decisions).toEqual([...checked, ...unchecked].map(({ person }, index) => (index < 3 && person === people[1] ? { kind: 'drop', reason: 'user_not_qualified' } : undefined)));
		expect(decisions.filter(Boolean)).toHaveLength(1);
	});

	it('lets whoever comes out go on where the segment cannot be asked about any more', async () => {
		const { store, clock } = fixture();
		const people = await addPeople(store, 2);
		const { id: list } = await store.call('createList', { name: 'Guests' });
		const run = await startRun(store, people, { segment: { any: [{ list }, { all: [] }] }, delivery: { ...PLAIN_DELIVERY, checkSegmentAgain: true } });
		await store.call('deleteList', { reference: list, evenIfUsed: true });
		const out = (await release(store, await node(store, 'trigger')))?.people ?? [];
		expect(out.map((one) => one.run)).toEqual([run, run]);
		expect(await overruledOnRelease(store, out, { now: clock.now(), accountZone: 'UTC' })).toEqual([undefined, undefined]);
	});
});
