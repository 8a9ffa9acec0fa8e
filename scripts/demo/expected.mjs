// The answer: who gets the demo's message, by plain counting, without a line of the engine.
import { DateTime } from 'luxon';
import { accountZone, DAY, demoCampaign, dndWindow } from './scenario.mjs';

/**
 * @typedef {object} Expected
 * @property {Set<string>} qualified ids
 * @property {Set<string>} notReachable of them: no phone, or opted out
 * @property {Set<string>} invalidPhone of them: the phone is no number
 * @property {{ phone: string, ids: string[] }[]} sharing of them: several with one number; any one gets the message, the others do not
 * @property {Set<string>} sent of them: everybody who gets it in any case
 * @property {number} sentCount messages in all: `sent` and one of each group of `sharing`
 * @property {Map<string, { ids: Set<string>, until: number }>} inDnd by zone: whom do-not-disturb hours hold at the start, and until when (epoch ms)
 * @property {Map<string, string>} numberOf id -> E.164 of everybody in `sent` or `sharing`
 */

/**
 * Computes what a run of the campaign at `start` must give. People in `inDnd` are among the others: held, then sent.
 * @param {import('./audience.mjs').Audience} audience
 * @param {{ start?: number, campaign?: import('./scenario.mjs').DemoCampaign, dnd?: { from: string, to: string }, zone?: string }} [options]
 *   `start`: epoch ms, default the audience's; `zone`: the account's, for people without one
 * @returns {Expected}
 */
export function expected(audience, { start = audience.start, campaign = demoCampaign, dnd = dndWindow, zone = accountZone } = {}) {
	const qualified = whoQualifies(audience, start, campaign);
	/** @type {Set<string>} */
	const notReachable = new Set();
	/** @type {Set<string>} */
	const invalidPhone = new Set();
	/** @type {Map<string, string[]>} */
	const byNumber = new Map();
	/** @type {Expected['inDnd']} */
	const inDnd = new Map();

	for (const person of audience.people) {
		if (!qualified.has(person.id)) continue;
		if (person.phone === null || person.optedOut) notReachable.add(person.id);
		else if (person.e164 === null) invalidPhone.add(person.id);
		else byNumber.set(person.e164, [...(byNumber.get(person.e164) ?? []), person.id]);

		const local = person.timezone ?? zone;
		const until = heldUntil(start, local, dnd);
		if (until !== null) {
			const there = inDnd.get(local) ?? { ids: new Set(), until };
			inDnd.set(local, { ids: there.ids.add(person.id), until });
		}
	}
	const groups = [...byNumber].map(([phone, ids]) => ({ phone, ids }));
	return {
		qualified,
		notReachable,
		invalidPhone,
		sharing: groups.filter(({ ids }) => ids.length > 1),
		sent: new Set(groups.filter(({ ids }) => ids.length === 1).flatMap(({ ids }) => ids)),
		sentCount: groups.length,
		inDnd,
		numberOf: new Map(groups.flatMap(({ phone, ids }) => ids.map((id) => /** @type {[string, string]} */ ([id, phone])))),
	};
}

/**
 * @param {import('./audience.mjs').Audience} audience
 * @param {number} start
 * @param {import('./scenario.mjs').DemoCampaign} campaign
 */
function whoQualifies(audience, start, campaign) {
	const cartsFrom = start - campaign.days * DAY;
	const notFrom = campaign.notDays === null ? -Infinity : start - campaign.notDays * DAY;
	/** @type {Map<string, number>} */
	const cents = new Map();
	/** @type {Set<string>} */
	const did = new Set();
	for (const event of audience.events()) {
		if (event.ts > start) continue;
		if (event.name === campaign.cartEvent && event.ts >= cartsFrom) {
			const amount = Number(event.properties[campaign.amountProperty] ?? 0);
			cents.set(event.user, (cents.get(event.user) ?? 0) + Math.round(amount * 100));
		}
		if (event.name === campaign.notEvent && event.ts >= notFrom) did.add(event.user);
	}
	const people = audience.people.filter(
		({ id, city }) => city === campaign.city && (cents.get(id) ?? 0) > campaign.over * 100 && !did.has(id),
	);
	return new Set(people.map(({ id }) => id));
}

/**
 * When the do-not-disturb hours around `at` end (epoch ms), or null outside of them.
 * @param {number} at
 * @param {string} zone
 * @param {{ from: string, to: string }} window that begins on one day and ends on the next
 */
function heldUntil(at, zone, { from, to }) {
	const local = DateTime.fromMillis(at, { zone });
	const clock = local.toFormat('HH:mm');
	if (clock >= to && clock < from) return null;
	const day = clock < to ? local : local.plus({ days: 1 });
	const [hour, minute] = to.split(':').map(Number);
	return day.set({ hour, minute, second: 0, millisecond: 0 }).toMillis();
}
