import { DateTime } from 'luxon';

import type { Schedule } from '../../engine/campaigns/definition';
import { scheduleWords } from '../../engine/campaigns/schedule-words';

const LIVE = {
	action: 'whenever somebody does one of its events',
	inaction: 'whenever somebody does its first event, and then not the second in time',
	on_date: 'to each person by their date',
};

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
			return scheduleWords(schedule).replace(/^E/, 'e');
		case 'items':
			return 'whenever "Add People" of Campaign Control adds somebody';
		case 'live':
			return LIVE[schedule.live.kind];
	}
}
