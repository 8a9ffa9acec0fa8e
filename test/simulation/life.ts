import { idOf, PEOPLE } from './people';
import { DAY, HOUR, MINUTE } from './units';
import type { Happening, World } from './world';

/** What people do over a year, and what befalls the provider: by chance. */
export function lifeOf(start: number, random: () => number): Happening[] {
	const happenings: Happening[] = [];
	for (let day = 0; day < 365; day++) {
		const begin = start + day * DAY;
		for (let visit = 0; visit < 8; visit++) happenings.push(visitOf(begin + Math.floor(random() * DAY), idOf(Math.floor(random() * PEOPLE)), random));
		if (random() < 0.05) happenings.push(outage(begin + Math.floor(random() * DAY), random));
		if (random() < 0.1) happenings.push(change(begin + Math.floor(random() * DAY), random));
	}
	return happenings;
}

/** Somebody looks at things, perhaps puts one into the cart, perhaps buys it; some events arrive late, and out of order. */
function visitOf(at: number, user: string, random: () => number): Happening {
	const names = ['Viewed', ...(random() < 0.6 ? ['Added to Cart'] : []), ...(random() < 0.3 ? ['Charged'] : [])];
	const events = names.map((name, index) => ({ user, name, ts: at + index * 10 * MINUTE, messageId: `${at}-${user}-${name}`, properties: { sku: `s${Math.floor(random() * 5)}`, amount: 10 } }));
	const late = random() < 0.2 ? HOUR : 0;
	return { at: at + 20 * MINUTE + late, what: async (world) => {
		world.events.push(...events.map(({ name, ts }) => ({ user, name, ts, arrivedAt: world.now })));
		await world.store.ingest({ events: random() < 0.5 ? events : events.toReversed() });
	} };
}

function outage(at: number, random: () => number): Happening {
	const length = Math.floor(random() * 8 * HOUR);
	return { at, what: async ({ provider }) => void (provider.downUntil = at + length) };
}

/** Somebody opts out or in again, moves, becomes somebody else, or is erased. */
function change(at: number, random: () => number): Happening {
	const [one, other] = [idOf(Math.floor(random() * PEOPLE)), idOf(Math.floor(random() * PEOPLE))];
	const kind = random();
	const what = async ({ store, changed }: World): Promise<void> => {
		changed.add(one);
		if (kind >= 0.7 && kind < 0.9) changed.add(other);
		if (kind < 0.4) await store.ingest({ profiles: [{ id: one, optedOut: { sms: kind < 0.2 } }] });
		else if (kind < 0.7) await store.ingest({ profiles: [{ id: one, timezone: 'Asia/Tokyo', properties: { group: 9 } }] });
		else if (kind < 0.9) await store.ingest({ aliases: [{ from: one, to: other }] });
		else await store.call('erasePerson', { name: { id: one } });
	};
	return { at, what };
}
