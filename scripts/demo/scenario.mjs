// The hour, the zones and the campaign of the demo.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * What the demo's clock shows at its start. It is 15:58 in San Francisco, 18:58 in New York and 08:58 in Tokyo and
 * Seoul: whoever travels in those two is in do-not-disturb hours for two minutes more, everybody else whom the
 * campaign can reach is far from them.
 */
export const demoStart = '2026-02-17T23:58:00.000Z';

/** When the demo's last do-not-disturb hours end: 09:00 in Tokyo and Seoul. */
export const dndEnd = '2026-02-18T00:00:00.000Z';

/** Every day of the week, local time of the person; `to` is excluded and lies on the next morning. */
export const dndWindow = { from: '21:00', to: '09:00' };

/** The account's zone: of people whose own is unknown. */
export const accountZone = 'America/Los_Angeles';

/** Default size and seed of the demo audience. */
export const demoAudience = { seed: 20260217, people: 50_000, events: 500_000 };

/**
 * @typedef {object} DemoCampaign
 * @property {string} city profile property `city` equals this
 * @property {string} cartEvent
 * @property {string} amountProperty
 * @property {number} over the amounts sum to more than this
 * @property {number} days length of the window that ends now
 * @property {string} notEvent not done in the window
 * @property {number | null} notDays length of that window; null: ever
 */

/** @type {DemoCampaign} */
export const demoCampaign = {
	city: 'San Francisco',
	cartEvent: 'Added to Cart',
	amountProperty: 'amount',
	over: 200,
	days: 30,
	notEvent: 'Charged',
	notDays: 30,
};

/** Where people of San Francisco are; none of these zones is in do-not-disturb hours after `dndEnd`. */
export const travelZones = /** @type {const} */ ([
	['America/Los_Angeles', 880],
	['Asia/Tokyo', 35],
	['Asia/Seoul', 15],
	['America/New_York', 25],
	['America/Denver', 15],
	['America/Chicago', 15],
	['Pacific/Honolulu', 10],
	['Australia/Sydney', 5],
]);

/** Where other people are when not at home; for them any zone will do. */
export const farZones = /** @type {const} */ ([
	'America/Los_Angeles',
	'America/New_York',
	'America/Sao_Paulo',
	'Asia/Kathmandu',
	'Asia/Kolkata',
	'Asia/Tokyo',
	'Australia/Adelaide',
	'Europe/London',
	'Europe/Paris',
]);

/**
 * Cities with their home zones, and how many of a thousand people live there.
 * @type {readonly (readonly [{ city: string | null, zone: string | null }, number])[]}
 */
export const cities = [
	[{ city: 'San Francisco', zone: 'America/Los_Angeles' }, 400],
	[{ city: 'South San Francisco', zone: 'America/Los_Angeles' }, 20],
	[{ city: 'Oakland', zone: 'America/Los_Angeles' }, 80],
	[{ city: 'San Jose', zone: 'America/Los_Angeles' }, 80],
	[{ city: 'Los Angeles', zone: 'America/Los_Angeles' }, 110],
	[{ city: 'New York', zone: 'America/New_York' }, 100],
	[{ city: 'Chicago', zone: 'America/Chicago' }, 60],
	[{ city: 'Austin', zone: 'America/Chicago' }, 50],
	[{ city: 'Seattle', zone: 'America/Los_Angeles' }, 50],
	[{ city: 'Paris', zone: 'Europe/Paris' }, 25],
	[{ city: 'Bengaluru', zone: 'Asia/Kolkata' }, 15],
	[{ city: null, zone: null }, 10],
];
