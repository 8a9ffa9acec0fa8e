import { inside, type Complaints } from './complaints';
import { parseDate } from './dates';
import { eventKey } from './event-key';
import { checkValue, isOperatorName, MEASURE_OPERATORS, OPERATORS } from './operators';
import { checkDate, checkDuration } from './operators/value-kinds';
import { isRecord } from './values';

const OPERATOR_NAMES = OPERATORS.map((operator) => operator.name);
const MEASURES = ['count', 'sum', 'average', 'min', 'max', 'distinct', 'distinctDays'];
const MEASURES_OF_EVENTS = ['count', 'distinctDays'];
const KEYS = ['event', 'did', 'where', 'when', 'having', 'occurrence', 'that'];

/** Checks `is` and `value` of a condition at `path`. */
export function checkComparison(condition: Record<string, unknown>, path: string, complaints: Complaints): void {
	const { is, value } = condition;
	if (!isOperatorName(is)) {
		complaints.oneOf(is, inside(path, 'is'), OPERATOR_NAMES);
		return;
	}
	checkValue(is, value, (message, at = '') => complaints.add(inside(path, 'value') + at, message));
}

export function checkEvent(value: Record<string, unknown>, path: string, complaints: Complaints): void {
	complaints.object(value, path, 'an event rule', KEYS);
	checkEventNames(value.event, inside(path, 'event'), complaints);
	if (typeof value.did !== 'boolean') complaints.add(inside(path, 'did'), 'must be true or false');
	if (value.where !== undefined) checkConditions(value.where, inside(path, 'where'), complaints);
	if (value.when !== undefined) checkWindow(value.when, inside(path, 'when'), complaints);
	if (value.having !== undefined) checkHaving(value.having, inside(path, 'having'), complaints);
	if (value.occurrence !== undefined) {
		complaints.oneOf(value.occurrence, inside(path, 'occurrence'), ['first', 'last']);
		if (value.having !== undefined) {
			complaints.add(inside(path, 'having'), 'cannot go with "occurrence", which is about one event');
		}
	}
	if (value.that !== undefined) {
		if (value.occurrence === undefined) complaints.add(inside(path, 'that'), 'needs "occurrence": first or last');
		checkConditions(value.that, inside(path, 'that'), complaints);
	}
}

/** One name, or several different ones. */
function checkEventNames(value: unknown, path: string, complaints: Complaints): void {
	if (!Array.isArray(value)) return complaints.name(value, path, 'the name of the event');
	if (value.length === 0) return complaints.add(path, 'must name at least one event');
	const known = new Set<string>();
	value.forEach((name: unknown, index) => {
		const here = `${path}[${index}]`;
		complaints.name(name, here, 'the name of the event');
		if (typeof name !== 'string') return;
		const key = eventKey(name);
		if (known.has(key)) complaints.add(here, `"${name}" is named twice`);
		known.add(key);
	});
}

function checkConditions(value: unknown, path: string, complaints: Complaints): void {
	complaints.list(value, path).forEach((item, index) => {
		const here = `${path}[${index}]`;
		const condition = complaints.object(item, here, 'a condition', ['property', 'is', 'value']);
		if (!condition) return;
		complaints.name(condition.property, inside(here, 'property'), 'the property');
		checkComparison(condition, here, complaints);
	});
}

export function checkWindow(value: unknown, path: string, complaints: Complaints): void {
	if (isRecord(value) && (Object.hasOwn(value, 'last') || Object.hasOwn(value, 'unit'))) {
		complaints.object(value, path, 'a window of the last units', ['last', 'unit']);
		const places = { amount: inside(path, 'last'), unit: inside(path, 'unit') };
		checkDuration(value.last, value.unit, places, (message, at = '') => complaints.add(at, message));
		return;
	}
	const window = complaints.object(value, path, 'a window', ['from', 'to']);
	if (!window) return;
	if (window.from === undefined && window.to === undefined) {
		complaints.add(path, 'must have "last" and "unit", or "from", or "to"; leave "when" out to mean ever');
	}
	for (const key of ['from', 'to']) {
		if (window[key] !== undefined) checkDate(window[key], (message) => complaints.add(inside(path, key), message));
	}
	const [from, to] = [parseDate(window.from, 'UTC'), parseDate(window.to, 'UTC')];
	if (from !== undefined && to !== undefined && from > to) complaints.add(path, '"from" must not be later than "to"');
}

function checkHaving(value: unknown, path: string, complaints: Complaints): void {
	const having = complaints.object(value, path, '"having"', ['measure', 'property', 'is', 'value', 'includeZero']);
	if (!having) return;
	if (complaints.oneOf(having.measure, inside(path, 'measure'), MEASURES)) {
		const ofEvents = MEASURES_OF_EVENTS.includes(having.measure as string);
		if (!ofEvents) complaints.name(having.property, inside(path, 'property'), 'the property');
		else if (having.property !== undefined) {
			complaints.add(inside(path, 'property'), `"${having.measure as string}" is about events, not about a property`);
		}
	}
	if (complaints.oneOf(having.is, inside(path, 'is'), MEASURE_OPERATORS)) {
		checkMeasureValue(having.is as string, having.value, inside(path, 'value'), complaints);
	}
	if (having.includeZero !== undefined && typeof having.includeZero !== 'boolean') {
		complaints.add(inside(path, 'includeZero'), 'must be true or false');
	}
}

/** Numbers only: a measure is never a text. */
function checkMeasureValue(is: string, value: unknown, path: string, complaints: Complaints): void {
	const isNumber = (end: unknown) => typeof end === 'number' && Number.isFinite(end);
	if (is !== 'between') {
		if (!isNumber(value)) complaints.add(path, 'must be a number');
	} else if (!Array.isArray(value) || value.length !== 2 || !value.every(isNumber)) {
		complaints.add(path, 'must be two numbers: [lowest, highest]');
	} else if ((value[0] as number) > (value[1] as number)) {
		complaints.add(path, 'the first must not be greater than the second');
	}
}
