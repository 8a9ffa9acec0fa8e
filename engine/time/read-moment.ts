import { DateTime } from 'luxon';

import { localInstant } from './local';

/**
 * The instant (epoch ms) that an ISO text means; undefined when it is no date and time. Where it names no offset it is
 * read on the clocks of `zone`, by the same rule as every local time (see localInstant). Luxon's differs, and goes by the
 * season in which it is asked.
 */
export function readMoment(text: string, zone: string): number | undefined {
	const [wall, elsewhere] = ['UTC', 'UTC+1'].map((from) => DateTime.fromISO(text, { zone: from })) as [DateTime, DateTime];
	if (!wall.isValid) return undefined;
	const namesItsOffset = wall.toMillis() === elsewhere.toMillis();
	return namesItsOffset ? wall.toMillis() : localInstant(wall.toMillis(), zone);
}
