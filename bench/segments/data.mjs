// The people and events that are asked about: generated, always the same, with a few people who do most.
export const DAY = 86_400_000;
/** The moment of all questions: a midnight UTC. */
export const NOW = Date.UTC(2026, 10, 1);
export const DAYS = 90;
export const START = NOW - DAYS * DAY;

export const NAMES = [
	'App Launched', 'Page Viewed', 'Product Viewed', 'Searched', 'Added to Cart', 'Push Clicked', 'Charged', 'Email Opened', 'Email Clicked', 'Wishlist Added',
	'Removed from Cart', 'Video Watched', 'Shared', 'Reviewed', 'Coupon Applied', 'Logged Out', 'Signed Up', 'Refunded', 'Support Ticket', 'App Uninstalled',
];
export const CATEGORIES = ['shoes', 'shirts', 'pants', 'hats', 'bags', 'watches', 'toys', 'books'];
export const CITIES = [
	'San Francisco', 'New York', 'Los Angeles', 'Chicago', 'Houston', 'Phoenix', 'Mumbai', 'Delhi', 'London', 'Berlin', 'Paris', 'Tokyo', 'Sydney', 'Toronto',
	'Austin', 'Dallas', 'Boston', 'Seattle', 'Denver', 'Miami', 'Madrid', 'Rome', 'Vienna', 'Oslo', 'Lisbon',
];
export const SUBSCRIPTIONS = ['ACTIVE_MONTHLY', 'ACTIVE_YEARLY', 'EXPIRED', 'TRIAL', 'NONE'];
const SOURCES = ['app', 'web', 'email', 'push'];

/** A small generator of 32-bit state (mulberry32). */
export function randomFrom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function weighted(weights) {
	const sums = [];
	let total = 0;
	for (const weight of weights) sums.push((total += weight));
	return (random) => sums.findIndex((sum) => sum > random * total);
}

/**
 * Events as columns, in the order of their arrival. `person` counts from 0; the store numbers people from 1.
 * Amounts are quarters, so that sums are exact whoever adds them up.
 */
export function generateEvents(people, count, seed = 7) {
	const random = randomFrom(seed);
	const nameOf = weighted(NAMES.map((_, rank) => 1 / (rank + 1)));
	const categoryOf = weighted([25, 18, 14, 12, 10, 8, 7, 6]);
	const events = {
		count,
		person: new Uint32Array(count),
		name: new Uint8Array(count),
		ts: new Float64Array(count),
		category: new Uint8Array(count),
		amount: new Float64Array(count),
		sku: new Uint16Array(count),
		source: new Uint8Array(count),
	};
	const step = (DAYS * DAY) / count;
	for (let index = 0; index < count; index++) {
		const rank = Math.min(people - 1, Math.floor(people * random() ** 2.5));
		events.person[index] = Number((BigInt(rank) * 2_654_435_761n) % BigInt(people));
		events.name[index] = nameOf(random());
		events.ts[index] = START + Math.floor((index + random()) * step);
		events.category[index] = categoryOf(random());
		events.amount[index] = 5 + Math.floor(random() ** 3 * 1_200) / 4;
		events.sku[index] = Math.floor(random() * 20_000);
		events.source[index] = Math.floor(random() * 4);
	}
	return events;
}

export const userId = (person) => `u${String(person).padStart(9, '0')}`;

export function eventProperties(events, index) {
	return {
		category: CATEGORIES[events.category[index]],
		amount: events.amount[index],
		currency: 'USD',
		sku: `SKU-${events.sku[index]}`,
		source: SOURCES[events.source[index]],
	};
}

/** A number of 32 bits that looks like chance. */
export function mixed(number) {
	let hash = Math.imul(number ^ (number >>> 16), 0x45d9f3b);
	hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
	return (hash ^ (hash >>> 16)) >>> 0;
}

export function profileOf(person) {
	const [a, b] = [mixed(person + 1), mixed((person + 0x9e3779b9) | 0)];
	const c = mixed(a ^ b);
	return { city: a % CITIES.length, age: 18 + (b % 63), subscription: c % SUBSCRIPTIONS.length, ltv: (c % 100_000) / 100, lang: c % 3, tag: b % 7 };
}

export function profileProperties(person) {
	const { city, age, subscription, ltv, lang, tag } = profileOf(person);
	return {
		name: `User ${person}`,
		city: CITIES[city],
		age,
		subscription: SUBSCRIPTIONS[subscription],
		ltv,
		tags: [`t${tag}`, `seg${person % 11}`],
		lang: ['en', 'de', 'hi'][lang],
		plan: lang ? 'free' : 'pro',
	};
}

/** Tells two answers apart: how many, and a sum of mixed numbers. */
export function fingerprint(people) {
	let sum = 0;
	for (const person of people) sum = (sum + mixed(person)) >>> 0;
	return `${people.length}:${sum}`;
}
