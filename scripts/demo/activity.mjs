// What the people of the demo did, as columns: half a million events fit into a few megabytes.
import { DAY, MINUTE } from './scenario.mjs';
import { random } from './random.mjs';

/** Event names that a habit decides; the others fill up. */
export const CART = 'Added to Cart';
export const CHARGED = 'Charged';

/** By how common they are: the nth is done about a nth as often as the first. */
const OTHERS = /** @type {const} */ ([
	'App Launched',
	'Product Viewed',
	'Searched',
	'Category Viewed',
	'Notification Opened',
	'Added to Wishlist',
	'Removed from Cart',
	'Coupon Applied',
	'Product Shared',
	'Review Posted',
	'Store Locator Opened',
	'Support Contacted',
]);

export const eventNames = /** @type {readonly string[]} */ ([...OTHERS, CART, CHARGED]);

export const categories = /** @type {const} */ (['shoes', 'jackets', 'bags', 'watches', 'headphones', 'books', 'garden', 'toys']);
const SKUS_PER_CATEGORY = 25;

/** Events of the carts' last days lie in these ages (ms): a day or more away from the campaign's 30-day edge. */
const LATELY = [10 * MINUTE, 29 * DAY];
const LONG_AGO = [31 * DAY, 60 * DAY];
/** Sums of carts stay this far (in cents) from the campaign's 200.00. */
const OVER = 20_100;
const UNDER = 19_900;

/**
 * @typedef {object} Activity events in the order of their times
 * @property {number} length
 * @property {Uint32Array} person index into the people
 * @property {Float64Array} ts epoch ms
 * @property {Uint8Array} name index into `eventNames`
 * @property {Int32Array} cents amount; -1: none
 * @property {Uint16Array} product number of the product
 */

/**
 * Makes exactly `total` events of the 60 days before `start`.
 * @param {{ seed: number, start: number, people: { habit: import('./people.mjs').Habit }[], total: number }} options
 * @returns {Activity}
 * @throws {RangeError} when `total` is too small for what the people's habits need
 */
export function makeActivity({ seed, start, people, total }) {
	const writer = columns(total, start);
	people.forEach((person, index) => shop(writer, index, person.habit, random(seed, `shopping ${index}`)));
	wander(writer, people.length, total, random(seed, 'wandering'));
	return sorted(writer.done());
}

/** @param {number} total @param {number} start */
function columns(total, start) {
	let length = 0;
	const all = {
		person: new Uint32Array(total),
		ts: new Float64Array(total),
		name: new Uint8Array(total),
		cents: new Int32Array(total),
		product: new Uint16Array(total),
	};
	return {
		/** @param {number} person @param {number} age @param {string} name @param {number} cents @param {number} product */
		add(person, age, name, cents, product) {
			if (length >= total) throw new RangeError(`${total} events are too few: plan at least 6 per person`);
			all.person[length] = person;
			all.ts[length] = start - age;
			all.name[length] = eventNames.indexOf(name);
			all.cents[length] = cents;
			all.product[length++] = product;
		},
		room: () => total - length,
		done: () => ({ ...all, length }),
	};
}

/**
 * @param {ReturnType<typeof columns>} writer
 * @param {number} person
 * @param {import('./people.mjs').Habit} habit
 * @param {import('./random.mjs').Random} dice
 */
function shop(writer, person, habit, dice) {
	/** @param {readonly number[]} ages @param {string} name @param {number} cents */
	const add = (ages, name, cents) =>
		writer.add(person, dice.integer(ages[0] ?? 0, ages[1] ?? 0), name, cents, product(dice));
	/** @param {readonly number[]} ages */
	const fillCarts = (ages) => {
		let sum = 0;
		for (let left = dice.integer(1, 3); left > 0 || sum < OVER; left--) {
			const cents = dice.integer(45_00, 240_00);
			add(ages, CART, cents);
			sum += cents;
		}
		return sum;
	};

	if (habit === 'abandoner') {
		fillCarts(LATELY);
		// Bought once, long ago: qualifies nevertheless.
		if (dice.chance(0.25)) add(LONG_AGO, CHARGED, dice.integer(20_00, 300_00));
		// A sum ignores events without an amount.
		if (dice.chance(0.02)) add(LATELY, CART, -1);
	} else if (habit === 'buyer') {
		add(LATELY, CHARGED, fillCarts(LATELY));
	} else if (habit === 'sampler') {
		let room = UNDER;
		for (let left = dice.integer(1, 3); left > 0; left--) {
			const cents = dice.integer(5_00, 90_00);
			if (cents > room) break;
			add(LATELY, CART, cents);
			room -= cents;
		}
		if (dice.chance(0.3)) fillCarts(LONG_AGO);
	} else if (habit === 'lapsed') {
		fillCarts(LONG_AGO);
	}
}

/**
 * Fills up with everything else; a few people do much of it.
 * @param {ReturnType<typeof columns>} writer
 * @param {number} people
 * @param {number} total
 * @param {import('./random.mjs').Random} dice
 */
function wander(writer, people, total, dice) {
	const names = OTHERS.map((name, rank) => /** @type {const} */ ([name, 1 / (rank + 1)]));
	for (let left = writer.room(); left > 0; left--) {
		const busy = Math.floor(people * dice.next() ** 2);
		const ages = dice.chance(0.5) ? LATELY : LONG_AGO;
		// The factor is a prime: the busy ones are spread over all.
		writer.add((busy * 48_271) % people, dice.integer(ages[0] ?? 0, ages[1] ?? 0), dice.weighted(names), -1, product(dice));
	}
}

/** @param {import('./random.mjs').Random} dice */
function product(dice) {
	return dice.integer(0, categories.length * SKUS_PER_CATEGORY - 1);
}

/** @param {number} number */
export function productProperties(number) {
	const category = /** @type {string} */ (categories[Math.floor(number / SKUS_PER_CATEGORY)]);
	return { category, sku: `${category.slice(0, 3).toUpperCase()}-${String((number % SKUS_PER_CATEGORY) + 1).padStart(3, '0')}` };
}

/** @param {Activity} activity @returns {Activity} */
function sorted({ length, person, ts, name, cents, product }) {
	const order = Uint32Array.from({ length }, (_, i) => i).sort((a, b) => at(ts, a) - at(ts, b) || a - b);
	return {
		length,
		person: person.map((_, i) => at(person, at(order, i))),
		ts: ts.map((_, i) => at(ts, at(order, i))),
		name: name.map((_, i) => at(name, at(order, i))),
		cents: cents.map((_, i) => at(cents, at(order, i))),
		product: product.map((_, i) => at(product, at(order, i))),
	};
}

/** @param {{ [index: number]: number }} column @param {number} index */
function at(column, index) {
	return /** @type {number} */ (column[index]);
}
