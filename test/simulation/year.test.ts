import { randomInt } from 'node:crypto';

import { calendarOf } from './calendar';
import { checkYear } from './calendar-checks';
import { checkEverything } from './checks';
import { lifeOf } from './life';
import { addPeople } from './people';
import { DAY, World, type Happening } from './world';

const START = Date.parse('2026-01-01T00:00:00Z');

/** A failing one is printed; to see it again, set CAMPAIGNS_SEED. */
const seed = Number(process.env.CAMPAIGNS_SEED ?? randomInt(2 ** 31));

test(
	`a year of campaigns (CAMPAIGNS_SEED=${seed})`,
	async () => {
		const world = await World.open(seed, START);
		try {
			await addPeople(world.store);
			world.weeklyLimit = 4;
			await world.store.call('saveSettings', { settings: { channels: { sms: { mostMessages: world.weeklyLimit, perDays: 7 } }, customControlGroups: [] } });
			const happenings: Happening[] = [
				...calendarOf(START).map((drawn) => ({ at: drawn.publishedAt, what: async () => await world.publish(drawn) })),
				...lifeOf(START, world.random),
			];
			await world.runUntil(START + 365 * DAY, happenings, checkEverything);
			await checkEverything(world);
			checkYear(world);
		} finally {
			await world.close();
		}
	},
	10 * 60_000,
);
