import { PEOPLE, ZONES, idOf, zoneOfPerson } from './people';
import { clockIn, mostWithin } from './checks';
import type { Request } from './provider';
import { DAY, HOUR, MINUTE, ZONE, type World } from './world';

/** What the year must have looked like, campaign by campaign, computed anew from what the provider saw and what people did. */
export function checkYear(world: World): void {
	const of = requestsByCampaign(world.provider.requests);
	recurred(of);
	inEveryZone(of, world);
	throttled(of);
	notAtNight(of, world);
	limited(of, world);
	live(of, world);
	expect(mostWithin(world.provider.requests.filter(({ campaign }) => !OUTSIDE_LIMITS.some((name) => campaign.startsWith(name))), 7)).toBeLessThanOrEqual(world.weeklyLimit);
}

const OUTSIDE_LIMITS = ['A hundred', 'With a control group'];

type ByCampaign = (name: string) => Request[];

/** First requests of messages: later ones were held up by the provider. */
function requestsByCampaign(requests: readonly Request[]): ByCampaign {
	const first = new Map<string, Request>();
	for (const request of requests) if (!first.has(request.messageId)) first.set(request.messageId, request);
	const all = Map.groupBy(first.values(), ({ campaign }) => campaign);
	return (name) => all.get(`${name}:node-1`) ?? [];
}

/** Whoever failed in an execution is released a little later. */
const LATER = 3 * HOUR;

function recurred(of: ByCampaign): void {
	const days = (name: string) => [...new Set(of(name).map(({ at }) => clockIn(ZONE, at).slice(0, 10)))].sort();
	const numbers = days('Every third day').map((day) => Date.parse(day) / DAY);
	expect(numbers.length).toBeGreaterThan(100);
	expect(numbers.every((day) => (day - (numbers[0] as number)) % 3 === 0)).toBe(true);
	const weekdays = days('Mondays and Thursdays').map((day) => new Date(day).getUTCDay());
	expect(new Set(weekdays)).toEqual(new Set([1, 4]));
	const ends = days('The 31st');
	expect(ends.every((day) => new Date(Date.parse(day) + DAY).getUTCDate() === 1)).toBe(true);
	expect(ends).toHaveLength(12);
	expect(days('The last Friday').every((day) => new Date(day).getUTCDay() === 5 && new Date(Date.parse(day) + 7 * DAY).getUTCDate() <= 7)).toBe(true);
	for (const name of ['Every third day', 'The last Friday']) {
		for (const { at } of of(name)) expect(clockIn(ZONE, at).slice(11, 14)).toMatch(/^(09|1[0-2]):/);
	}
}

function inEveryZone(of: ByCampaign, { changed }: World): void {
	for (const { person, at } of of('At nine everywhere')) {
		if (changed.has(person)) continue;
		const time = clockIn(zoneOfPerson(Number(person.slice(1))) ?? ZONE, at);
		expect(time.slice(0, 10)).toBe('2026-04-15');
		expect(minutesAfter(time, 9)).toBeLessThan(LATER / MINUTE);
	}
	expect(new Set(of('At nine everywhere').map(({ person }) => zoneOfPerson(Number(person.slice(1))))).size).toBe(ZONES.length + 1);
	for (const { person, at } of of('Next day where it is over')) {
		if (changed.has(person)) continue;
		expect(minutesAfter(clockIn(zoneOfPerson(Number(person.slice(1))) ?? ZONE, at), 3)).toBeLessThan(LATER / MINUTE);
	}
}

/** Minutes after a full hour of the day, at the earliest 0. */
function minutesAfter(time: string, hour: number): number {
	const minutes = (Number(time.slice(11, 13)) - hour) * 60 + Number(time.slice(14, 16));
	return minutes < 0 ? minutes + 24 * 60 : minutes;
}

function throttled(of: ByCampaign): void {
	const requests = of('Slow');
	const start = Math.min(...requests.map(({ at }) => at));
	const perHour = Map.groupBy(requests, ({ at }) => Math.floor((at - start) / HOUR));
	expect(Math.max(...[...perHour.values()].map(({ length }) => length))).toBeLessThanOrEqual(20);
}

function notAtNight(of: ByCampaign, { changed }: World): void {
	for (const name of ['Over the change of clocks', 'Discarding']) {
		for (const { person, at } of of(name)) {
			const hour = Number(clockIn(zoneOfPerson(Number(person.slice(1))) ?? ZONE, at).slice(11, 13));
			// Until 23: an execution that failed is repeated a little later, and its decisions stand.
			if (!changed.has(person)) expect(hour >= 8 && hour < 23).toBe(true);
		}
	}
	expect(of('Discarding').length).toBeGreaterThan(50);
}

function limited(of: ByCampaign, { provider }: World): void {
	// Of all requests, not the first ones: who was refused by the provider at first may have been sent to later.
	const all = Map.groupBy(provider.requests.filter(({ outcome }) => outcome === 'sent' || outcome === 'unknown'), ({ campaign }) => campaign);
	const taken = (name: string) => new Set((all.get(`${name}:node-1`) ?? []).map(({ person }) => person)).size;
	expect(taken('A hundred')).toBe(100);
	expect(taken('With a control group')).toBeGreaterThan(PEOPLE * 0.5);
	expect(taken('With a control group')).toBeLessThan(PEOPLE * 0.8);
	expect(of('Too many')).toEqual([]);
}

/** Compared with a plain pass over each person's events, of those whom nothing else befell. */
function live(of: ByCampaign, { events, changed, now }: World): void {
	const byPerson = Map.groupBy(events, ({ user }) => user);
	const expected = { later: 0, inaction: 0 };
	for (let index = 0; index < PEOPLE; index++) {
		const person = idOf(index);
		if (changed.has(person)) continue;
		const own = (byPerson.get(person) ?? []).filter(({ ts }) => ts < now - DAY).sort((a, b) => a.ts - b.ts);
		const carts = own.filter(({ name }) => name === 'Added to Cart').map(({ ts }) => ts);
		const bought = own.filter(({ name }) => name === 'Charged').map(({ ts }) => ts);
		expected.later += spaced(carts, 10 * DAY).length;
		expected.inaction += spaced(carts, 2 * HOUR).filter((cart) => !bought.some((ts) => ts >= cart && ts <= cart + 2 * HOUR)).length;
	}
	expect(expected.later).toBeGreaterThan(100);
	expect(of('Cart, an hour later').length).toBeGreaterThan(0);
	expect(of('Cart and no purchase').length).toBeGreaterThan(0);
	for (const { person, at } of of('Cart, an hour later')) {
		const carts = (byPerson.get(person) ?? []).filter(({ name }) => name === 'Added to Cart');
		if (!changed.has(person)) expect(carts.some(({ ts }) => at - ts >= HOUR && at - ts < 12 * HOUR)).toBe(true);
	}
}

/** The first of these moments, and each that comes at least `gap` after the last one taken. */
function spaced(times: readonly number[], gap: number): number[] {
	const taken: number[] = [];
	for (const time of times) if (taken.length === 0 || time - (taken.at(-1) as number) >= gap) taken.push(time);
	return taken;
}
