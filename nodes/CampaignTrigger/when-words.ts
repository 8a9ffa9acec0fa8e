import { DateTime } from 'luxon';

import type { Schedule } from '../../engine/campaigns/definition';

/** "on 2026-03-02 at 12:00 (Europe/Paris)": when a campaign goes out, for the preview of a run by hand. */
export function whenInWords(schedule: Schedule, graceMs: number, zone: string): string {
	const at = (instant: number) => DateTime.fromMillis(instant, { zone }).toFormat("yyyy-LL-dd 'at' HH:mm");
	switch (schedule.kind) {
		case 'now':
			return `once, ${graceMs > 0 ? `${graceMs / 1_000} seconds after` : 'when'} it is published`;
		case 'at':
			return `once, on ${at(schedule.at)} (${zone})`;
		case 'dates':
			return `on ${schedule.at.map(at).join(', ')} (${zone})`;
		case 'recurring':
			return 'again and again, by its recurrence';
		case 'items':
			return 'whenever "Add People" of Campaign Control hands somebody in';
		case 'live':
			return 'whenever its events happen';
	}
}
