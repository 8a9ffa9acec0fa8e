import fc from 'fast-check';

import { eventKey, OPERATORS, PROFILE_FIELDS, type OperatorName, type Rule } from '../../../engine/segments';

/** Random people, events and rules that meet often enough to matter. */

export const ZONE = 'Europe/Paris';
/** A Sunday afternoon in Paris, some weeks after the end of summer time. */
export const NOW = Date.UTC(2026, 10, 22, 14, 30);
const DAY = 86_400_000;

export interface RandomEvent {
	name: string;
	ts: number;
	properties: Record<string, unknown>;
}

export interface RandomPerson {
	bucketKey: number;
	email: string | null;
	phone: string | null;
	timezone: string | null;
	optedOut: Record<string, boolean>;
	properties: Record<string, unknown>;
	events: RandomEvent[];
	/** Custom lists the person is in. */
	lists: string[];
	/** Not to be found. */
	gone: 'merged' | 'erased' | null;
}

const PATHS = ['city', 'age', 'tags', 'joined', 'app', 'place', 'a.b', 'a.b.c', 'constructor', '__proto__'];
const EVENT_PATHS = ['amount', 'category', 'items', 'a.b', 'at'];
const EVENT_NAMES = ['Charged', 'Added to Cart', 'App Launched'];

const texts = [
	'Lyon', 'lyon', 'San Francisco', 'San', '', ' ', '12', '12.5', '12.50', '007', '7', '-0', 'true', 'TRUE', 'false', 'yes',
	'12345678901234567890', '12345678901234567891', '2.9.1', '2.10', 'v2.10.0', '48.85, 2.35', 'shoes', 'é',
];
const numbers = [0, 7, 12, 12.5, -3, 200, 0.1, 0.2, 0.3, 2, 2.1];
const instants = [NOW - 40 * DAY, NOW - 7 * DAY, NOW - 7 * DAY - 1, NOW - 1, NOW, NOW + 1, NOW + 3 * DAY, NOW / 1000 - 86_400];
const isoDates = [
	'2026-11-22', '2026-11-21T23:30:00Z', '2026-11-22T00:30', '2026-11-22T14:30:00Z', '2026-10-25', '2025-11-29',
	'1990-11-25', '1996-02-29', '2026-13-01', '2026-11', '2030-11-24', `${NOW}`,
];
const places = [{ lat: 48.85, lon: 2.35 }, { latitude: '48.9', lng: 2.3 }, { lat: 45.76, lon: 4.84 }, { lat: 91, lon: 0 }, {}];

const odd = fc.constantFrom<unknown>(...texts, ...numbers, ...instants, ...isoDates, ...places, true, false, null);
const cell = fc.oneof(
	{ weight: 6, arbitrary: odd },
	{ weight: 1, arbitrary: fc.array(odd, { maxLength: 3 }) },
	{ weight: 1, arbitrary: odd.map((value) => ({ b: value })) },
	{ weight: 1, arbitrary: odd.map((value) => ({ b: { c: value }, 'b.c': 'literal' })) },
);
const amount = fc.oneof(
	fc.constantFrom<unknown>(0, 0.1, 0.2, 0.3, 12.5, 100, 199.99, -3, '12', '007', 'free', '', null, true, [0.1, '2'], {}),
	fc.integer({ min: 0, max: 30_000 }).map((cents) => cents / 100),
);

function propertiesOf(paths: string[]): fc.Arbitrary<Record<string, unknown>> {
	return fc
		.array(fc.tuple(fc.constantFrom(...paths, 'a'), cell), { maxLength: 6 })
		.map((entries) => JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`) as Record<string, unknown>);
}

const ts = fc.oneof(
	fc.constantFrom(NOW, NOW + 1, NOW - 7 * DAY, NOW - 7 * DAY - 1, NOW - 30 * DAY, NOW - 40 * DAY, NOW + DAY),
	fc.integer({ min: NOW - 90 * DAY, max: NOW + DAY }),
);

const event: fc.Arbitrary<RandomEvent> = fc
	.record({
		name: fc.constantFrom(...EVENT_NAMES, 'charged', ' ADDED TOCART'),
		ts,
		amount: fc.option(amount, { nil: undefined }),
		properties: propertiesOf(EVENT_PATHS.slice(1)),
	})
	.map(({ amount, properties, ...rest }) => ({
		...rest,
		properties: amount === undefined ? properties : { ...properties, amount },
	}));

export const person: fc.Arbitrary<RandomPerson> = fc.record({
	bucketKey: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
	email: fc.option(fc.constantFrom('a@b.example', '')),
	phone: fc.option(fc.constant('+33612345678')),
	timezone: fc.option(fc.constantFrom('Europe/Paris', 'Asia/Tokyo')),
	optedOut: fc.constantFrom<Record<string, boolean>>({}, { sms: true }, { sms: false, email: true }),
	properties: propertiesOf([...PATHS, 'email', 'optedOut.sms']),
	events: fc.array(event, { maxLength: 12 }),
	lists: fc.subarray(['spring', 'vip']),
	gone: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom('merged' as const, 'erased' as const) }),
});

const scalar = fc.constantFrom(...texts.filter((text) => text !== ''), ...numbers, true, false);
const numeric = fc.constantFrom<number | string>(...numbers, '12', '0.3');
const rangeOf = <Value>(value: fc.Arbitrary<Value>, order: (value: Value) => number) =>
	fc.tuple(value, value).map((ends) => ends.sort((a, b) => order(a) - order(b)));
const dateValue = fc.constantFrom<string | number>(...instants, '2026-11-22', '2026-11-21T23:30:00Z', '2026-10-25T12:00');
const dateOrder = (value: string | number) => (typeof value === 'string' ? Date.parse(value) : value < 1e11 ? value * 1000 : value);
const duration = fc.record({
	amount: fc.constantFrom(1, 2, 7, 40),
	unit: fc.constantFrom('seconds', 'hours', 'days', 'weeks', 'months', 'years'),
});
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
	none: fc.constant(undefined),
	scalar,
	list: fc.array(scalar, { minLength: 1, maxLength: 3 }),
	text: fc.constantFrom('o', 'San', 'Lyon', '12', '2', '1', 'ue'),
	number: numeric,
	numberRange: rangeOf(numeric, Number),
	date: dateValue,
	dateRange: rangeOf(dateValue, dateOrder),
	duration,
	place: fc.record({ lat: fc.constantFrom(48.85, 45), lon: fc.constantFrom(2.35, 5), metres: fc.constantFrom(1_000, 10_000, 500_000) }),
	version: fc.constantFrom<unknown>('2.9.1', '2.10', '2.10.0', 2, 'v2.9'),
};

/** A comparison with the given operator, or with any. */
export function comparison(operators: readonly OperatorName[] = OPERATORS.map(({ name }) => name)) {
	return fc.constantFrom(...operators).chain((is) => {
		const { value } = OPERATORS.find(({ name }) => name === is) as (typeof OPERATORS)[number];
		return (VALUES[value] as fc.Arbitrary<unknown>).map((each) => (each === undefined ? { is } : { is, value: each }));
	});
}

const condition = fc.tuple(fc.constantFrom(...EVENT_PATHS), comparison()).map(([property, rest]) => ({ property, ...rest }));
const conditions = fc.array(condition, { maxLength: 2 });
const when = fc.oneof(
	fc.tuple(fc.constantFrom(1, 7, 30, 60), fc.constantFrom('hours', 'days', 'weeks', 'months')).map(([last, unit]) => ({ last, unit })),
	rangeOf(dateValue, dateOrder).map(([from, to]) => ({ from, to })),
	dateValue.map((from) => ({ from })),
	dateValue.map((to) => ({ to })),
);
const measured = fc.oneof(
	fc.record({ is: fc.constantFrom('equals', 'not_equals', 'greater_than', 'at_least', 'less_than', 'at_most'), value: fc.constantFrom(0, 0.3, 1, 2, 3, 12, 100, 200) }),
	rangeOf(fc.constantFrom(0, 0.3, 1, 2, 100, 300), Number).map((value) => ({ is: 'between', value })),
);
const measure = fc.oneof(
	fc.record({ measure: fc.constantFrom('count', 'distinctDays') }),
	fc.record({ measure: fc.constantFrom('sum', 'average', 'min', 'max'), property: fc.constant('amount') }),
	fc.record({ measure: fc.constant('distinct'), property: fc.constantFrom(...EVENT_PATHS) }),
);
const having = fc
	.tuple(measure, measured, fc.constantFrom(undefined, true, false))
	.map(([what, is, includeZero]) => ({ ...what, ...is, ...(includeZero !== undefined && { includeZero }) }));
const eventName = fc.constantFrom(...EVENT_NAMES, 'added  to cart', 'Never Seen');
const eventNames = fc.oneof(
	{ weight: 3, arbitrary: eventName },
	{ weight: 1, arbitrary: fc.uniqueArray(eventName, { minLength: 1, maxLength: 3, selector: eventKey }) },
);
const aboutEvents = fc
	.record(
		{
			event: eventNames,
			did: fc.boolean(),
			where: conditions,
			when,
			having,
			occurrence: fc.constantFrom('first', 'last'),
			that: conditions,
		},
		{ requiredKeys: ['event', 'did'] },
	)
	.map(({ occurrence, that, having: sums, ...rest }) => {
		if (occurrence && !sums) return { ...rest, occurrence, ...(that && { that }) };
		return { ...rest, ...(sums && { having: sums }) };
	});
const aboutPeople = fc
	.tuple(fc.constantFrom(...PATHS, ...PROFILE_FIELDS.filter((field) => field !== 'id')), comparison())
	.map(([profile, rest]) => ({ profile, ...rest }));
const bucket = rangeOf(fc.integer({ min: 0, max: 999 }), Number).map(([from, to]) => ({ bucket: { from, to } }));

const ofInterest = fc.oneof(
	fc.tuple(fc.constantFrom(...EVENT_PATHS), scalar).map(([property, value]) => ({ of: { property }, value })),
	fc.integer({ min: 0, max: 23 }).map((value) => ({ of: 'hourOfDay', value })),
	fc.integer({ min: 1, max: 7 }).map((value) => ({ of: 'dayOfWeek', value })),
);
const interestIs = fc.oneof(
	fc.constant({ is: 'predominantly' }),
	fc.constantFrom(0.5, 25, 40, 50, 100).map((percent) => ({ is: 'at_least', percent })),
);
const interest = fc
	.tuple(eventName, ofInterest, interestIs, fc.option(when, { nil: undefined }))
	.map(([event, of, is, window]) => ({ interest: { event, ...of, ...is, ...(window && { when: window }) } }));

const insideSame = fc.letrec<{ rule: unknown }>((tie) => ({
	rule: fc.oneof(
		{ maxDepth: 3, depthSize: 'small' },
		aboutEvents as fc.Arbitrary<unknown>,
		fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
		fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
		tie('rule').map((not) => ({ not })),
	),
})).rule;

/** Each name of events once, as the rule first writes it. */
function namesIn(inner: unknown): string[] {
	const { all, any, not, event } = inner as { all?: unknown[]; any?: unknown[]; not?: unknown; event?: string | string[] };
	const names = [...[event ?? []].flat(), ...[...(all ?? []), ...(any ?? []), ...(not ? [not] : [])].flatMap(namesIn)];
	return names.filter((name, index) => names.findIndex((each) => eventKey(each) === eventKey(name)) === index);
}

/** A constant event property. */
export const same = insideSame.chain((inner) =>
	fc
		.oneof(fc.constantFrom<unknown>(...EVENT_PATHS), fc.record(Object.fromEntries(namesIn(inner).map((name) => [name, fc.constantFrom(...EVENT_PATHS)]))))
		.map((property) => ({ same: { property, rule: inner } }) as Rule),
);

const list = fc.constantFrom('spring', 'vip', 'nobody').map((id) => ({ list: id }));

export const rule = fc.letrec<{ rule: Rule }>((tie) => ({
	rule: fc.oneof(
		{ maxDepth: 4, depthSize: 'small' },
		aboutPeople as fc.Arbitrary<unknown> as fc.Arbitrary<Rule>,
		aboutEvents as fc.Arbitrary<unknown> as fc.Arbitrary<Rule>,
		bucket as fc.Arbitrary<unknown> as fc.Arbitrary<Rule>,
		interest as fc.Arbitrary<unknown> as fc.Arbitrary<Rule>,
		same,
		list as fc.Arbitrary<Rule>,
		fc.array(tie('rule'), { maxLength: 4 }).map((all) => ({ all })),
		fc.array(tie('rule'), { minLength: 1, maxLength: 4 }).map((any) => ({ any })),
		tie('rule').map((not) => ({ not })),
	),
})).rule;
