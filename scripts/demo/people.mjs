// The people of the demo: who they are and how they can be reached.
import { cities, farZones, travelZones } from './scenario.mjs';
import { random } from './random.mjs';

/**
 * How somebody shops.
 * - `abandoner`: filled carts worth more than the campaign's limit lately and paid for none
 * - `buyer`: the same, but paid
 * - `sampler`: carts of lately stay below the limit
 * - `lapsed`: full carts, all of them long ago
 * - `browser`: looks only
 * @typedef {'abandoner' | 'buyer' | 'sampler' | 'lapsed' | 'browser'} Habit
 */

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {string | null} city
 * @property {string | null} timezone
 * @property {string | null} phone as the person's record gives it: E.164, E.164 with blanks and dashes, or no number at all
 * @property {string | null} e164 the number that a message to this person goes to; null without a usable one
 * @property {boolean} optedOut of SMS
 * @property {Habit} habit
 */

const FIRST = 'Ada Ben Chloe Diego Elena Farid Grace Hiro Ines Jamal Kira Liam Mei Noah Olga Priya Quinn Rosa Sam Tomas Uma Viktor Wen Ximena Yusuf Zoe'.split(' ');
const LAST = 'Adler Brooks Castillo Dubois Evans Fischer Garcia Huang Ivanova Jensen Kaur Lopez Moreau Nguyen Okafor Patel Quintero Rossi Silva Tanaka Umar Vargas Weiss Xu Young Zhang'.split(' ');
const AREA_CODES = '415 628 510 341 650 408 669 925 707 831 916 209 559 805 818 213 310 424 619 858'.split(' ');
const NO_NUMBERS = ['12345', 'n/a', 'call me', '+1 415 555 01 000 99', '+1 415 555', '555-0100'];

/** @type {readonly (readonly [Habit, number])[]} */
const HABITS = [['abandoner', 32], ['buyer', 18], ['sampler', 20], ['lapsed', 10], ['browser', 20]];

/** In an eager audience one of so many people is no abandoner of San Francisco for sure. */
const LIKE_ANYBODY_EVERY = 10;

/** Every so many people a household begins, whose members share one number. */
const HOUSEHOLD_EVERY = 400;
/** Lines of one exchange, without 1212 (directory assistance). */
const LINES = 9999;

/** The most people that get numbers of their own. */
export const MAX_PEOPLE = AREA_CODES.length * LINES;

/**
 * The nth number. All lie in the 555 exchange, which numbering plans keep free of subscribers: not even a demo pointed
 * at a real account by mistake reaches anybody.
 * @param {number} n
 */
export function phoneNumber(n) {
	const area = AREA_CODES[n % AREA_CODES.length];
	const scattered = (Math.floor(n / AREA_CODES.length) * 7919 + 17) % LINES;
	const line = scattered >= 1212 ? scattered + 1 : scattered;
	return `+1${area}555${String(line).padStart(4, '0')}`;
}

/** @param {string} e164 */
function written(e164) {
	return `+1 (${e164.slice(2, 5)}) ${e164.slice(5, 8)}-${e164.slice(8)}`;
}

/**
 * Person number `index` of a seed; does not depend on how many people there are.
 * @param {number} seed
 * @param {number} index
 * @param {boolean} [eager] nearly everybody shops like the campaign's people
 * @returns {Person}
 */
export function makePerson(seed, index, eager = false) {
	const dice = random(seed, `person ${index}`);
	const place = index % HOUSEHOLD_EVERY;
	const household = place < 3;
	// The first two of a household qualify, so that one number is asked for twice; the third is like anybody.
	const qualifies = eager ? place % LIKE_ANYBODY_EVERY !== LIKE_ANYBODY_EVERY - 1 : household && place < 2;
	const id = `u${String(index + 1).padStart(6, '0')}`;
	const first = dice.pick(FIRST);
	const last = dice.pick(LAST);
	const home = dice.weighted(cities);
	const city = qualifies ? 'San Francisco' : home.city;
	const habit = dice.weighted(HABITS);
	return {
		id,
		name: `${first} ${last}`,
		email: `${first}.${last}.${index + 1}@example.com`.toLowerCase(),
		city,
		timezone: city === 'San Francisco' ? dice.weighted(travelZones) : zoneElsewhere(dice, home.zone),
		...(household ? sharedContact(index, place) : contact(dice, index)),
		habit: qualifies ? 'abandoner' : habit,
	};
}

/**
 * @param {import('./random.mjs').Random} dice
 * @param {string | null} home
 */
function zoneElsewhere(dice, home) {
	if (dice.chance(0.02)) return null;
	return dice.chance(0.05) ? dice.pick(farZones) : home;
}

/**
 * @param {import('./random.mjs').Random} dice
 * @param {number} index
 */
function contact(dice, index) {
	const e164 = phoneNumber(index);
	const optedOut = dice.chance(0.03);
	const kind = dice.next();
	if (kind < 0.03) return { phone: null, e164: null, optedOut };
	// Nobody is both opted out and without a number: there is one right reason for everybody.
	if (kind < 0.035) return { phone: dice.pick(NO_NUMBERS), e164: null, optedOut: false };
	return { phone: kind < 0.1 ? written(e164) : e164, e164, optedOut };
}

/**
 * @param {number} index
 * @param {number} place
 */
function sharedContact(index, place) {
	const e164 = phoneNumber(index - place);
	// Written in two ways: it is one address all the same.
	return { phone: place === 1 ? written(e164) : e164, e164, optedOut: false };
}
