import { wallClock } from '../time/local';
import { Bins } from './bins';
import type { BreakdownRow, Counted } from './breakdown-tally';
import { parseDate } from './dates';

const DAY = 86_400_000;

/** Texts of digits alone may be dates in a rule, which says so; here they are more likely customer numbers. */
const LOOKS_LIKE_DATE = /^\s*\d{4}-\d\d-/;

/** Counts dates by their month in a zone. */
export class MonthTally {
	private readonly months = new Map<string, number>();

	/** By days of UTC: the month that all of the day lies in, or none. To ask the calendar a million times would take seconds. */
	private readonly monthOfDay = new Map<number, string | undefined>();

	constructor(private readonly zone: string) {}

	/** False when it is no date. */
	add(value: unknown, people: number): boolean {
		const instant = typeof value === 'string' && LOOKS_LIKE_DATE.test(value) ? parseDate(value, this.zone) : undefined;
		if (instant === undefined) return false;
		const month = this.monthOf(instant);
		this.months.set(month, (this.months.get(month) ?? 0) + people);
		return true;
	}

	/** Months where they are at most `most`, else years, else ranges of years; in their order. */
	rows(most: number): Pick<Counted, 'by' | 'rows'> {
		if (this.months.size <= most) return { by: 'month', rows: inOrder(this.months) };
		const years = new Map<string, number>();
		for (const [month, people] of this.months) years.set(month.slice(0, -3), (years.get(month.slice(0, -3)) ?? 0) + people);
		if (years.size <= most) return { by: 'year', rows: inOrder(years) };
		const bins = new Bins();
		for (const [year, people] of years) bins.add(Number(year), people);
		return { by: 'range', rows: bins.rows(most) };
	}

	private monthOf(instant: number): string {
		const day = Math.floor(instant / DAY);
		if (!this.monthOfDay.has(day)) {
			const [first, last] = [this.calendarMonth(day * DAY), this.calendarMonth((day + 1) * DAY - 1)];
			this.monthOfDay.set(day, first === last ? first : undefined);
		}
		return this.monthOfDay.get(day) ?? this.calendarMonth(instant);
	}

	private calendarMonth(instant: number): string {
		return wallClock(instant, this.zone).toFormat('yyyy-MM');
	}
}

function inOrder(counts: ReadonlyMap<string, number>): BreakdownRow[] {
	return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, people]) => ({ label, people }));
}
