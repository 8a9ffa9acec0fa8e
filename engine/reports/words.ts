import { DateTime } from 'luxon';

import { isReason, REASONS } from '../reasons';

/** "2026-03-02 12:00:05 UTC": an instant as operators read it, on the account's clock. */
export function timeWords(instant: number, zone: string): string {
	return `${DateTime.fromMillis(instant, { zone }).toFormat('yyyy-LL-dd HH:mm:ss')} ${zone}`;
}

/** "Do-not-disturb hours (Local time in Europe/Paris)". */
export function reasonWords(reason: string | null, detail: string | null): string {
	const label = reason !== null && isReason(reason) ? REASONS[reason] : (reason ?? 'No reason recorded');
	return detail ? `${label} (${detail})` : label;
}
