import { CampaignError } from '../errors';
import { instantOf, localTimeOf } from '../time/local';

/** Hours in which nobody is to be disturbed, in local time. `to` at or before `from` reaches over midnight. */
export interface DndWindow {
	/** ISO weekdays (1 Monday .. 7 Sunday) on which the window begins. */
	days: number[];
	/** Minutes after midnight, 0..1439. */
	from: number;
	/** Minutes after midnight, 0..1440; not part of the window. */
	to: number;
}

/** Longest stretch of do-not-disturb that is believed to be meant. */
const MAX_STRETCH_MS = 8 * 86_400_000;

/**
 * When somebody in `zone` may be disturbed: `now` itself outside every window, else the end of the stretch of windows
 * that covers it. Undefined if the windows never open.
 */
export function disturbableAt(now: number, zone: string, windows: readonly DndWindow[]): number | undefined {
	let instant = now;
	for (;;) {
		const end = windowEnd(instant, zone, windows);
		if (end === undefined) return instant;
		instant = end;
		if (instant - now > MAX_STRETCH_MS) return undefined;
	}
}

/** The latest end of the windows that cover an instant; undefined if none does. */
function windowEnd(instant: number, zone: string, windows: readonly DndWindow[]): number | undefined {
	const today = localTimeOf(instant, zone);
	let latest: number | undefined;
	for (const window of windows) {
		// A window that covers this moment began today or yesterday.
		for (const daysBack of [0, 1]) {
			const weekday = ((today.weekday - daysBack + 6) % 7) + 1;
			if (!window.days.includes(weekday)) continue;
			const day = { ...today, day: today.day - daysBack };
			const length = window.to > window.from ? window.to : window.to + 1440;
			const start = instantOf({ ...day, hour: 0, minute: window.from }, zone);
			const end = instantOf({ ...day, hour: 0, minute: length }, zone);
			if (start <= instant && instant < end && end > (latest ?? 0)) latest = end;
		}
	}
	return latest;
}

/** Refuses windows that are no windows, and sets of windows that never open. */
export function checkWindows(windows: readonly DndWindow[]): void {
	windows.forEach((window, index) => {
		const place = `Do-not-disturb window ${index + 1}`;
		if (window.days.length === 0) throw new CampaignError('dnd_days', `${place} has no weekday.`, 'Choose the days on which it begins.');
		const isMinute = (value: number) => Number.isInteger(value) && value >= 0 && value <= 1440;
		if (!isMinute(window.from) || !isMinute(window.to)) {
			throw new CampaignError('dnd_time', `${place} has a time that is none.`, 'Write times as HH:MM, from 00:00 to 24:00.');
		}
	});
	// A week without DST changes: windows either open somewhere in it or never.
	if (disturbableAt(Date.UTC(2026, 0, 5), 'UTC', windows) === undefined) {
		throw new CampaignError('dnd_never_opens', 'The do-not-disturb windows never open: nobody would ever be sent to.', 'Leave some hours of the week free.');
	}
}

/** Minutes after midnight of HH:MM; NaN for anything else. */
export function minutesOf(text: string): number {
	const match = /^(\d{1,2}):(\d{2})(?::00)?$/.exec(text.trim());
	if (!match) return Number.NaN;
	const [hour, minute] = [Number(match[1]), Number(match[2])];
	return hour > 24 || minute > 59 || (hour === 24 && minute > 0) ? Number.NaN : hour * 60 + minute;
}
