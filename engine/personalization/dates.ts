import type { FilterImplOptions, Liquid } from 'liquidjs';
import { DateTime } from 'luxon';

/** Where the time of a rendering stands among the globals; a template cannot spell it. */
export const NOW = Symbol('now');

const DATE_FILTERS = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];

/** Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000. */
const MILLISECONDS_FROM = 1e11;

/** Beyond this there are no dates: such a number is printed as it is, as a text that is no date. */
const LAST = 8.64e15;

interface FilterThis {
	context: { opts: { timezoneOffset?: number | string }; globals: { [NOW]?: number } };
}

/**
 * Makes the date filters read dates as the rest of the engine does: epoch seconds or milliseconds, ISO text without an
 * offset in the zone of the rendering, and `now` by the engine's clock; nothing depends on the machine's zone.
 */
export function installDateFilters(liquid: Liquid): void {
	for (const name of DATE_FILTERS) {
		const original = liquid.filters[name] as unknown as (this: FilterThis, value: unknown, ...rest: unknown[]) => unknown;
		const filter = function (this: FilterThis, value: unknown, ...rest: unknown[]): unknown {
			return original.call(this, readDate(value, this.context), ...rest);
		};
		liquid.registerFilter(name, filter as unknown as FilterImplOptions);
	}
}

function readDate(value: unknown, { opts, globals }: FilterThis['context']): unknown {
	if (value === 'now' || value === 'today') return new Date(globals[NOW] ?? 0);
	const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
	if (number !== undefined && Math.abs(number) > LAST) return value;
	if (number !== undefined) return Math.abs(number) >= MILLISECONDS_FROM ? new Date(number) : number;
	if (typeof value !== 'string') return value;
	const parsed = DateTime.fromISO(value.trim(), { zone: String(opts.timezoneOffset ?? 'utc') });
	return parsed.isValid ? parsed.toJSDate() : value;
}
