import { checkAwaited, type AwaitedAt } from '../../engine/gates/awaited';
import { minutesOf } from '../../engine/gates/dnd';
import type { TimeOfDay } from '../../engine/gates/local-time';
import { CampaignError } from '../../engine/errors';
import { readAwaitedEvent, type FormFilter } from '../shared/awaited-event';
import { nameOf } from '../shared/name-fields';

/** How long people wait. Milliseconds. */
export type Wait =
	| { kind: 'time'; ms: number }
	| ({ kind: 'timeOfDay'; ofPerson: boolean } & TimeOfDay)
	| ({ kind: 'event' } & AwaitedAt);

const UNIT_MS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 };

/** Longer is a mistake rather than meant. */
const LONGEST_MS = 366 * 86_400_000;

/** The wait that the parameters mean. Throws a CampaignError when it is none. */
export function readWait(parameter: (name: string) => unknown): Wait {
	switch (parameter('waitFor')) {
		case 'timeOfDay':
			return { kind: 'timeOfDay', ofPerson: parameter('zone') !== 'account', ...readTimeOfDay(parameter) };
		case 'event': {
			const { filter = [] } = (parameter('filters') ?? {}) as { filter?: FormFilter[] };
			const awaited = readAwaitedEvent(nameOf(parameter('event')), filter);
			checkAwaited(awaited);
			return { kind: 'event', awaited, timeoutMs: readLength(parameter('timeoutAmount') ?? 1, parameter('timeoutUnit') ?? 'days', 'At Most') };
		}
		default:
			return { kind: 'time', ms: readLength(parameter('amount') ?? 1, parameter('unit') ?? 'days', 'Wait') };
	}
}

function readLength(amount: unknown, unit: unknown, name: string): number {
	const ms = Math.round(Number(amount) * (UNIT_MS[String(unit)] ?? Number.NaN));
	if (Number.isSafeInteger(ms) && ms >= 1_000 && ms <= LONGEST_MS) return ms;
	throw new CampaignError('delay_length', `"${name}" is ${String(amount)} ${String(unit)}: it has to be from one second to 366 days.`, 'Give a number greater than 0.');
}

function readTimeOfDay(parameter: (name: string) => unknown): TimeOfDay {
	const minute = minutesOf(String(parameter('timeOfDay') ?? '09:00'));
	if (!Number.isInteger(minute) || minute >= 1440) {
		throw new CampaignError('delay_time', `"Time of Day" is ${String(parameter('timeOfDay')) || '(empty)'}: it is no time of day.`, 'Write it as HH:MM, from 00:00 to 23:59.');
	}
	const days = ((parameter('days') ?? [1, 2, 3, 4, 5, 6, 7]) as unknown[]).map(Number);
	if (days.length === 0) throw new CampaignError('delay_days', '"On These Days" is empty: the time would never come.', 'Choose at least one day of the week.');
	return { minute, days };
}
