import parsePhoneNumber from 'libphonenumber-js/max';
import { DateTime } from 'luxon';
import { load } from './load';

const DAY = 24 * 3600 * 1000;
type Demo = Awaited<ReturnType<typeof loadAll>>;
type Audience = ReturnType<Demo['makeAudience']>;
let demo: Demo;

async function loadAll() {
	return { ...(await load('audience')), ...(await load('people')), ...(await load('random')), ...(await load('purchases')) };
}

beforeAll(async () => {
	demo = await loadAll();
});

/** All records as one text per record, whatever the batches. */
function records(audience: Audience, size: number) {
	return [...audience.batches(size)].flatMap(({ profiles = [], events = [] }) => [...profiles, ...events]).map((one) => JSON.stringify(one));
}

function groupBy<T>(all: Iterable<T>, key: (one: T) => string) {
	const groups = new Map<string, T[]>();
	for (const one of all) {
		const group = groups.get(key(one));
		if (group) group.push(one);
		else groups.set(key(one), [one]);
	}
	return groups;
}

describe('the generator', () => {
	const options = { seed: 7, people: 500, events: 4000 };

	it('gives the same data for the same seed, whatever the batch size', () => {
		const whole = records(demo.makeAudience(options), 100_000);
		expect(whole).toHaveLength(4500);
		for (const size of [1, 7, 1000]) expect(records(demo.makeAudience(options), size)).toEqual(whole);
		expect(records(demo.makeAudience({ ...options, seed: 8 }), 1000)).not.toEqual(whole);
	});

	it('keeps to the batch size, people first', () => {
		const batches = [...demo.makeAudience(options).batches(300)];
		expect(batches.map(({ profiles, events }) => [profiles?.length ?? 0, events?.length ?? 0])).toEqual([
			[300, 0],
			[200, 0],
			...Array.from({ length: 13 }, () => [0, 300]),
			[0, 100],
		]);
		expect(batches.every(({ historical }) => historical)).toBe(true);
	});

	it.each([
		[{ people: 0 }, /people must be/],
		[{ people: 10_000_000 }, /people must be/],
		[{ people: 500, events: 500 }, /too few/],
		[{ start: 'tomorrow' }, /ISO instant/],
	])('refuses %j', (wrong, message) => {
		expect(() => demo.makeAudience({ ...options, ...wrong })).toThrow(message);
	});
});

describe('the demo audience', () => {
	let audience: Audience;
	let answer: ReturnType<Demo['expected']>;

	beforeAll(() => {
		audience = demo.makeAudience();
		answer = demo.expected(audience);
	});

	it('has 50,000 people and 500,000 events of 60 days, none near an edge of the 30 days', () => {
		const ids = new Set<string>();
		const users = new Set(audience.people.map(({ id }) => id));
		const counts = new Map<string, number>();
		let former = 0;
		let wrong = 0;
		for (const event of audience.events()) {
			const age = audience.start - event.ts;
			if (event.ts < former || age < 10 * 60_000 || age > 60 * DAY || Math.abs(age - 30 * DAY) < DAY || !users.has(event.user)) wrong++;
			former = event.ts;
			ids.add(event.messageId);
			counts.set(event.name, (counts.get(event.name) ?? 0) + 1);
		}
		expect(wrong).toBe(0);
		expect(users.size).toBe(50_000);
		expect(ids.size).toBe(500_000);
		expect(counts.size).toBeGreaterThanOrEqual(10);
		const byCount = [...counts.values()].sort((a, b) => b - a);
		expect(byCount[0]).toBeGreaterThan(5 * (byCount.at(-1) ?? 0));
	});

	it('gives numbers that are valid and nobody\'s, one per person but for the households', () => {
		const owners = groupBy(audience.people.filter(({ e164 }) => e164 !== null), ({ e164 }) => e164 ?? '');
		for (const [number, people] of owners) {
			for (const { phone } of people) {
				const parsed = parsePhoneNumber(phone ?? '');
				if (parsed?.number !== number) throw new Error(`${phone} is not ${number}`);
				if (!parsed.isValid() || !/^\+1\d{3}555(?!1212)\d{4}$/.test(number)) throw new Error(`${number} is not valid`);
			}
		}
		const shared = [...owners.values()].filter(({ length }) => length > 1);
		expect(shared).toHaveLength(125);
		expect(shared.every(({ length }) => length === 3)).toBe(true);

		const noNumbers = audience.people.filter(({ phone, e164 }) => phone !== null && e164 === null);
		expect(noNumbers.length).toBeGreaterThan(100);
		expect(noNumbers.filter(({ phone }) => parsePhoneNumber(phone ?? '', 'US')?.isValid())).toEqual([]);
	});

	it('answers who qualifies and what becomes of them', () => {
		expect(answer.qualified.size).toBeGreaterThanOrEqual(5000);
		expect(answer.notReachable.size).toBeGreaterThan(100);
		expect(answer.invalidPhone.size).toBeGreaterThan(10);
		expect(answer.sharing.length).toBe(125);
		const parts = [...answer.sent, ...answer.notReachable, ...answer.invalidPhone, ...answer.sharing.flatMap(({ ids }) => ids)];
		expect(parts.sort()).toEqual([...answer.qualified].sort());
		expect(answer.sentCount).toBe(answer.sent.size + answer.sharing.length);
	});

	it('agrees with another way of counting', () => {
		const from = audience.start - 30 * DAY;
		const lately = groupBy([...audience.events()].filter(({ ts }) => ts >= from), ({ user }) => user);
		const sums: number[] = [];
		const qualified = audience.people.filter(({ id, city }) => {
			const events = lately.get(id) ?? [];
			const sum = events.filter(({ name }) => name === 'Added to Cart').reduce((all, { properties }) => all + ((properties.amount as number) ?? 0), 0);
			sums.push(sum);
			return city === 'San Francisco' && sum > 200 && events.every(({ name }) => name !== 'Charged');
		});
		expect([...answer.qualified].sort()).toEqual(qualified.map(({ id }) => id).sort());
		expect(sums.filter((sum) => Math.abs(sum - 200) < 0.99)).toEqual([]);
	});

	it('does not depend on the moment of selection within hours, and qualifies others when the rule is another', () => {
		const later = demo.expected(audience, { start: audience.start + 6 * 3600_000 });
		expect([...later.qualified]).toEqual([...answer.qualified]);
		const ever = demo.expected(audience, { campaign: { ...demo.demoCampaign, notDays: null } });
		expect(ever.qualified.size).toBeLessThan(answer.qualified.size);
		expect(demo.expected(audience, { campaign: { ...demo.demoCampaign, city: 'South San Francisco' } }).qualified.size).toBeLessThan(1000);
	});

	it('holds a few hundred in do-not-disturb hours, all until two minutes after the start', () => {
		expect([...answer.inDnd.keys()].sort()).toEqual(['Asia/Seoul', 'Asia/Tokyo']);
		const held = [...answer.inDnd.values()];
		expect(held.reduce((sum, { ids }) => sum + ids.size, 0)).toBeGreaterThan(200);
		for (const { until } of held) expect(until).toBe(Date.parse(demo.dndEnd));
		expect(Date.parse(demo.dndEnd) - audience.start).toBe(2 * 60_000);
		expect(demo.expected(audience, { start: Date.parse(demo.dndEnd) }).inDnd.size).toBe(0);
	});

	it('leaves everybody else an hour and a half before their own do-not-disturb hours begin', () => {
		for (let minute = 2; minute <= 90; minute += 11) {
			const at = DateTime.fromMillis(audience.start).plus({ minutes: minute });
			const zones = new Set(audience.people.filter(({ city }) => city === 'San Francisco').map(({ timezone }) => timezone ?? demo.accountZone));
			for (const zone of zones) {
				const clock = at.setZone(zone).toFormat('HH:mm');
				if (clock < '09:00' || clock >= '21:00') throw new Error(`${zone} is in do-not-disturb hours at ${clock}`);
			}
		}
	});
});

describe('a small audience', () => {
	it('has each kind of people', () => {
		const audience = demo.makeAudience({ people: 5000, events: 40_000, seed: 3 });
		const answer = demo.expected(audience);
		expect(answer.sharing.length).toBeGreaterThan(5);
		expect(answer.invalidPhone.size).toBeGreaterThan(0);
		expect(answer.notReachable.size).toBeGreaterThan(0);
		expect(answer.inDnd.size).toBe(2);
	});
});

describe('purchases', () => {
	it('are a steady share of the people and add up', () => {
		const ids = Array.from({ length: 2000 }, (_, index) => `u${index}`);
		const all = demo.purchases(ids, { at: 5, seed: 1 });
		expect(demo.purchases(ids.toReversed(), { at: 5, seed: 1 })).toEqual(all);
		expect(all.conversions).toBeGreaterThan(40);
		expect(all.conversions).toBeLessThan(130);
		expect(all.events).toHaveLength(all.conversions);
		expect(all.events.reduce((sum, { properties }) => sum + (properties.amount as number), 0)).toBeCloseTo(all.revenue, 6);
		expect(all.events[0]).toMatchObject({ name: 'Charged', ts: 5 });
	});
});

describe('seeded randomness', () => {
	it('is even, and another for every stream', () => {
		const dice = demo.random(1, 'a');
		const buckets = new Array<number>(10).fill(0);
		for (let i = 0; i < 100_000; i++) buckets[Math.floor(dice.next() * 10)]!++;
		for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
		expect(demo.random(1, 'a').next()).not.toBe(demo.random(1, 'b').next());
		expect(demo.random(1, 'a').next()).not.toBe(demo.random(2, 'a').next());
	});
});
