// Six questions, as segment rules and as SQL over tables with a column per property.
import { DAY, NAMES, NOW } from './data.mjs';

const last = (days) => ({ last: days, unit: 'days' });
const CHARGED = NAMES.indexOf('Charged');
const CART = NAMES.indexOf('Added to Cart');

export const QUESTIONS = [
	{
		key: 'Q1',
		words: 'added shoes to the cart twice in 14 days, and did not buy in 7',
		rule: {
			all: [
				{ event: 'Added to Cart', did: true, where: [{ property: 'category', is: 'equals', value: 'shoes' }], when: last(14), having: { measure: 'count', is: 'at_least', value: 2 } },
				{ event: 'Charged', did: false, when: last(7) },
			],
		},
	},
	{
		key: 'Q2',
		words: 'in San Francisco, with more than 200 in the cart in 30 days, and did not buy',
		rule: {
			all: [
				{ profile: 'city', is: 'equals', value: 'San Francisco' },
				{ event: 'Added to Cart', did: true, when: last(30), having: { measure: 'sum', property: 'amount', is: 'greater_than', value: 200 } },
				{ event: 'Charged', did: false, when: last(30) },
			],
		},
	},
	{
		key: 'Q3',
		words: 'with an active subscription, between 25 and 40',
		rule: { all: [{ profile: 'subscription', is: 'contains', value: 'ACTIVE' }, { profile: 'age', is: 'between', value: [25, 40] }] },
	},
	{ key: 'Q4', words: 'bought for the first time in the last 7 days', rule: { event: 'Charged', did: true, occurrence: 'first', when: last(7) } },
	{
		key: 'Q5',
		words: 'did anything on 5 days of 14',
		rule: { event: NAMES, did: true, when: last(14), having: { measure: 'distinctDays', is: 'at_least', value: 5 } },
	},
	{ key: 'Q6', words: 'did not launch the app in 30 days', rule: { event: 'App Launched', did: false, when: last(30) } },
];

/**
 * The same in SQL, of tables `bench_event (person, name, ts, category, amount)` and `bench_person (person, city, age,
 * subscription)`. Each in the form that its engine is fastest with.
 */
export function sqlOf(engine) {
	const [t7, t14, t30] = [7, 14, 30].map((days) => NOW - days * DAY);
	const day = engine === 'duckdb' ? `ts // ${DAY}` : `ts / ${DAY}`;
	const absent = (name, since, column) =>
		engine === 'sqlite'
			? `${column} NOT IN (SELECT person FROM bench_event WHERE name = ${name} AND ts >= ${since})`
			: `NOT EXISTS (SELECT 1 FROM bench_event x WHERE x.person = ${column} AND x.name = ${name} AND x.ts >= ${since})`;
	const anyName = engine === 'sqlite' ? `name IN (${NAMES.map((_, index) => index)})` : `name BETWEEN 0 AND ${NAMES.length - 1}`;
	return {
		Q1: `SELECT person FROM bench_event WHERE name = ${CART} AND ts >= ${t14} AND category = 'shoes' GROUP BY person HAVING count(*) >= 2
		     EXCEPT SELECT person FROM bench_event WHERE name = ${CHARGED} AND ts >= ${t7}`,
		Q2: `SELECT e.person FROM (SELECT person FROM bench_event WHERE name = ${CART} AND ts >= ${t30} GROUP BY person HAVING sum(amount) > 200) e
		     JOIN bench_person p ON p.person = e.person WHERE p.city = 'San Francisco' AND ${absent(CHARGED, t30, 'e.person')}`,
		Q3: `SELECT person FROM bench_person WHERE subscription LIKE '%ACTIVE%' AND age BETWEEN 25 AND 40`,
		Q4: `SELECT person FROM bench_event WHERE name = ${CHARGED} GROUP BY person HAVING min(ts) >= ${t7}`,
		Q5: `SELECT person FROM bench_event WHERE ${anyName} AND ts >= ${t14} GROUP BY person HAVING count(DISTINCT ${day}) >= 5`,
		Q6: `SELECT person FROM bench_person p WHERE ${absent(0, t30, 'p.person')}`,
	};
}
