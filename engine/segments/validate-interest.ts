import { inside, type Complaints } from './complaints';
import { checkValue } from './operators';
import { checkWindow } from './validate-event';

const KEYS = ['event', 'of', 'is', 'percent', 'value', 'when'];
const PARTS_OF_TIME = { hourOfDay: { first: 0, last: 23, words: 'an hour' }, dayOfWeek: { first: 1, last: 7, words: 'a day' } } as const;

export function checkInterest(value: unknown, path: string, complaints: Complaints): void {
	const interest = complaints.object(value, path, 'an interest', KEYS);
	if (!interest) return;
	complaints.name(interest.event, inside(path, 'event'), 'the name of the event');
	checkOf(interest.of, inside(path, 'of'), complaints);
	checkInterestValue(interest.of, interest.value, inside(path, 'value'), complaints);
	if (complaints.oneOf(interest.is, inside(path, 'is'), ['predominantly', 'at_least'])) {
		checkPercent(interest.is as string, interest.percent, inside(path, 'percent'), complaints);
	}
	if (interest.when !== undefined) checkWindow(interest.when, inside(path, 'when'), complaints);
}

function checkOf(value: unknown, path: string, complaints: Complaints): void {
	if (isPartOfTime(value)) return;
	if (typeof value === 'string' || value === undefined) {
		return complaints.add(path, 'must be "hourOfDay", "dayOfWeek" or { "property": ... }');
	}
	const of = complaints.object(value, path, '"of"', ['property']);
	if (of) complaints.name(of.property, inside(path, 'property'), 'the property');
}

function checkInterestValue(of: unknown, value: unknown, path: string, complaints: Complaints): void {
	if (!isPartOfTime(of)) return checkValue('equals', value, (message, at = '') => complaints.add(path + at, message));
	const { first, last, words } = PARTS_OF_TIME[of];
	if (typeof value === 'number' && Number.isInteger(value) && value >= first && value <= last) return;
	const monday = of === 'dayOfWeek' ? ', 1 Monday to 7 Sunday' : '';
	complaints.add(path, `must be ${words}: a whole number from ${first} to ${last}${monday}`);
}

function checkPercent(is: string, value: unknown, path: string, complaints: Complaints): void {
	if (is === 'predominantly') {
		if (value !== undefined) complaints.add(path, '"predominantly" takes no percent');
	} else if (typeof value !== 'number' || !(value > 0 && value <= 100)) {
		complaints.add(path, 'must be a number greater than 0, up to 100');
	}
}

function isPartOfTime(value: unknown): value is keyof typeof PARTS_OF_TIME {
	return typeof value === 'string' && Object.hasOwn(PARTS_OF_TIME, value);
}
