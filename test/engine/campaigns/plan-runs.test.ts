import { Conductor } from '../../../engine/campaigns/conductor';
import type { CampaignDefinition, Schedule } from '../../../engine/campaigns/definition';
import type { Recurrence } from '../../../engine/campaigns/recurrence/recurrence';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** START is Monday, 2 March 2026, 12:00. */
const MON = 0;
const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 2, 2 + day, hour, minute);

const daily: Recurrence = { minute: 540, zone: 'UTC', repeat: { unit: 'days', every: 1 }, end: { kind: 'never' } };
const weekly = (every: number, ...weekdays: number[]): Recurrence => ({ ...daily, repeat: { unit: 'weeks', every, weekdays } });
const monthly = (...days: number[]): Recurrence => ({ ...daily, repeat: { unit: 'months', every: 1, days, shortMonths: 'last_day' } });
const recurring = (recurrence: Recurrence): Schedule => ({ kind: 'recurring', recurrence });
const dates = (...moments: number[]): Schedule => ({ kind: 'dates', at: moments });

describeStores('runs are planned', (fixture) => {
	const input = (schedule: Schedule, more: Partial<CampaignDefinition> = {}, byOperator = true) => ({
		campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Spring', labels: [], byOperator,
		definition: { segment: { all: [] }, schedule, runKey: 'now first', blockSize: 10, graceMs: MINUTE, maxLatenessMs: DAY, ...more } satisfies CampaignDefinition,
	});
	const publish = async (schedule: Schedule, more?: Partial<CampaignDefinition>) => await fixture().store.call('publishCampaign', input(schedule, more));
	const restart = async (schedule: Schedule) => await fixture().store.call('publishCampaign', input(schedule, {}, false));
	const beat = async (store: Store = fixture().store) =>
		await new Conductor({ store, campaignId: CAMPAIGN_ID, node: await node(store, 'trigger'), announce: async () => true }).beat();
	/** Lets time pass to this moment without anybody looking, then looks. */
	const beatAt = async (moment: number) => {
		fixture().clock.set(moment);
		await beat();
	};
	/** All runs by their time, as "Tue 03 09:00 running". */
	const runs = async () =>
		(await fixture().store.ask('runsOf', { campaignId: CAMPAIGN_ID }))
			.sort((a, b) => a.scheduledAt - b.scheduledAt)
			.map(({ scheduledAt, state }) => `${new Date(scheduledAt).toISOString().slice(5, 16).replace('T', ' ')} ${state}`);
	const nextRunAt = async () => (await fixture().store.ask('listCampaigns', undefined))[0]?.nextRunAt;
	const blockSizes = async () => {
		const { due } = await fixture().store.call('dueRuns', { campaignId: CAMPAIGN_ID });
		return due.map(({ definition }) => definition.blockSize);
	};

	beforeEach(async () => {
		await addPeople(fixture().store, 1);
	});

	describe('on dates', () => {
		it('one for each, which start at their times', async () => {
			const published = await publish(dates(at(3, 9), at(1, 9), at(2, 9)));
			expect(published).toMatchObject({ created: true, keepTheirs: [], run: { state: 'scheduled', scheduledAt: at(1, 9) } });
			expect(await runs()).toEqual(['03-03 09:00 scheduled', '03-04 09:00 scheduled', '03-05 09:00 scheduled']);
			expect(await nextRunAt()).toBe(at(1, 9));
			await beatAt(at(1, 9) - 1);
			expect(await runs()).toEqual(['03-03 09:00 scheduled', '03-04 09:00 scheduled', '03-05 09:00 scheduled']);
			await beatAt(at(1, 9));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 scheduled', '03-05 09:00 scheduled']);
			await beatAt(at(2, 9));
			await beatAt(at(3, 9));
			expect(await nextRunAt()).toBeNull();
			expect((await publish(dates(at(3, 9), at(1, 9), at(2, 9)))).created).toBe(false);
			expect((await runs()).some((run) => run.endsWith('scheduled'))).toBe(false);
		});

		it('no longer meant are forgotten, those that have started stay', async () => {
			await publish(dates(at(1, 9), at(2, 9), at(3, 9)));
			await beatAt(at(1, 9));
			await publish(dates(at(3, 9), at(4, 9)));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-05 09:00 scheduled', '03-06 09:00 scheduled']);
		});

		it('that have passed are refused by their place, unless they were runs', async () => {
			await expect(publish(dates(at(1, 9), at(MON, 9)))).rejects.toMatchObject({
				code: 'schedule_past', message: 'Date 2 of 2, 2026-03-02T09:00:00.000Z, has passed.',
			});
			expect(await fixture().store.ask('listCampaigns', undefined)).toEqual([]);
			await publish(dates(at(1, 9), at(2, 9)));
			await beatAt(at(1, 9));
			fixture().clock.set(at(1, 12));
			await publish(dates(at(1, 9), at(2, 9), at(3, 9)));
			await expect(publish(dates(at(1, 9), at(1, 10), at(3, 9)))).rejects.toMatchObject({ message: 'Date 2 of 3, 2026-03-03T10:00:00.000Z, has passed.' });
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 scheduled', '03-05 09:00 scheduled']);
		});

		it('that are none, or come twice, are refused', async () => {
			await expect(publish(dates())).rejects.toMatchObject({ code: 'schedule_invalid', message: 'The campaign has no date to run on.' });
			await expect(publish(dates(at(1, 9), at(2, 9), at(1, 9)))).rejects.toMatchObject({ message: 'Date 3 is the same as date 1.' });
			await expect(publish(dates(...Array.from({ length: 367 }, (_, day) => at(day + 1, 9))))).rejects.toMatchObject({ code: 'schedule_invalid' });
		});

		it('are not made by a restart', async () => {
			expect(await restart(dates(at(1, 9)))).toMatchObject({ created: false });
			expect(await runs()).toEqual([]);
		});

		it('do not repeat what one date or a recurrence did at the same time', async () => {
			await publish({ kind: 'at', at: at(1, 9) });
			await beatAt(at(1, 9));
			await publish(dates(at(1, 9), at(2, 9)));
			await beatAt(at(2, 9));
			await publish(recurring(daily));
			await publish(dates(at(1, 9), at(2, 9)));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 running']);
		});
	});

	describe('of a recurrence', () => {
		it('always exactly the next', async () => {
			const { run } = await publish(recurring(weekly(1, 1, 3)));
			expect(run).toMatchObject({ scheduledAt: at(2, 9) });
			expect(await runs()).toEqual(['03-04 09:00 scheduled']);
			await beatAt(at(2, 9));
			await beat();
			expect(await runs()).toEqual(['03-04 09:00 running', '03-09 09:00 scheduled']);
			expect(await nextRunAt()).toBe(at(7, 9));
			await beatAt(at(7, 9, 30));
			expect(await runs()).toEqual(['03-04 09:00 running', '03-09 09:00 running', '03-11 09:00 scheduled']);
		});

		it('published again unchanged is neither shifted nor repeated', async () => {
			const everyOther = recurring(weekly(2, 1, 4));
			await publish(everyOther);
			for (const moment of [at(2, 12), at(3, 9), at(5, 12), at(8, 12), at(13, 12)]) {
				await beatAt(moment);
				expect((await publish(everyOther)).created).toBe(false);
				await restart(everyOther);
			}
			expect(await runs()).toEqual(['03-05 09:00 running', '03-16 09:00 scheduled']);
			await beatAt(at(14, 9));
			await publish(everyOther);
			expect(await runs()).toEqual(['03-05 09:00 running', '03-16 09:00 running', '03-19 09:00 scheduled']);
		});

		it('whose time or days change counts on from where it began; with another interval it begins anew', async () => {
			await publish(recurring(weekly(2, 1, 4)));
			fixture().clock.set(at(7, 12));
			await publish(recurring({ ...weekly(2, 1, 5), minute: 600 }));
			expect(await runs()).toEqual(['03-16 10:00 scheduled']);
			await publish(recurring({ ...weekly(3, 1, 5), minute: 600 }));
			expect(await runs()).toEqual(['03-13 10:00 scheduled']);
		});

		it('whose days change runs on the first of the new ones', async () => {
			await publish(recurring(weekly(1, 1)));
			await publish(recurring(weekly(1, 1, 3)));
			expect(await runs()).toEqual(['03-04 09:00 scheduled']);
		});

		it('by month never falls on a day on which it is published first, or with other days', async () => {
			await publish(recurring({ ...monthly(2), minute: 23 * 60 }));
			expect(await runs()).toEqual(['04-02 23:00 scheduled']);
			fixture().clock.set(at(3, 12));
			await publish(recurring({ ...monthly(5), minute: 23 * 60 }));
			expect(await runs()).toEqual(['04-05 23:00 scheduled']);
			await publish(recurring({ ...monthly(5), minute: 23 * 60 }));
			expect(await runs()).toEqual(['04-05 23:00 scheduled']);
			await publish(recurring({ ...monthly(6), minute: 23 * 60 }));
			fixture().clock.set(at(4, 12));
			await publish(recurring({ ...monthly(6), minute: 23 * 60 }));
			expect(await runs()).toEqual(['03-06 23:00 scheduled']);
		});

		it('start by a restart only if somebody published them', async () => {
			await restart(recurring(daily));
			await beatAt(at(3, 12));
			expect(await runs()).toEqual([]);
			await publish(recurring(daily));
			expect(await runs()).toEqual(['03-06 09:00 scheduled']);
			await restart(recurring(daily));
			await beatAt(at(4, 9));
			await restart(recurring(daily));
			expect(await runs()).toEqual(['03-06 09:00 running', '03-07 09:00 scheduled']);
		});

		it('end after as many as have fired; those missed do not count', async () => {
			const twice = recurring({ ...daily, end: { kind: 'after', runs: 2 } });
			await publish(twice);
			await beatAt(at(2, 9, 1));
			expect(await runs()).toEqual(['03-03 09:00 missed', '03-04 09:00 scheduled']);
			await beat();
			await publish(twice);
			await beatAt(at(3, 9));
			await publish(twice);
			await beatAt(at(4, 9));
			expect(await runs()).toEqual(['03-03 09:00 missed', '03-04 09:00 running', '03-05 09:00 running']);
			expect(await publish(twice)).toMatchObject({ created: false });
			// More of them go on where it was; another interval counts anew.
			await publish(recurring({ ...daily, end: { kind: 'after', runs: 3 } }));
			expect((await runs()).at(-1)).toBe('03-07 09:00 scheduled');
			await publish(recurring({ ...daily, end: { kind: 'after', runs: 2 } }));
			expect((await runs()).at(-1)).toBe('03-05 09:00 running');
			await publish(recurring({ ...daily, repeat: { unit: 'days', every: 2 }, end: { kind: 'after', runs: 1 } }));
			expect((await runs()).at(-1)).toBe('03-08 09:00 scheduled');
		});

		it('that has started before its time, as by time zones, is not planned again', async () => {
			const { store, clock } = fixture();
			const { run } = await publish(recurring(daily));
			clock.set(at(1, 8));
			await store.call('startRun', { run: run?.run as number, node: await node(store, 'trigger'), people: Uint32Array.of(1) });
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 scheduled']);
			await publish(recurring(weekly(1, 2, 5)));
			await publish(recurring(weekly(1, 2, 4)));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-05 09:00 scheduled']);
		});

		it('go on with the next when one is stopped', async () => {
			const { store } = fixture();
			const { run } = await publish(recurring(daily));
			expect(await store.call('stopRuns', { run: run?.run as number })).toEqual({ runs: [{ run: run?.run, was: 'scheduled' }] });
			expect(await runs()).toEqual(['03-03 09:00 stopped', '03-04 09:00 scheduled']);
			await publish(recurring(daily));
			await beatAt(at(2, 9));
			expect(await runs()).toEqual(['03-03 09:00 stopped', '03-04 09:00 running', '03-05 09:00 scheduled']);
		});

		it('do not go on when the campaign is stopped, even while one starts', async () => {
			const { store, another } = fixture();
			const trigger = await node(store, 'trigger');
			const other = await another();
			for (let round = 0; round < 8; round++) {
				fixture().clock.set(at(round, 10));
				const { run } = await publish(recurring(daily));
				fixture().clock.set(at(round + 1, 9));
				await Promise.all([
					other.call('startRun', { run: run?.run as number, node: trigger, people: Uint32Array.of(1) }),
					store.call('stopRuns', { campaignId: CAMPAIGN_ID }),
				]);
				expect((await runs()).filter((one) => !one.endsWith('stopped'))).toEqual([]);
			}
		});

		it('end on a day', async () => {
			await publish(recurring({ ...daily, end: { kind: 'on', day: at(2, 0) / DAY } }));
			await beatAt(at(1, 9));
			await beatAt(at(2, 9));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 running']);
		});

		it('that never come are refused', async () => {
			const over = recurring({ ...daily, end: { kind: 'on', day: at(MON, 0) / DAY } });
			await expect(publish(over)).rejects.toMatchObject({ code: 'recurrence_never' });
			await expect(publish(recurring(weekly(1)))).rejects.toMatchObject({ code: 'recurrence_invalid' });
			expect(await runs()).toEqual([]);
		});

		it('give way to another schedule', async () => {
			await publish(recurring(daily));
			await beatAt(at(1, 9));
			await publish({ kind: 'now' });
			expect(await runs()).toEqual(['03-03 09:00 running', '03-03 09:01 scheduled']);
			await beatAt(at(1, 9, 1));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-03 09:01 running']);
		});

		it('no longer at that time does not run at it, however soon that is', async () => {
			await publish(recurring(daily));
			fixture().clock.set(at(1, 8, 59));
			await publish(recurring({ ...daily, minute: 600 }));
			expect(await runs()).toEqual(['03-03 10:00 scheduled']);
		});
	});

	describe('while n8n was down', () => {
		it('what is overdue within the maximum lateness starts, one after the other', async () => {
			await publish(recurring(daily), { maxLatenessMs: 3 * DAY });
			for (const moment of [at(3, 12), at(3, 12), at(3, 12), at(3, 12)]) await beatAt(moment);
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 running', '03-05 09:00 running', '03-06 09:00 scheduled']);
		});

		it('a hundred occurrences leave one run that was missed', async () => {
			await publish(recurring(daily));
			await beatAt(at(100, 12));
			expect(await runs()).toEqual(['03-03 09:00 missed', '06-10 09:00 scheduled']);
			await beat();
			expect(await runs()).toEqual(['03-03 09:00 missed', '06-10 09:00 running', '06-11 09:00 scheduled']);
		});

		it('an occurrence exactly at the maximum lateness still starts', async () => {
			await publish(recurring(daily));
			await beatAt(at(2, 9));
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 scheduled']);
			await beat();
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 running', '03-05 09:00 scheduled']);
		});

		it('and somebody publishes again, what is overdue is decided then', async () => {
			await publish(recurring(daily));
			fixture().clock.set(at(1, 11));
			await publish(recurring(daily));
			expect(await runs()).toEqual(['03-03 09:00 scheduled']);
			await beat();
			expect(await runs()).toEqual(['03-03 09:00 running', '03-04 09:00 scheduled']);
			fixture().clock.set(at(5, 12));
			await publish(recurring(weekly(1, 3)));
			await beat();
			expect(await runs()).toEqual(['03-03 09:00 running', '03-11 09:00 scheduled']);
		});
	});

	describe('and scheduled ones follow what is published', () => {
		it('until five minutes before their time', async () => {
			await publish(recurring(daily), { blockSize: 1 });
			fixture().clock.set(at(1, 8, 55));
			expect((await publish(recurring(daily), { blockSize: 2 })).keepTheirs).toEqual([]);
			fixture().clock.advance(1);
			const { keepTheirs, run } = await publish(recurring(daily), { blockSize: 3 });
			expect(keepTheirs).toEqual([run]);
			expect((await publish(recurring(daily), { blockSize: 2 })).keepTheirs).toEqual([]);
			await publish(recurring(daily), { blockSize: 3 });
			fixture().clock.set(at(1, 9));
			expect(await blockSizes()).toEqual([2]);
			await beat();
			fixture().clock.set(at(2, 9));
			expect(await blockSizes()).toEqual([3]);
		});

		it('and after it, when they could not start', async () => {
			await publish({ kind: 'at', at: at(1, 9) }, { blockSize: 1 });
			fixture().clock.set(at(1, 9));
			await publish({ kind: 'at', at: at(1, 9) }, { blockSize: 2 });
			expect(await blockSizes()).toEqual([2]);
		});

		it('at once when they are for now, with their waiting time anew', async () => {
			await publish({ kind: 'now' }, { blockSize: 1 });
			fixture().clock.advance(30_000);
			const { run, keepTheirs } = await publish({ kind: 'now' }, { blockSize: 2 });
			expect([run?.scheduledAt, keepTheirs]).toEqual([START + 90_000, []]);
			fixture().clock.advance(MINUTE);
			expect(await blockSizes()).toEqual([2]);
		});
	});

	describe('by several processes', () => {
		it('start once, with everybody, and the next is scheduled once', async () => {
			await addPeople(fixture().store, 25);
			await publish(recurring(daily));
			const others = await Promise.all([fixture().another(), fixture().another()]);
			for (let day = 1; day <= 5; day++) {
				fixture().clock.set(at(day, 9));
				await Promise.all([fixture().store, ...others].map(async (store) => await beat(store)));
			}
			const all = await fixture().store.ask('runsOf', { campaignId: CAMPAIGN_ID });
			expect(all.map(({ state }) => state).sort()).toEqual(['running', 'running', 'running', 'running', 'running', 'scheduled']);
			expect(all.filter(({ state }) => state === 'running').map(({ qualified }) => qualified)).toEqual([25, 25, 25, 25, 25]);
			const reports = await Promise.all(all.slice(0, 5).map(async ({ run }) => await fixture().store.ask('runReport', { run })));
			expect(reports.map((report) => [report?.waiting, report?.unaccounted])).toEqual(reports.map(() => [25, 0]));
		});

		it('and one that starts while somebody publishes another time leaves exactly the next', async () => {
			const other = await fixture().another();
			const trigger = await node(other, 'trigger');
			for (let round = 1; round <= 12; round++) {
				const { run } = await publish(recurring({ ...daily, minute: 540 + 2 * round }));
				fixture().clock.set(at(round, 12));
				await Promise.all([
					other.call('startRun', { run: run?.run as number, node: trigger, people: Uint32Array.from({ length: 200 }, (_, index) => index + 1) }),
					fixture().store.call('publishCampaign', input(recurring({ ...daily, minute: 541 + 2 * round }))),
				]);
				expect((await runs()).filter((one) => one.endsWith('scheduled'))).toHaveLength(1);
			}
		});

		it('are missed once, and publishing meanwhile leaves exactly the next', async () => {
			const other = await fixture().another();
			for (let round = 1; round <= 5; round++) {
				await publish(recurring(daily));
				fixture().clock.set(at(round * 3, 9, 30));
				const changed = { ...daily, minute: 540 + round };
				await Promise.all([beat(), other.call('publishCampaign', input(recurring(changed))), beat(other)]);
				await beat();
				await beat();
				const scheduled = (await runs()).filter((run) => run.endsWith('scheduled'));
				expect(scheduled.map((run) => run.slice(6))).toEqual([`09:0${round} scheduled`]);
			}
		});
	});
});
