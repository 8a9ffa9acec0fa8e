import { calendarOf, CONTROL_FROM, HOLDOUT } from './calendar';
import { seed } from './chance-of-engine';
import { checkYear } from './calendar-checks';
import { Checks } from './checks';
import { lifeOf } from './life';
import { addPeople } from './people';
import { readRows } from './record';
import { DAY } from './units';
import { World, type Happening } from './world';

jest.mock('node:crypto', () => {
	const chance = jest.requireActual<typeof import('./chance-of-engine')>('./chance-of-engine');
	return chance.cryptoFrom(chance.seed);
});
jest.mock('node:worker_threads', () => jest.requireActual<typeof import('./thread-in-process')>('./thread-in-process').threadsInProcess);
jest.mock('../../engine/store/thread-server', () => jest.requireActual<typeof import('./thread-in-process')>('./thread-in-process').serverInProcess);

const START = Date.parse('2026-01-01T00:00:00Z');

test(
	`a year of campaigns (CAMPAIGNS_SEED=${seed})`,
	async () => {
		const world = await World.open(seed, START);
		try {
			await addPeople(world.store);
			world.weeklyLimit = 4;
			const settings = { channels: { sms: { mostMessages: world.weeklyLimit, perDays: 7 } }, customControlGroups: [{ name: HOLDOUT, percent: 5 }] };
			await world.store.call('saveSettings', { settings });
			const happenings: Happening[] = [
				...calendarOf(START).map((drawn) => ({ at: drawn.publishedAt, what: async () => await world.publish(drawn) })),
				{ at: CONTROL_FROM, what: async ({ store }) => await store.call('saveSettings', { settings: { ...settings, systemControlPercent: 5 } }) },
				...lifeOf(START, world.random),
			];
			const checks = new Checks(world);
			await world.runUntil(START + 365 * DAY, happenings, (day) => (day % 30 === 0 ? checks.whole() : checks.daily()));
			checks.whole();
			const { now: end, provider, events, changed, weeklyLimit } = world;
			checkYear({ start: START, end, requests: provider.requests, ...readRows(world.rows), events, changed, weeklyLimit });
		} finally {
			await world.close();
		}
	},
	10 * 60_000,
);
