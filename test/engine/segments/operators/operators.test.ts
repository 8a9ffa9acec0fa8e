import { describeOperator, compileOperator, OPERATORS, type OperatorName } from '../../../../engine/segments/operators';

const ZONE = 'America/New_York';
/** 15:00 in New York. */
const NOW = Date.UTC(2026, 2, 10, 19);
const HOUR = 3_600_000;

/** What counts as missing, wherever it stands. */
const MISSING: unknown[] = [undefined, null, '', NaN, Infinity, [], [null, ''], [[]], () => 1];
/** Present, but no text, number or boolean. */
const OBJECT = { a: 1 };

interface Case {
	is: OperatorName;
	value?: unknown;
	holds: unknown[];
	fails: unknown[];
}

const paris = { lat: 48.8566, lon: 2.3522, metres: 10_000 };

const cases: Case[] = [
	{ is: 'equals', value: 'Lyon', holds: ['Lyon', ['Paris', 'Lyon'], [['Lyon']]], fails: ['lyon', 'Lyon ', ' Lyon', 'Ly', OBJECT, true] },
	{ is: 'equals', value: 12, holds: [12, '12', [1, 12]], fails: ['012', '12.0', ' 12', '1.2e1', 12.5, true, OBJECT] },
	{ is: 'equals', value: '12', holds: [12, '12'], fails: ['12 ', 120] },
	{ is: 'equals', value: '007', holds: ['007'], fails: [7, '7', '07'] },
	{ is: 'equals', value: 7, holds: [7, '7'], fails: ['007', '7.0', '+7'] },
	{ is: 'equals', value: 0, holds: [0, -0, '0'], fails: ['-0', '', null, false] },
	{ is: 'equals', value: '12345678901234567890', holds: ['12345678901234567890'], fails: ['12345678901234567891', 12345678901234567891] },
	{ is: 'equals', value: '0.0000001', holds: [1e-7, '0.0000001'], fails: ['1e-7'] },
	{ is: 'equals', value: 1e21, holds: [1e21, '1000000000000000000000'], fails: ['1e21'] },
	{ is: 'equals', value: true, holds: [true, 'true', 'TRUE', 'True', [false, true]], fails: [false, 'false', 1, '1', 'yes'] },
	{ is: 'equals', value: 'FALSE', holds: [false, 'FALSE'], fails: ['false', true, 0] },
	{ is: 'equals', value: 'constructor', holds: ['constructor'], fails: [OBJECT] },
	{ is: 'equals', value: '2026-03-10T19:00:00.000Z', holds: [new Date(NOW)], fails: [new Date(NOW + 1), new Date(NaN)] },
	{ is: 'not_equals', value: 'FALSE', holds: [...MISSING, true, 'false', OBJECT, ['a', 'b']], fails: [false, 'FALSE', [true, 'FALSE']] },
	{ is: 'not_equals', value: 12, holds: [13, '012'], fails: [12, '12', [3, '12']] },
	{ is: 'in', value: ['Lyon', 7, true], holds: ['Lyon', '7', 7, 'True', ['x', 7]], fails: ['lyon', '007', false, OBJECT] },
	{ is: 'not_in', value: ['Lyon', 7], holds: [...MISSING, 'Paris', ['a'], OBJECT], fails: ['Lyon', '7', ['a', 7]] },
	{ is: 'contains', value: 'concert', holds: ['a concert', ['jazz', 'concerts']], fails: ['Concert', 'concer', OBJECT] },
	{ is: 'contains', value: 23, holds: [1234, '1234'], fails: [324] },
	{ is: 'contains', value: 'ru', holds: [true], fails: [false] },
	{ is: 'not_contains', value: 'test', holds: [...MISSING, 'live', OBJECT], fails: ['a test', ['live', 'test']] },
	{ is: 'starts_with', value: '+33', holds: ['+336', ['1', '+33']], fails: ['0+33', '+3'] },
	{ is: 'ends_with', value: '@x.example', holds: ['a@x.example'], fails: ['a@x.example.org', OBJECT] },
	{ is: 'exists', holds: [0, false, ' ', 'x', OBJECT, {}, [null, 0]], fails: MISSING },
	{ is: 'not_exists', holds: MISSING, fails: [0, false, ' ', OBJECT, [null, 0]] },
	{ is: 'greater_than', value: 7, holds: [7.1, '007.5', ' 8 ', '+9', [1, 8]], fails: [7, '7', '7.0', '8e3', '0x10', '1,000', 'eight', true, OBJECT] },
	{ is: 'greater_than', value: '-1.5', holds: [0, '-1', '-.5', '5.'], fails: [-1.5, '-1.50', '-2', '.', '-'] },
	{ is: 'greater_than', value: '9007199254740992', holds: ['9007199254740993', ' +9007199254740993 ', 9007199254740994, '12345678901234567890'], fails: ['9007199254740992', 9007199254740992, '9007199254740991', '-9007199254740993'] },
	{ is: 'less_than', value: '-9007199254740992', holds: ['-9007199254740993'], fails: ['-9007199254740992', '-9007199254740991', '9007199254740993'] },
	{ is: 'between', value: ['12345678901234567889', '12345678901234567891'], holds: ['12345678901234567890', ['1', '12345678901234567891']], fails: ['12345678901234567892', '12345678901234567888'] },
	{ is: 'at_least', value: 7, holds: [7, '007', '7.0'], fails: [6.999, '6'] },
	{ is: 'less_than', value: 7, holds: [6, '-8', [9, 1]], fails: [7, '7', false] },
	{ is: 'at_most', value: 7, holds: [7, '6'], fails: [7.1] },
	{ is: 'between', value: [18, 25], holds: [18, 25, '20', [99, 20]], fails: [17.9, 25.1, [17, 26], 'x'] },
	{ is: 'before', value: '2026-03-10', holds: ['2026-03-09', '2026-03-10T03:59:59Z', Date.UTC(2026, 2, 10, 4) - 1], fails: ['2026-03-10', '2026-03-10T04:00:00Z', 'soon', '2026-3-9', '2026', '12:00', true, OBJECT, '2026-02-30'] },
	{ is: 'before', value: '2026-03-10T12:00:00+01:00', holds: ['2026-03-10T10:59:59Z', '2026-03-10 06:59:59'], fails: ['2026-03-10T11:00:00Z'] },
	{ is: 'after', value: '2026-03-10', holds: ['2026-03-10T00:00:01', '2026-03-11', '2026-03-10t23:00:00z'], fails: ['2026-03-10', '2026-03-10T04:00:00Z'] },
	{ is: 'after', value: 1_700_000_000, holds: [1_700_000_001, 1_700_000_000_001, '1700000001', '1700000000.5'], fails: [1_700_000_000, 1_700_000_000_000, '170000000', 5] },
	{ is: 'on', value: '2026-03-08', holds: ['2026-03-08', '2026-03-08T23:59:59', '2026-03-09T03:59:59Z', ['2020-01-01', '2026-03-08T12:00']], fails: ['2026-03-09T04:00:00Z', '2026-03-08T04:59:59Z', '2026-03-07'] },
	{ is: 'between_dates', value: ['2026-03-01', '2026-03-10'], holds: ['2026-03-01', '2026-03-10', '2026-03-09T23:59:59'], fails: ['2026-02-28', '2026-03-10T00:00:01', 'x'] },
	{ is: 'in_last', value: { amount: 2, unit: 'hours' }, holds: [NOW, NOW - 2 * HOUR, '2026-03-10T14:00'], fails: [NOW + 1, NOW - 2 * HOUR - 1, 'x', OBJECT] },
	// Clocks went forward on 8 March: three days are 72 hours, so an hour of the clock is missing.
	{ is: 'in_last', value: { amount: 3, unit: 'days' }, holds: ['2026-03-07T14:00'], fails: ['2026-03-07T13:59:59'] },
	{ is: 'in_last', value: { amount: 1, unit: 'months' }, holds: ['2026-02-10T15:00'], fails: ['2026-02-10T14:59:59'] },
	{ is: 'in_last', value: { amount: 1, unit: 'years' }, holds: ['2025-03-10T15:00'], fails: ['2025-03-10T14:59:59'] },
	{ is: 'not_in_last', value: { amount: 2, unit: 'hours' }, holds: [NOW + 1, NOW - 2 * HOUR - 1, ['x', '2020-01-01']], fails: [NOW, NOW - 2 * HOUR, 'x', OBJECT, ['2020-01-01', NOW]] },
	{ is: 'in_next', value: { amount: 1, unit: 'weeks' }, holds: [NOW, NOW + 168 * HOUR, '2026-03-17'], fails: [NOW - 1, NOW + 168 * HOUR + 1] },
	{ is: 'anniversary_in', value: { amount: 0, unit: 'days' }, holds: ['1990-03-10', '2025-03-10T23:59'], fails: ['1990-03-11', '1990-03-09', '2026-03-10', '2030-03-10', 'x'] },
	{ is: 'anniversary_in', value: { amount: 7, unit: 'days' }, holds: ['1990-03-10', '1990-03-17', '1990-03-12T04:00:00Z'], fails: ['1990-03-18', '1990-03-09'] },
	{ is: 'anniversary_in', value: { amount: 1, unit: 'years' }, holds: ['1990-03-09', '1990-03-10', '1996-02-29', '2026-03-10'], fails: ['2026-03-11', '2030-01-01'] },
	{ is: 'near', value: paris, holds: [{ lat: 48.86, lon: 2.35 }, { latitude: '48.86', longitude: 2.35 }, { lat: 48.86, lng: 2.35 }, '48.86, 2.35', [{ lat: 0, lon: 0 }, { lat: 48.9, lon: 2.3 }]], fails: [{ lat: 45.76, lon: 4.84 }, { lat: 48.86 }, { lat: 148.86, lon: 2.35 }, '48.86', '48.86,2.35,1', [48.86, 2.35], OBJECT, true, 48.86] },
	{ is: 'near', value: { lat: 0, lon: 179.99, metres: 5_000 }, holds: [{ lat: 0, lon: -179.99 }], fails: [{ lat: 0, lon: -179.9 }] },
	{ is: 'version_greater_than', value: '2.9', holds: ['2.10', '2.9.1', 'v3', 3, '2.10.0-beta', ['1.0', '3']], fails: ['2.9', '2.9.0', 2.8, '2.9-rc.1', '2026-03-10', 'x', true, OBJECT, '2..1'] },
	{ is: 'version_less_than', value: '2.0.0', holds: ['2.0.0-beta', '1.99', 1, '2.0.0-rc.1+b7'], fails: ['2', '2.0.0+build', '2.0.1', 'x'] },
	{ is: 'version_less_than', value: '1.0.0-beta.11', holds: ['1.0.0-alpha', '1.0.0-beta.2', '1.0.0-beta', '1.0.0-1'], fails: ['1.0.0-rc', '1.0.0-beta.11', '1.0.0-beta.11.1', '1.0.0'] },
];

const NEGATIVE: OperatorName[] = ['not_equals', 'not_in', 'not_contains', 'not_exists'];

describe.each(cases.map((each) => [`${each.is} ${JSON.stringify(each.value) ?? ''}`, each] as const))('%s', (_name, each) => {
	const test_ = compileOperator(each.is, each.value, { now: NOW, zone: ZONE });

	test.each(each.holds.map((cell) => [cell]))('holds for %p', (cell) => expect(test_(cell)).toBe(true));
	test.each(each.fails.map((cell) => [cell]))('fails for %p', (cell) => expect(test_(cell)).toBe(false));
	test.each(MISSING.map((cell) => [cell]))('on the missing %p', (cell) => expect(test_(cell)).toBe(NEGATIVE.includes(each.is)));
});

test('every operator of the list is in the table, and describes itself', () => {
	expect(new Set(cases.map(({ is }) => is))).toEqual(new Set(OPERATORS.map(({ name }) => name)));
	const sentences = cases.map(({ is, value }) => describeOperator(is, value));
	expect(sentences).toEqual(expect.arrayContaining([
		'is Lyon', 'is not FALSE', 'is one of Lyon, 7, true', 'is none of Lyon, 7', 'contains concert', 'does not contain test',
		'starts with +33', 'ends with @x.example', 'exists', 'does not exist', 'is greater than 7', 'is at least 7', 'is less than 7',
		'is at most 7', 'is between 18 and 25', 'is before 2026-03-10 00:00', 'is after 2023-11-14T22:13:20.000Z', 'is on 2026-03-08',
		'is between 2026-03-01 00:00 and 2026-03-10 00:00', 'is in the last 2 hours', 'is in the last 1 month', 'is not in the last 2 hours',
		'is in the next 1 week', 'has its anniversary today', 'has its anniversary in the next 7 days',
		'is within 10000 metres of 48.8566, 2.3522', 'is a version greater than 2.9', 'is a version less than 2.0.0',
	]));
});
