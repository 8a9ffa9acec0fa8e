// The demo audience: people and their events from a seed, in batches that the store takes.
import { CART, CHARGED, eventNames, makeActivity, productProperties } from './activity.mjs';
import { MAX_PEOPLE, makePerson } from './people.mjs';
import { DAY, demoAudience, demoStart } from './scenario.mjs';

export { accountZone, demoAudience, demoCampaign, demoStart, dndEnd, dndWindow } from './scenario.mjs';
export { eventNames } from './activity.mjs';
export { expected } from './expected.mjs';

/**
 * @typedef {object} DemoEvent
 * @property {string} messageId
 * @property {string} user id of the person
 * @property {string} name
 * @property {number} ts epoch ms
 * @property {Record<string, unknown>} properties
 */

/**
 * @typedef {object} DemoProfile
 * @property {string} id
 * @property {Record<string, unknown>} properties
 * @property {string} email
 * @property {string} [phone]
 * @property {string} [timezone]
 * @property {{ sms: boolean }} [optedOut]
 * @property {number} ts epoch ms
 */

/**
 * What one call of the store's ingestion takes. `historical`: loading the demo never starts a live campaign.
 * @typedef {{ profiles?: DemoProfile[], events?: DemoEvent[], historical: true }} Batch
 */

/**
 * @typedef {object} Audience
 * @property {number} seed
 * @property {number} start epoch ms; the last event lies some minutes earlier
 * @property {import('./people.mjs').Person[]} people
 * @property {number} eventCount
 * @property {() => Generator<DemoEvent>} events in the order of their times
 * @property {(size?: number) => Generator<Batch>} batches all people, then all events, at most `size` records at once
 */

/**
 * Makes an audience. The same seed, sizes and start give the same people and events, whatever the batches.
 * @param {{ seed?: number, people?: number, events?: number, start?: string, eager?: boolean }} [options] `start` is an ISO instant;
 *   `eager`: nine of ten people are those that the campaign is for, else about one of eight
 * @returns {Audience}
 * @throws {RangeError} when the sizes do not go together
 */
export function makeAudience({ seed = demoAudience.seed, people: count = demoAudience.people, events: total = demoAudience.events, start: from = demoStart, eager } = {}) {
	if (!(count >= 1 && count <= MAX_PEOPLE)) throw new RangeError(`people must be 1 to ${MAX_PEOPLE}, not ${count}`);
	const start = Date.parse(from);
	if (Number.isNaN(start)) throw new RangeError(`start must be an ISO instant, not ${from}`);
	const people = Array.from({ length: count }, (_, index) => makePerson(seed, index, eager));
	const activity = makeActivity({ seed, start, people, total });

	function* events() {
		for (let index = 0; index < activity.length; index++) yield eventAt(seed, people, activity, index);
	}
	/** @param {number} [size] @returns {Generator<Batch>} */
	function* batches(size = 5000) {
		for (const profiles of inGroups(people, size)) {
			yield { profiles: profiles.map((person) => profileOf(person, start)), historical: true };
		}
		for (const group of inGroups(events(), size)) yield { events: group, historical: true };
	}
	return { seed, start, people, eventCount: activity.length, events, batches };
}

/**
 * @param {import('./people.mjs').Person} person
 * @param {number} start
 * @returns {DemoProfile}
 */
function profileOf(person, start) {
	return {
		id: person.id,
		properties: { name: person.name, ...(person.city === null ? {} : { city: person.city }) },
		email: person.email,
		...(person.phone === null ? {} : { phone: person.phone }),
		...(person.timezone === null ? {} : { timezone: person.timezone }),
		...(person.optedOut ? { optedOut: { sms: true } } : {}),
		// Older than every event, so that whatever is said about a person later is newer.
		ts: start - 61 * DAY,
	};
}

/**
 * @param {number} seed
 * @param {import('./people.mjs').Person[]} people
 * @param {import('./activity.mjs').Activity} activity
 * @param {number} index
 * @returns {DemoEvent}
 */
function eventAt(seed, people, activity, index) {
	const name = /** @type {string} */ (eventNames[activity.name[index] ?? 0]);
	const cents = activity.cents[index] ?? -1;
	return {
		messageId: `demo-${seed}-${index + 1}`,
		user: /** @type {import('./people.mjs').Person} */ (people[activity.person[index] ?? 0]).id,
		name,
		ts: activity.ts[index] ?? 0,
		properties: propertiesOf(name, cents, activity.product[index] ?? 0),
	};
}

/** @param {string} name @param {number} cents @param {number} product @returns {Record<string, unknown>} */
function propertiesOf(name, cents, product) {
	const { category, sku } = productProperties(product);
	const amount = cents < 0 ? {} : { amount: cents / 100 };
	switch (name) {
		case CART:
			return { ...amount, category, sku };
		case CHARGED:
			return amount;
		case 'App Launched':
			return { platform: product % 3 === 0 ? 'iOS' : 'Android' };
		case 'Searched':
			return { query: category };
		case 'Category Viewed':
			return { category };
		case 'Support Contacted':
		case 'Store Locator Opened':
			return {};
		default:
			return { category, sku };
	}
}

/**
 * @template T
 * @param {Iterable<T>} all
 * @param {number} size
 * @returns {Generator<T[]>}
 */
function* inGroups(all, size) {
	/** @type {T[]} */
	let group = [];
	for (const one of all) {
		group.push(one);
		if (group.length >= size) {
			yield group;
			group = [];
		}
	}
	if (group.length > 0) yield group;
}
