import { DateTime } from 'luxon';

/**
 * Who matches a rule, the slow and obvious way: one person at a time, every event looked at for every condition. Written
 * from the meaning of rules, sharing nothing with the evaluator.
 */

type Json = any;

export interface ReferencePerson {
	bucket: number;
	lists: string[];
	/** What a path of a profile rule means, before reaching inside objects. */
	fields: Record<string, Json>;
	properties: Record<string, Json>;
	/** In the order of arrival; names without case and spaces. */
	events: Array<{ key: string; ts: number; properties: Record<string, Json> }>;
}

export interface ReferenceContext {
	now: number;
	zone: string;
}

export function matchesReference(rule: Json, person: ReferencePerson, context: ReferenceContext): boolean {
	if (rule.all) return rule.all.filter((each: Json) => !matchesReference(each, person, context)).length === 0;
	if (rule.any) return rule.any.filter((each: Json) => matchesReference(each, person, context)).length > 0;
	if (rule.not) return !matchesReference(rule.not, person, context);
	if (rule.bucket) return rule.bucket.from <= person.bucket && person.bucket <= rule.bucket.to;
	if (rule.profile) {
		const cell = Object.hasOwn(person.fields, rule.profile) ? person.fields[rule.profile] : lookUp(person.properties, rule.profile);
		return compare(cell, rule.is, rule.value, context);
	}
	if (rule.list) return person.lists.includes(rule.list);
	if (rule.interest) return isInterested(rule.interest, person, context);
	if (rule.same) return sameValuesReference(rule, person, context).length > 0;
	if (rule.event) return did(rule, person, context) === rule.did;
	throw new Error('no such rule');
}

function did(rule: Json, person: ReferencePerson, context: ReferenceContext): boolean {
	const satisfies = (event: { properties: Json }, conditions: Json[] = []) =>
		conditions.every((each) => compare(lookUp(event.properties, each.property), each.is, each.value, context));
	const inWindow = (event: { ts: number }) => isInWindow(event.ts, rule.when, context);
	// Of different names, events of the name that stands first in the rule come first.
	const keys = keysOf(rule.event);
	const existing = keys.flatMap((key) => person.events.filter((event) => event.key === key && event.ts <= context.now));
	const where = existing.filter((event) => satisfies(event, rule.where));
	if (rule.occurrence) {
		// Array.sort is stable: events of one instant stay in the order of arrival.
		const ordered = [...where].sort((a, b) => a.ts - b.ts);
		const event = rule.occurrence === 'first' ? ordered[0] : ordered[ordered.length - 1];
		return event !== undefined && inWindow(event) && satisfies(event, rule.that);
	}
	const events = where.filter(inWindow);
	if (!rule.having) return events.length > 0;
	const { measure, property, is, value, includeZero } = rule.having;
	if (events.length === 0) {
		return includeZero === true && measure !== 'min' && measure !== 'max' && figure(0, is, value);
	}
	const cells = events.flatMap((event) => present(lookUp(event.properties, property ?? '')));
	const numbers = cells.map(decimal).filter((number) => number !== undefined) as number[];
	// Amounts in tests have two decimals at most, so hundredths are exact.
	const hundredths = numbers.reduce((sum, number) => sum + Math.round(number * 100), 0);
	switch (measure) {
		case 'count':
			return figure(events.length, is, value);
		case 'sum':
			return figure(hundredths, is, times(value, 100));
		case 'average':
			return figure(hundredths, is, times(value, 100 * events.length));
		case 'min':
			return numbers.length > 0 && figure(Math.min(...numbers), is, value);
		case 'max':
			return numbers.length > 0 && figure(Math.max(...numbers), is, value);
		case 'distinct':
			return figure(new Set(cells.filter((cell) => typeof cell !== 'object').map(written)).size, is, value);
		case 'distinctDays':
			return figure(new Set(events.map((event) => day(event.ts, context))).size, is, value);
		default:
			throw new Error('no such measure');
	}
}

function keysOf(names: string | string[]): string[] {
	return [names].flat().map((name) => name.toLowerCase().split(' ').join(''));
}

function isInWindow(ts: number, when: Json, context: ReferenceContext): boolean {
	if (!when) return true;
	if (when.last) return ts >= ago(when.last, when.unit, context);
	const from = when.from === undefined ? -Infinity : (date(when.from, context) as number);
	const to = when.to === undefined ? Infinity : (date(when.to, context) as number);
	return ts >= from && ts <= to;
}

function isInterested(interest: Json, person: ReferencePerson, context: ReferenceContext): boolean {
	const [key] = keysOf(interest.event);
	const events = person.events.filter((event) => event.key === key && event.ts <= context.now && isInWindow(event.ts, interest.when, context));
	const cellOf = (event: { ts: number; properties: Json }) => {
		const local = DateTime.fromMillis(event.ts, { zone: context.zone });
		if (interest.of === 'hourOfDay') return local.hour;
		return interest.of === 'dayOfWeek' ? local.weekday : lookUp(event.properties, interest.of.property);
	};
	const cells = events.map(cellOf).filter((cell) => present(cell).length > 0);
	const isWanted = (cell: Json) => compare(cell, 'equals', interest.value, context);
	const wanted = cells.filter(isWanted).length;
	if (interest.is === 'at_least') return cells.length > 0 && wanted * 1000 >= Math.round(interest.percent * 10) * cells.length;
	const others = cells.flatMap(textsIn).filter((text) => !isWanted(text) && !cells.some((cell) => present(cell).some((value) => isWanted(value) && written(value) === text)));
	return wanted > 0 && others.every((text) => cells.filter((cell) => textsIn(cell).includes(text)).length <= wanted);
}

/** The texts of the scalars in a cell. */
function textsIn(cell: Json): string[] {
	return present(cell).filter((value) => typeof value !== 'object').map(written);
}

/** The texts of the values for which the rule inside `same` holds, newest first. */
export function sameValuesReference({ same }: Json, person: ReferencePerson, context: ReferenceContext): string[] {
	const pathOf = (key: string) =>
		typeof same.property === 'string' ? same.property : Object.entries(same.property).find(([name]) => keysOf(name)[0] === key)?.[1];
	const [names, done] = [namesIn(same.rule, () => true), namesIn(same.rule, (rule) => rule.did)];
	const carries = (event: { key: string; properties: Json }, text: string) =>
		names.includes(event.key) && textsIn(lookUp(event.properties, pathOf(event.key) as string)).includes(text);
	const existing = person.events.filter(({ key, ts }) => names.includes(key) && ts <= context.now);
	const texts = [...new Set(existing.flatMap((event) => textsIn(lookUp(event.properties, pathOf(event.key) as string))))];
	const holding = texts.filter((text) =>
		matchesReference(same.rule, { ...person, events: person.events.filter((event) => carries(event, text)) }, context),
	);
	const byTime = (keys: string[]) => keys.flatMap((key) => existing.filter((event) => event.key === key)).sort((a, b) => a.ts - b.ts);
	// Events that are to be done tell how new a value is, others only where these do not.
	const ordered = [...byTime(names.filter((key) => !done.includes(key))), ...byTime(done)];
	const newest = (text: string) => ordered.findLastIndex((event) => carries(event, text));
	// Of the values of one event the later in its list is the newer.
	const place = (text: string) => {
		const event = ordered[newest(text)] as (typeof ordered)[number];
		return [...new Set(textsIn(lookUp(event.properties, pathOf(event.key) as string)))].indexOf(text);
	};
	return holding.sort((a, b) => newest(b) - newest(a) || place(b) - place(a));
}

function namesIn(rule: Json, test: (rule: Json) => boolean): string[] {
	const parts = rule.all ?? rule.any ?? (rule.not ? [rule.not] : []);
	const keys = rule.event && test(rule) ? keysOf(rule.event) : parts.flatMap((part: Json) => namesIn(part, test));
	return [...new Set<string>(keys)];
}

function times(value: Json, factor: number): Json {
	return Array.isArray(value) ? value.map((each) => Math.round(each * factor)) : Math.round(value * factor);
}

function figure(figure: number, is: string, value: Json): boolean {
	switch (is) {
		case 'equals':
			return figure === value;
		case 'not_equals':
			return figure !== value;
		case 'greater_than':
			return figure > value;
		case 'at_least':
			return figure >= value;
		case 'less_than':
			return figure < value;
		case 'at_most':
			return figure <= value;
		case 'between':
			return figure >= value[0] && figure <= value[1];
		default:
			throw new Error('no such comparison');
	}
}

function lookUp(properties: Json, path: string): Json {
	if (Object.keys(properties).includes(path)) return properties[path];
	const words = path.split('.');
	for (let length = words.length - 1; length > 0; length--) {
		const inner = properties[words.slice(0, length).join('.')];
		if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
		const value = lookUp(inner, words.slice(length).join('.'));
		if (value !== undefined) return value;
	}
	return undefined;
}

function present(cell: Json): Json[] {
	const list = Array.isArray(cell) ? cell.flat(9) : [cell];
	return list.filter((value) => value !== undefined && value !== null && value !== '');
}

function compare(cell: Json, is: string, value: Json, context: ReferenceContext): boolean {
	const values = present(cell);
	switch (is) {
		case 'exists':
			return values.length > 0;
		case 'not_exists':
			return values.length === 0;
		case 'not_equals':
			return !compare(cell, 'equals', value, context);
		case 'not_in':
			return !compare(cell, 'in', value, context);
		case 'not_contains':
			return !compare(cell, 'contains', value, context);
		case 'in':
			return value.some((each: Json) => compare(cell, 'equals', each, context));
		case 'not_in_last':
			return values.some((each) => date(each, context) !== undefined) && !compare(cell, 'in_last', value, context);
		default:
			return values.some((each) => compareOne(each, is, value, context));
	}
}

function compareOne(cell: Json, is: string, value: Json, context: ReferenceContext): boolean {
	const text = typeof cell === 'object' ? undefined : written(cell);
	const number = decimal(cell);
	const instant = date(cell, context);
	const { now } = context;
	switch (is) {
		case 'equals':
			if (typeof cell === 'boolean' || typeof value === 'boolean') {
				const fits = (each: Json) => typeof each === 'boolean' || typeof each === 'string';
				return fits(cell) && fits(value) && String(cell).toLowerCase() === String(value).toLowerCase();
			}
			return text === written(value);
		case 'contains':
			return text !== undefined && text.includes(written(value));
		case 'starts_with':
			return text !== undefined && text.startsWith(written(value));
		case 'ends_with':
			return text !== undefined && text.endsWith(written(value));
		case 'greater_than':
			return number !== undefined && difference(cell, value) > 0;
		case 'at_least':
			return number !== undefined && difference(cell, value) >= 0;
		case 'less_than':
			return number !== undefined && difference(cell, value) < 0;
		case 'at_most':
			return number !== undefined && difference(cell, value) <= 0;
		case 'between':
			return number !== undefined && difference(cell, value[0]) >= 0 && difference(cell, value[1]) <= 0;
		case 'before':
			return instant !== undefined && instant < (date(value, context) as number);
		case 'after':
			return instant !== undefined && instant > (date(value, context) as number);
		case 'on':
			return instant !== undefined && day(instant, context) === day(date(value, context) as number, context);
		case 'between_dates':
			return instant !== undefined && instant >= (date(value[0], context) as number) && instant <= (date(value[1], context) as number);
		case 'in_last':
			return instant !== undefined && instant <= now && instant >= ago(value.amount, value.unit, context);
		case 'in_next':
			return instant !== undefined && instant >= now && instant <= ago(-value.amount, value.unit, context);
		case 'anniversary_in':
			return instant !== undefined && hasAnniversary(instant, value, context);
		case 'near':
			return isNear(cell, value);
		case 'version_greater_than':
			return versionOrder(text, value) > 0;
		case 'version_less_than':
			return versionOrder(text, value) < 0;
		default:
			throw new Error(`no such operator: ${is}`);
	}
}

function decimal(cell: Json): number | undefined {
	if (typeof cell === 'number') return cell;
	return typeof cell === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(cell) ? Number(cell) : undefined;
}

/** A scalar as it is written; numbers without an exponent. */
export function written(value: Json): string {
	return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Of two decimals, digit by digit. */
function difference(a: Json, b: Json): bigint {
	const [left, right] = [a, b].map((value) => {
		const [whole = '', fraction = ''] = written(value).trim().replace('+', '').split('.');
		return BigInt(whole.replace(/^(-?)$/, '$10') + fraction.padEnd(30, '0'));
	}) as [bigint, bigint];
	return left - right;
}

function date(cell: Json, { zone }: ReferenceContext): number | undefined {
	if (typeof cell === 'string' && /^\d{9,}$/.test(cell)) return date(Number(cell), { zone, now: 0 });
	if (typeof cell === 'number') {
		const instant = Math.abs(cell) < 1e11 ? cell * 1000 : cell;
		return Math.abs(instant) <= 8.64e15 ? instant : undefined;
	}
	if (typeof cell !== 'string' || !/^\d{4}-\d\d-\d\d(T.*)?$/.test(cell)) return undefined;
	const parsed = DateTime.fromISO(cell, { zone });
	return parsed.isValid ? parsed.toMillis() : undefined;
}

function day(instant: number, { zone }: ReferenceContext): string {
	return DateTime.fromMillis(instant, { zone }).toISODate() as string;
}

function ago(amount: number, unit: string, { now, zone }: ReferenceContext): number {
	if (unit === 'months' || unit === 'years') return DateTime.fromMillis(now, { zone }).minus({ [unit]: amount }).toMillis();
	return now - amount * ({ seconds: 1e3, minutes: 6e4, hours: 36e5, days: 864e5, weeks: 6048e5 }[unit] as number);
}

/** Walks through the days of the window and asks of each whether it is the day. */
function hasAnniversary(instant: number, value: Json, context: ReferenceContext): boolean {
	const born = DateTime.fromMillis(instant, { zone: context.zone });
	if (!born.isValid) return false;
	const end = ago(-value.amount, value.unit, context);
	let date = DateTime.fromMillis(context.now, { zone: context.zone }).startOf('day');
	for (; date.toMillis() <= end; date = date.plus({ days: 1 }).startOf('day')) {
		if (date.year <= born.year) continue;
		const leapDay = born.month === 2 && born.day === 29 && !date.isInLeapYear;
		if (date.month === born.month && date.day === (leapDay ? 28 : born.day)) return true;
	}
	return false;
}

function isNear(cell: Json, { lat, lon, metres }: Json): boolean {
	let point: [number | undefined, number | undefined] | undefined;
	if (typeof cell === 'string' && cell.split(',').length === 2) {
		point = cell.split(',').map(decimal) as [number | undefined, number | undefined];
	} else if (typeof cell === 'object') {
		point = [decimal(cell.lat ?? cell.latitude), decimal(cell.lon ?? cell.lng ?? cell.longitude)];
	}
	const [y, x] = point ?? [];
	if (y === undefined || x === undefined || Math.abs(y) > 90 || Math.abs(x) > 180) return false;
	const [a, b, c] = [y, lat, x - lon].map((degrees: number) => (degrees * Math.PI) / 180) as [number, number, number];
	const cosine = Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(c);
	return 6_371_008.8 * Math.acos(Math.max(-1, Math.min(1, cosine))) <= metres;
}

/** NaN when either is no version. Tests use releases of up to four numbers. */
function versionOrder(cell: Json, wanted: Json): number {
	const [a, b] = [cell, wanted].map((each) => {
		if (!/^v?\d+(\.\d+){0,3}$/.test(String(each)) || each === undefined) return NaN;
		const numbers = String(each).replace('v', '').split('.').map(Number);
		return [0, 1, 2, 3].reduce((sum, index) => sum * 1000 + (numbers[index] ?? 0), 0);
	}) as [number, number];
	return a - b;
}
