// Purchases of people who got the demo's message: what the campaign's goal counts.
import { share } from './random.mjs';

/**
 * Lets a share of the given people buy something at `at`.
 * @param {Iterable<string>} ids of people who were sent the message
 * @param {{ at: number, seed?: number, buyers?: number }} options `at`: epoch ms, later than the sends; `buyers`: share of people, 0..1
 * @returns {{ events: import('./audience.mjs').DemoEvent[], conversions: number, revenue: number }}
 */
export function purchases(ids, { at, seed = 0, buyers = 0.04 }) {
	/** @type {import('./audience.mjs').DemoEvent[]} */
	const events = [];
	let cents = 0;
	for (const user of [...ids].sort()) {
		if (share(`buys ${user}`, seed) >= buyers) continue;
		const amount = 20_00 + Math.floor(share(`spends ${user}`, seed) * 280_00);
		cents += amount;
		events.push({ messageId: `demo-${seed}-purchase-${user}`, user, name: 'Charged', ts: at, properties: { amount: amount / 100 } });
	}
	return { events, conversions: events.length, revenue: cents / 100 };
}
