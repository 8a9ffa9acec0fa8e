import { IANAZone } from 'luxon';

import { CampaignError } from '../errors';

const MINUTE = 60_000;
const SLOT = 15 * MINUTE;
const MOST = 100_000;

const caches = new Map<string, Map<number, number>>();

/**
 * How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. Asking the zone itself takes some 20 us,
 * too long for every event of a question, so offsets are remembered per quarter of an hour.
 * Throws `unknown_zone` for a name that is no IANA zone.
 */
export function offsetAt(zone: string, instant: number): number {
	const cache = caches.get(zone) ?? newCache(zone);
	const slot = Math.floor(instant / SLOT);
	const known = cache.get(slot);
	if (known !== undefined) return known;
	const iana = IANAZone.create(zone);
	const offset = iana.offset(instant) * MINUTE;
	// Clocks changed amid a quarter only long ago; such a quarter is not remembered.
	const isUniform = iana.offset(slot * SLOT) === iana.offset((slot + 1) * SLOT - 1);
	if (isUniform) {
		if (cache.size >= MOST) cache.clear();
		cache.set(slot, offset);
	}
	return offset;
}

function newCache(zone: string): Map<number, number> {
	if (!IANAZone.create(zone).isValid) {
		throw new CampaignError('unknown_zone', `"${zone}" is not a time zone.`, 'Use an IANA name such as Europe/Paris.');
	}
	const cache = new Map<number, number>();
	caches.set(zone, cache);
	return cache;
}
