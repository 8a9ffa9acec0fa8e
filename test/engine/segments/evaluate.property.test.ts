import fc from 'fast-check';

import { ColumnStore } from '../../../engine/columns/column-store';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import {
	bucketOf, evaluate, eventKey, matches, memorySource, parseRule, sameValues, type Rule,
} from '../../../engine/segments';
import { bringUpToDate, upkeepStep } from '../../support/columns';
import { describeDatabases } from '../../support/connections';
import { columnarSource, type Shape } from './columnar-source';
import { fillTables } from './fill-store';
import { NOW, person, rule, same, ZONE, type RandomPerson } from './populations';
import { matchesReference, sameValuesReference, written, type ReferencePerson } from './reference';

const context = { now: NOW, zone: ZONE };
const population = fc.array(person, { minLength: 1, maxLength: 12 });
const gaps = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 12, maxLength: 12 });
const shape: fc.Arbitrary<Shape> = fc.record({ rows: fc.integer({ min: 1, max: 40 }), prunes: fc.boolean(), async: fc.boolean() });
const CASES = Number(process.env.SEGMENT_CASES ?? 400);

function expected(wanted: Rule, people: RandomPerson[]): number[] {
	return people.flatMap((each, index) => (matchesReference(wanted, reference(each), context) ? [index] : []));
}

function reference(each: RandomPerson): ReferencePerson {
	return {
		bucket: bucketOf(each.bucketKey),
		lists: each.lists,
		fields: {
			email: each.email,
			phone: each.phone,
			timezone: each.timezone,
			...Object.fromEntries(['sms', 'email', 'push', 'webhook'].map((channel) => [`optedOut.${channel}`, each.optedOut[channel] ?? false])),
			'reachable.sms': Boolean(each.phone) && each.optedOut.sms !== true,
			'reachable.email': Boolean(each.email) && each.optedOut.email !== true,
			'reachable.push': false,
			'reachable.webhook': each.optedOut.webhook !== true,
		},
		properties: each.properties,
		events: each.events.map(({ name, ts, properties }) => ({ key: eventKey(name), ts, properties })),
	};
}

function inMemory(people: RandomPerson[]) {
	return people.map(({ events, gone: _, ...profile }) => ({ profile, events }));
}

/** Ascending numbers, so far apart. */
function numbersOf(people: RandomPerson[], steps: number[]): number[] {
	return people.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0));
}

function livingOf(people: RandomPerson[], numbers: number[], indexes: number[]): number[] {
	return indexes.filter((index) => !people[index]?.gone).map((index) => numbers[index] as number);
}

describe('the evaluator agrees with the slow reference', () => {
	test('every random rule is a valid one', () => {
		fc.assert(fc.property(rule, (each) => expect(parseRule(each)).toEqual({ rule: each })), { numRuns: CASES });
	});

	test('in memory', async () => {
		const property = fc.asyncProperty(population, rule, fc.integer({ min: 1, max: 14 }), async (people, wanted, size) => {
			const source = memorySource(inMemory(people));
			const answer = expected(wanted, people);
			expect([...(await evaluate(wanted, source, context))]).toEqual(answer);
			expect([...(await evaluate(wanted, source, context, { pairs: size }))]).toEqual(answer);
			const some = { ...source, only: Uint32Array.from(people.keys()).filter((index) => (index * size) % 3 === 1) };
			expect([...(await evaluate(wanted, some, context))]).toEqual(answer.filter((index) => some.only.includes(index)));
		});
		await fc.assert(property, { numRuns: CASES });
	});

	test('over columns of any kind, in ranges of any size, for everybody and for some', async () => {
		const property = fc.asyncProperty(population, rule, gaps, shape, fc.nat({ max: 8 }), async (people, wanted, steps, how, pairs) => {
			const numbers = numbersOf(people, steps);
			const source = columnarSource(people, numbers, how);
			const answer = livingOf(people, numbers, expected(wanted, people));
			expect([...(await evaluate(wanted, source, context))]).toEqual(answer);
			expect([...(await evaluate(wanted, source, context, { people: 64, pairs }))]).toEqual(answer);
			const only = Uint32Array.from(numbers.filter((_, index) => (index * 7 + pairs) % 3 !== 0));
			expect([...(await evaluate(wanted, { ...source, only }, context, { people: 32 }))]).toEqual(answer.filter((number) => only.includes(number)));
		});
		await fc.assert(property, { numRuns: CASES * 2 });
	});

	test('the values of a constant property, newest first', async () => {
		const property = fc.asyncProperty(population, same, gaps, shape, fc.nat({ max: 8 }), async (people, wanted, steps, how, pairs) => {
			const numbers = numbersOf(people, steps);
			const source = columnarSource(people, numbers, how);
			const inside = { all: [{ not: { same: { property: 'x', rule: { event: 'Charged', did: true } } } }, { any: [wanted] }] } as Rule;
			const found = await sameValues(source, inside, numbers, context, { most: 3, people: 64, pairs });
			const texts = (each: RandomPerson) => sameValuesReference(wanted, reference(each), context).slice(0, 3);
			const answer = people.map((each, index) => [numbers[index], texts(each)] as const).filter(([, values]) => values.length > 0);
			expect(new Map([...(found ?? [])].map(([number, values]) => [number, values.map(written)]))).toEqual(new Map(answer));
		});
		await fc.assert(property, { numRuns: CASES });
	});

	test('one person at a time', async () => {
		const property = fc.asyncProperty(person, rule, async (each, wanted) => {
			const [given] = inMemory([each]);
			expect(await matches(wanted, { ...(given as object), ...context } as never)).toBe(expected(wanted, [each]).length === 1);
		});
		await fc.assert(property, { numRuns: CASES });
	});
});

describeDatabases('the evaluator agrees with the slow reference', (database) => {
	test('in the store, of rows, of columns and of both, for everybody and for a list', async () => {
		const property = fc.asyncProperty(population, rule, fc.integer({ min: 1, max: 9 }), fc.array(fc.nat({ max: 240 }), { maxLength: 120 }), gaps, fc.nat({ max: 12 }), async (people, wanted, size, list, steps, done) => {
			const numbers = numbersOf(people, steps);
			await database().transact(async (tx) => await fillTables(tx, people, numbers));
			const answer = livingOf(people, numbers, expected(wanted, people));
			const { list: members } = columnarSource(people, numbers, { rows: 1, prunes: false, async: false });
			const [kept, upkeep] = [new ColumnStore(), new Upkeep()];
			const check = async (columns: ColumnStore) =>
				await database().transact(async (tx) => {
					const found = async (only: number[] | undefined, limits = {}) => {
						const source = Object.assign(await columns.source(tx, { people: only }), { list: members });
						return [...(await evaluate(wanted, source, context, limits))];
					};
					expect(await found(undefined, { people: size * 32, pairs: size })).toEqual(answer);
					expect(await found(list)).toEqual(answer.filter((number) => list.includes(number)));
				});
			await check(kept);
			// Some of it in columns, then all.
			for (let step = 0; step < done % 3; step++) await upkeepStep(database(), upkeep);
			await check(kept);
			await bringUpToDate(database(), upkeep);
			await check(kept);
			await check(new ColumnStore());
		});
		await fc.assert(property, { numRuns: database().kind === 'sqlite' ? CASES / 2 : CASES / 10 });
	}, 240_000);
});
