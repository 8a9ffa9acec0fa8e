import { DateTime } from 'luxon';

import type { Schedule } from '../../engine/campaigns/definition';
import { goesByZones, PLAIN_DELIVERY, type DeliveryRules } from '../../engine/campaigns/delivery-rules';
import type { OnDate } from '../../engine/campaigns/live/on-date';
import { scheduleWords } from '../../engine/campaigns/schedule-words';

const UNITS = [['weeks', 604_800_000], ['days', 86_400_000], ['hours', 3_600_000], ['minutes', 60_000]] as const;

/** "on 2026-03-02 at 12:00 (Europe/Paris)": when a campaign goes out, for the preview of a run by hand. */
export function whenInWords(schedule: Schedule, graceMs: number, zone: string, delivery: DeliveryRules = PLAIN_DELIVERY): string {
	const at = (instant: number) => localWords(instant, zone);
	const whose = goesByZones({ schedule, delivery }) ? clocksOf(delivery) : ` (${zone})`;
	switch (schedule.kind) {
		case 'now':
			return `once, ${graceMs > 0 ? `${graceMs / 1_000} seconds after` : 'when'} it is published`;
		case 'at':
			return `once, on ${at(schedule.at)}${whose}`;
		case 'dates':
			return `on ${schedule.at.map(at).join(', ')}${whose}`;
		case 'recurring':
			return scheduleWords(schedule).replace(/^E/, 'e').replace(/ \([^)]*\)$/, whose);
		case 'items':
			return 'whenever "Add People" of Campaign Control adds somebody';
		case 'live':
			return liveInWords(schedule.live);
	}
}

/** "2026-03-02 at 12:00", on the clocks of a zone. */
export function localWords(instant: number, zone: string): string {
	return DateTime.fromMillis(instant, { zone }).toFormat("yyyy-LL-dd 'at' HH:mm");
}

/** What is to be added to times that are not those of this n8n. */
export function clocksOf({ bestTime }: DeliveryRules): string {
	return ` on each person's own clocks${bestTime ? `, or at the two hours of the day from then on in which they did "${bestTime.event}" most often` : ''}`;
}

function liveInWords(live: Extract<Schedule, { kind: 'live' }>['live']): string {
	if (live.kind === 'action') return 'whenever somebody does one of its events';
	if (live.kind === 'inaction') return 'whenever somebody does its first event, and then not the second in time';
	return `to each person ${offsetWords(live)} the date in "${live.property}"${live.of === 'profile' ? '' : ` of "${live.of.event.event}"`}${live.everyYear ? ', every year' : ''}`;
}

/** "2 days before". */
function offsetWords({ offsetMs }: OnDate): string {
	if (offsetMs === 0) return 'on';
	const size = Math.abs(offsetMs);
	const [unit, ms] = UNITS.find((one) => size % one[1] === 0) ?? UNITS[3];
	const amount = size / ms;
	return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit} ${offsetMs < 0 ? 'before' : 'after'}`;
}
