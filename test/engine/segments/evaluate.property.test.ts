import fc from 'fast-check';

import {
	bucketOf, evaluate, eventKey, matches, memorySource, parseRule, storeSource, type Column, type ColumnSource, type EventBatch, type PeopleBatch, type Rule,
} from '../../../engine/segments';
import { emptyStore, fill } from './fill-store';
import { NOW, person, rule, ZONE, type RandomPerson } from './populations';
import { matchesReference, type ReferencePerson } from './reference';

const context = { now: NOW, zone: ZONE };
const population = fc.array(person, { minLength: 1, maxLength: 12 });
const CASES = Number(process.env.SEGMENT_CASES ?? 400);

function expected(wanted: Rule, people: RandomPerson[]): number[] {
	return people.flatMap((each, index) => (matchesReference(wanted, reference(each), context) ? [index] : []));
}

function reference(each: RandomPerson): ReferencePerson {
	return {
		bucket: bucketOf(each.bucketKey),
		fields: {
			email: each.email,
			phone: each.phone,
			timezone: each.timezone,
			...Object.fromEntries(['sms', 'email', 'push', 'webhook'].map((channel) => [`optedOut.${channel}`, each.optedOut[channel] ?? false])),
		},
		properties: each.properties,
		events: each.events.map(({ name, ts, properties }) => ({ key: eventKey(name), ts, properties })),
	};
}

function inMemory(people: RandomPerson[]) {
	return people.map(({ events, gone, ...profile }) => ({ profile, events }));
}

/** The same columns as dictionaries, several people's rows in one batch, as chunks will have them. */
function withDictionaries(source: ColumnSource): ColumnSource {
	const dictionary = (column: Column, length: number): Column => {
		const rows = Array.from({ length }, (_, row) => column.get(row));
		const values = [...new Set(rows)];
		return { get: column.get, dictionary: { codes: Uint16Array.from(rows, (value) => values.indexOf(value)), values } };
	};
	return {
		span: () => source.span(),
		async *people(query) {
			for await (const batch of source.people(query)) {
				yield { ...batch, property: (path) => dictionary(batch.property(path), batch.people.length) } as PeopleBatch;
			}
		},
		async *events(query) {
			for await (const batch of source.events(query)) {
				yield { ...batch, property: (path) => dictionary(batch.property(path), batch.person.length) } as EventBatch;
			}
		},
	};
}

describe('the evaluator agrees with the slow reference', () => {
	test('every random rule is a valid one', () => {
		fc.assert(fc.property(rule, (each) => expect(parseRule(each)).toEqual({ rule: each })), { numRuns: CASES });
	});

	test('in memory, in ranges of any size, with and without dictionaries', async () => {
		const property = fc.asyncProperty(population, rule, fc.integer({ min: 1, max: 14 }), async (people, wanted, size) => {
			const source = memorySource(inMemory(people));
			const answer = expected(wanted, people);
			const limits = { people: size, pairs: size };
			expect([...(await evaluate(wanted, source, context))]).toEqual(answer);
			expect([...(await evaluate(wanted, source, context, limits))]).toEqual(answer);
			expect([...(await evaluate(wanted, withDictionaries(source), context, limits))]).toEqual(answer);
			const some = { ...source, only: Uint32Array.from(people.keys()).filter((index) => (index * size) % 3 === 1) };
			expect([...(await evaluate(wanted, some, context, { people: 32 }))]).toEqual(answer.filter((index) => some.only.includes(index)));
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

	test('in the store, over pages of any size, for everybody and for a list', async () => {
		const connection = await emptyStore();
		const property = fc.asyncProperty(
			population,
			rule,
			fc.integer({ min: 1, max: 9 }),
			fc.array(fc.nat({ max: 40 }), { maxLength: 9 }),
			fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 12, maxLength: 12 }),
			async (people, wanted, size, list, gaps) => {
				const numbers = people.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0));
				await fill(connection, people, numbers);
				const answer = expected(wanted, people).filter((index) => !people[index]?.gone).map((index) => numbers[index] as number);
				const found = async (source: ColumnSource, limits = {}) => [...(await evaluate(wanted, source, context, limits))];
				await connection.read(async (tx) => {
					expect(await found(storeSource(tx))).toEqual(answer);
					expect(await found(storeSource(tx, { pageSize: size }), { people: size * 2, pairs: size })).toEqual(answer);
					const listed = storeSource(tx, { people: list, pageSize: size });
					expect(await found(listed, { people: size })).toEqual(answer.filter((number) => list.includes(number)));
				});
			},
		);
		await fc.assert(property, { numRuns: CASES / 2 });
		connection.close();
	});
});
