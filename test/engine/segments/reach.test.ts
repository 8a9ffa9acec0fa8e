import { DateTime } from 'luxon';

import { ColumnStore } from '../../../engine/columns/column-store';
import { ingest } from '../../../engine/people/ingest';
import { erasePerson } from '../../../engine/people/erase';
import type { ProfileInput } from '../../../engine/people/records';
import { breakdown, find, reach, type Rule } from '../../../engine/segments';
import { bringUpToDate } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';

const everyone: Rule = { all: [] };
const device = { token: 't', kind: 'fcm' as const };

async function ask<Output>(database: Database, question: (tx: Parameters<typeof find>[0], context: Parameters<typeof find>[2]) => Promise<Output>): Promise<Output> {
	return await database.transact(async (tx) => await question(tx, { now: START, zone: 'Europe/Paris', columns: new ColumnStore() }));
}

/** Of rows, of columns, and of columns with changes on top. */
async function inAllForms(database: Database, profiles: ProfileInput[], check: () => Promise<void>): Promise<void> {
	await database.call(ingest, { profiles });
	await check();
	await bringUpToDate(database);
	await check();
	// The same again, so that it is told twice and counted once.
	await database.call(ingest, { profiles: profiles.slice(0, 3) });
	await check();
}

describeDatabases('reach', (database) => {
	test('counts live addresses that have not opted out, and rules can ask for it', async () => {
		const profiles: ProfileInput[] = [
			{ id: 'all', phone: '+33612345678', email: 'a@example.org', push: [device] },
			{ id: 'silent', phone: '+33612345679', email: 'b@example.org', optedOut: { sms: true, email: true, webhook: true } },
			{ id: 'blank', phone: '', email: null },
			{ id: 'mail', email: 'c@example.org', optedOut: { push: true } },
			{ id: 'gone', phone: '+33612345670' },
		];
		await database().call(ingest, { profiles: [{ id: 'gone', phone: '+33612345670' }] });
		await database().call(erasePerson, { name: { id: 'gone' } });
		await inAllForms(database(), profiles.slice(0, 4), async () => {
			expect(await ask(database(), async (tx, context) => await reach(tx, { rule: everyone }, context))).toEqual({
				qualified: 4,
				reachable: { sms: 1, email: 2, push: 1, webhook: 3 },
			});
			const rule: Rule = { all: [{ profile: 'reachable.email', is: 'equals', value: true }, { profile: 'reachable.sms', is: 'equals', value: false }] };
			expect((await ask(database(), async (tx, context) => await find(tx, { rule }, context))).people).toHaveLength(1);
		});
	});
});

describeDatabases('breakdown', (database) => {
	const down = async (property: string, most?: number, rule: Rule = everyone) => await ask(database(), async (tx, context) => await breakdown(tx, { rule, property, most }, context));

	test('by values, the most frequent first; several values count each', async () => {
		const cities = ['Lyon', 'Oslo', 'Lyon', 'Lyon', 'Oslo', 'Rome', undefined, ''];
		const profiles = cities.map((city, index): ProfileInput => ({ id: `u${index}`, properties: { city, tags: index % 2 === 0 ? ['a', 'b', 'a'] : 'a', nested: { plan: index < 2 ? 'pro' : 7 } } }));
		await inAllForms(database(), profiles, async () => {
			expect(await down('city')).toEqual({
				property: 'city', by: 'value', total: 8, missing: 2, other: 0,
				rows: [{ label: 'Lyon', people: 3 }, { label: 'Oslo', people: 2 }, { label: 'Rome', people: 1 }],
			});
			expect(await down('city', 1)).toMatchObject({ rows: [{ label: 'Lyon', people: 3 }], other: 3, missing: 2 });
			// Everybody with "b" counts once beyond the rows, however many values they have there.
			expect(await down('tags', 1)).toMatchObject({ rows: [{ label: 'a', people: 8 }], other: 4 });
			expect((await down('tags')).rows).toEqual([{ label: 'a', people: 8 }, { label: 'b', people: 4 }]);
			expect((await down('nested.plan')).rows).toEqual([{ label: '7', people: 6 }, { label: 'pro', people: 2 }]);
			expect((await down('reachable.sms')).rows).toEqual([{ label: 'false', people: 8 }]);
			expect(await down('city', 20, { profile: 'city', is: 'equals', value: 'Oslo' })).toMatchObject({ total: 2, rows: [{ label: 'Oslo', people: 2 }] });
			expect(await down('city', 20, { not: everyone })).toMatchObject({ total: 0, rows: [], missing: 0 });
		});
	});

	test('many different numbers become ranges, which hold everybody once', async () => {
		const profiles = Array.from({ length: 60 }, (_, index): ProfileInput => ({ id: `u${index}`, properties: { age: 18 + index, cents: index / 10 } }));
		await inAllForms(database(), profiles, async () => {
			const ages = await down('age');
			expect(ages.by).toBe('range');
			expect(ages.rows.reduce((sum, { people }) => sum + people, 0)).toBe(60);
			expect(ages.rows[0]).toEqual({ label: '10 to 20', from: 10, to: 20, people: 2 });
			expect((await down('cents')).rows.at(-1)).toEqual({ label: '5 to 6', from: 5, to: 6, people: 10 });
			expect((await down('age', 100)).by).toBe('value');
		});
	});

	test('people with several values beyond the rows are counted once there', async () => {
		const profiles = Array.from({ length: 6 }, (_, index): ProfileInput => ({ id: `u${index}`, properties: { tags: ['all', `x${index}`, `y${index}`, `z${index}`] } }));
		await inAllForms(database(), [...profiles, { id: 'alone', properties: { tags: 'all' } }], async () => {
			expect(await down('tags', 1)).toEqual({ property: 'tags', by: 'value', total: 7, missing: 0, other: 6, rows: [{ label: 'all', people: 7 }] });
		});
	});

	test.each([
		['too far apart for a difference', [-1.7e308, 0, 1.7e308]],
		['hardly apart', [0, 5e-324, 1e-323]],
		['large and close', [1_700_000_000_001, 1_700_000_000_002, 1_700_000_000_013]],
		['fractions', [0.1, 0.2, 0.3]],
	])('ranges of numbers that are %s hold everybody once and are told apart', async (_, numbers) => {
		await database().call(ingest, { profiles: numbers.map((number, index) => ({ id: `u${index}`, properties: { number } })) });
		const { by, rows } = await down('number', 2);
		expect(by).toBe('range');
		expect(rows.reduce((sum, { people }) => sum + people, 0)).toBe(3);
		expect(rows.length).toBeLessThanOrEqual(10);
		expect(new Set(rows.map(({ label }) => label)).size).toBe(rows.length);
		expect(JSON.stringify(rows)).not.toMatch(/null|NaN|Infinity/);
	});

	test('long numbers written as texts are no dates', async () => {
		const profiles = Array.from({ length: 5 }, (_, index): ProfileInput => ({ id: `u${index}`, properties: { customer: `10000000${index}` } }));
		await database().call(ingest, { profiles });
		expect(await down('customer', 2)).toMatchObject({ by: 'value', other: 3 });
	});

	test.each([
		['days', { days: 1 }, { by: 'month', rows: [['2026-01', 31], ['2026-02', 9]] }],
		['months', { months: 1 }, { by: 'year', rows: [['2026', 12], ['2027', 12], ['2028', 12], ['2029', 4]] }],
		['years', { years: 1 }, { by: 'range', rows: [['2020 to 2030', 4], ['2030 to 2040', 10], ['2040 to 2050', 10], ['2050 to 2060', 10], ['2060 to 2070', 6]] }],
	])('40 dates that are %s apart become rows as long as are needed', async (_, apart, { by, rows }) => {
		const first = DateTime.utc(2026, 1, 1);
		const day = (index: number) => first.plus(Object.fromEntries(Object.entries(apart).map(([unit, amount]) => [unit, amount * index]))).toISODate();
		await database().call(ingest, { profiles: Array.from({ length: 40 }, (_none, index) => ({ id: `u${index}`, properties: { since: day(index) } })) });
		const counted = await down('since', 6);
		expect(counted.by).toBe(by);
		expect(counted.rows.map(({ label, people }) => [label, people])).toEqual(rows);
	});

	test('many different dates become months of the account’s zone', async () => {
		const profiles = Array.from({ length: 40 }, (_, index): ProfileInput => ({ id: `u${index}`, properties: { since: new Date(Date.UTC(2026, 0, 31, 22) + index * 3_600_000).toISOString() } }));
		await inAllForms(database(), profiles, async () => {
			expect(await down('since')).toMatchObject({ by: 'month', rows: [{ label: '2026-01', people: 1 }, { label: '2026-02', people: 39 }] });
		});
	});
});
