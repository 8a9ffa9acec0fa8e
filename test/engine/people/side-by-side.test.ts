import { erasePerson } from '../../../engine/people/erase';
import { ingest } from '../../../engine/people/ingest';
import type { IngestInput, IngestResult } from '../../../engine/people/records';
import type { Operation } from '../../../engine/store/database';
import { migrate } from '../../../engine/store/migrate';
import { PostgresConnection } from '../../../engine/store/postgres/connection';
import { startPostgres, type TestPostgres } from '../../support/postgres';
import { START } from '../../support/stores';

/** Two processes that work on one PostgreSQL store, each with what it remembers. */
describe('ingestion beside others', () => {
	let server: TestPostgres;
	let one: PostgresConnection;
	let other: PostgresConnection;
	let schema = 0;
	beforeAll(async () => {
		server = await startPostgres();
	}, 120_000);
	afterAll(async () => await server.stop());
	beforeEach(async () => {
		schema += 1;
		[one, other] = [1, 2].map(() => new PostgresConnection(server.connectionString, `beside_${schema}`)) as [PostgresConnection, PostgresConnection];
		await one.createSchema();
		await one.write(migrate);
		// Names and people become known, and what ids they have is remembered.
		for (let time = 0; time < 3; time++) await take(one, visits('ada', 'dev', 'bob'));
	});
	afterEach(async () => {
		await one.close();
		await other.close();
	});

	const visits = (...ids: string[]): IngestInput => ({ events: ids.map((id) => ({ ...(id === 'dev' ? { anonymousId: id } : { user: id }), name: 'Visited', properties: { page: 1 } })) });

	/** Runs an operation; `held`: it is not committed before that resolves, and `done` is called when all else has been done. */
	const call = async <Input, Output, Prepared>(connection: PostgresConnection, operation: Operation<Input, Output, Prepared>, input: Input, held?: Promise<void>, done?: () => void): Promise<Output> =>
		await connection.write(async (tx) => {
			const prepared = (operation.prepare ? operation.prepare(input, START) : input) as Prepared;
			const output = await operation.run(tx, prepared, { now: START, owner: 'test', zone: 'UTC' });
			done?.();
			await held;
			return output;
		});
	const take = async (connection: PostgresConnection, input: IngestInput): Promise<IngestResult> => await call(connection, ingest, input);

	/** Begins an operation and resolves when only its commit is left, which `commit` allows. */
	const begin = async <Input, Output, Prepared>(connection: PostgresConnection, operation: Operation<Input, Output, Prepared>, input: Input) => {
		const [held, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const ended = call(connection, operation, input, held.promise, done.resolve);
		await Promise.race([done.promise, ended]);
		return {
			commit: async () => {
				held.resolve();
				return await ended;
			},
		};
	};

	const rows = async <Row>(sql: string): Promise<Row[]> => await one.read(async (tx) => await tx.all<Row>(sql));

	/** Number of events by id; those of nobody's or of somebody who is gone would be under another. */
	const eventsOf = async (): Promise<Record<string, number>> => {
		const found = await rows<{ value: string; events: number }>(
			`SELECT identity.value, count(event.id) AS events
			 FROM identity LEFT JOIN event ON event.person = identity.person GROUP BY identity.value`,
		);
		return Object.fromEntries(found.map(({ value, events }) => [value, events]));
	};
	const strayEvents = async (): Promise<number> => {
		const [row] = await rows<{ stray: number }>(
			`SELECT count(*) AS stray FROM event LEFT JOIN person ON person.person = event.person
			 WHERE event.name_id <> 0 AND (person.person IS NULL OR person.merged_into IS NOT NULL OR person.erased_at IS NOT NULL)`,
		);
		return row?.stray ?? -1;
	};
	/** Whether a promise is still open after a while. */
	const waits = async (promise: Promise<unknown>): Promise<boolean> => await Promise.race([promise.then(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300))]);

	const merging: IngestInput = { aliases: [{ from: 'dev', to: 'ada' }] };

	it('events of people who are known do not wait for each other', async () => {
		const first = await begin(one, ingest, visits('ada', 'dev'));
		expect(await waits(take(other, visits('ada', 'bob')))).toBe(true);
		// Its process had to learn the names first, which is done alone.
		await first.commit();
		for (let time = 0; time < 2; time++) await take(other, visits('ada', 'bob'));
		const second = await begin(one, ingest, visits('ada', 'dev'));
		expect(await take(other, visits('ada', 'bob', 'dev'))).toMatchObject({ accepted: 3 });
		await second.commit();
		expect(await eventsOf()).toEqual({ ada: 9, dev: 6, bob: 7 });
	});

	it('a merge, an erasure and new people wait for events that are being taken in, and these for them', async () => {
		const first = await begin(one, ingest, visits('ada', 'dev'));
		const merged = take(other, merging);
		expect(await waits(merged)).toBe(true);
		await first.commit();
		await merged;
		expect(await eventsOf()).toEqual({ ada: 8, dev: 8, bob: 3 });

		const second = await begin(one, ingest, visits('bob'));
		const erased = call(other, erasePerson, { name: { id: 'bob' } });
		expect(await waits(erased)).toBe(true);
		await second.commit();
		expect(await erased).toEqual({ erased: 1 });
		expect(await strayEvents()).toBe(0);

		const third = await begin(one, ingest, visits('ada'));
		const made = take(other, visits('cy'));
		expect(await waits(made)).toBe(true);
		await third.commit();
		await made;
		expect(await eventsOf()).toEqual({ ada: 9, dev: 9, cy: 1 });
	});

	it.each(['what it remembers', 'nothing in memory'])('an event reaches the survivor of a merge that is being made, with %s', async (memory) => {
		const held = await begin(other, ingest, merging);
		if (memory === 'nothing in memory') {
			await one.close();
			one = new PostgresConnection(server.connectionString, `beside_${schema}`);
		}
		const taken = take(one, visits('dev', 'ada'));
		expect(await waits(taken)).toBe(true);
		await held.commit();
		await taken;
		expect(await eventsOf()).toEqual({ ada: 8, dev: 8, bob: 3 });
		expect(await strayEvents()).toBe(0);
	});

	it('an event of somebody who is just being erased is that of a new person', async () => {
		const held = await begin(other, erasePerson, { name: { id: 'bob' } });
		const taken = take(one, visits('bob', 'ada'));
		expect(await waits(taken)).toBe(true);
		await held.commit();
		expect(await taken).toMatchObject({ accepted: 2 });
		expect(await eventsOf()).toEqual({ ada: 4, dev: 3, bob: 1 });
		expect(await strayEvents()).toBe(0);
	});

	it('what a process remembers ends with a merge, an erasure, or a device that changes hands in another', async () => {
		await take(other, merging);
		await take(one, visits('dev'));
		expect(await eventsOf()).toEqual({ ada: 7, dev: 7, bob: 3 });
		await take(other, { events: [{ user: 'bob', anonymousId: 'dev', name: 'Visited' }] });
		await take(one, visits('dev'));
		expect(await eventsOf()).toEqual({ ada: 7, dev: 5, bob: 5 });
		await call(other, erasePerson, { name: { id: 'ada' } });
		await take(one, visits('ada', 'dev'));
		expect(await eventsOf()).toEqual({ ada: 1, dev: 6, bob: 6 });
	});

	it('what a transaction that failed has made of ids is not remembered', async () => {
		const attempt = one.write(async (tx) => {
			const run = async (input: IngestInput) => await ingest.run(tx, ingest.prepare?.(input, START) as Parameters<typeof ingest.run>[1], { now: START, owner: 'test', zone: 'UTC' });
			await run({ profiles: [{ id: 'eve' }] });
			await run(visits('eve'));
			throw new Error('given up');
		});
		await expect(attempt).rejects.toThrow('given up');
		await take(other, visits('fay'));
		await take(one, visits('eve'));
		expect(await eventsOf()).toMatchObject({ eve: 1, fay: 1 });
	});

	const many = (page: unknown): IngestInput => ({
		events: Array.from({ length: 200 }, (_, index) => ({ user: index % 2 ? 'ada' : 'bob', name: 'Visited', messageId: `m "${index}" \\ é`, properties: { page } })),
	});

	it.each([['events', {}], ['events with somebody new', { profiles: [{ id: 'cy' }] }]])('takes many %s that two processes bring at once a single time', async (_, more) => {
		await take(other, visits('ada'));
		const first = await begin(one, ingest, many(1));
		const again = take(other, { ...many(1), ...more });
		expect(await waits(again)).toBe(true);
		await first.commit();
		expect(await again).toMatchObject({ duplicates: 200 });
		// Some of them once more, with others.
		const mixed = many(1).events?.map((event, index) => ({ ...event, messageId: index % 4 ? event.messageId : `n ${index % 8}` }));
		expect(await take(one, { events: mixed })).toMatchObject({ accepted: 2, duplicates: 198 });
		expect(await eventsOf()).toMatchObject({ ada: 104, bob: 105 });
	});

	it('keeps any text and any number of many events', async () => {
		const page = { text: 'tab\t line\n "quotes" \\ \u0000 é 😀', number: -1.5e300, none: null, long: 'é'.repeat(2_000) };
		await take(one, many(page));
		const found = await rows<{ properties: string; ts: number; messages: number }>(
			'SELECT DISTINCT properties, ts, (SELECT count(*) FROM event_message) AS messages FROM event WHERE length(properties) > 1000',
		);
		expect(found.map(({ properties, ...rest }) => ({ ...rest, properties: JSON.parse(properties) as unknown }))).toEqual([{ properties: { page }, ts: START, messages: 200 }]);
	});

	it('loses, doubles and misplaces nothing when several processes take in, merge and erase at once', async () => {
		let seed = 1;
		const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
		const processes = [one, other, new PostgresConnection(server.connectionString, `beside_${schema}`)];
		const users = Array.from({ length: 12 }, (_, index) => `u${index}`);
		let accepted = 0;
		const work = async (connection: PostgresConnection, worker: number) => {
			for (let round = 0; round < 60; round++) {
				const kind = random(16);
				// The first half of the users are erased, but never the others, so that their events can be counted.
				const [half, device] = [random(2) * 6, random(6)];
				const user = users[half + random(6)] as string;
				if (kind === 0) await call(connection, erasePerson, { name: { id: users[random(6)] as string } });
				else if (kind === 1) await take(connection, { events: [{ user, anonymousId: `d${half + device}`, name: 'Visited' }] });
				else if (kind === 2) await take(connection, { aliases: [{ from: `d${half + device}`, to: user }] });
				else {
					const events = Array.from({ length: 5 }, (_, index) => ({ user: users[6 + random(6)] as string, name: 'Counted', messageId: `${worker} ${round - (index === 4 ? 1 : 0)} ${index % 4}` }));
					const result = await take(connection, { events: [...events, { anonymousId: `d${half + device}`, name: 'Visited' }] });
					accepted += result.accepted - 1;
				}
			}
		};
		await Promise.all(processes.flatMap((connection, index) => [work(connection, index * 2), work(connection, index * 2 + 1)]));
		await processes[2]?.close();
		expect(await strayEvents()).toBe(0);
		const [counted] = await rows<{ events: number; messages: number }>(
			`SELECT count(*) AS events, (SELECT count(*) FROM event_message) AS messages FROM event JOIN event_name USING (name_id) WHERE name = 'Counted'`,
		);
		expect(counted).toEqual({ events: accepted, messages: accepted });
		const [twice] = await rows<{ people: number; numbers: number }>("SELECT count(*) AS people, count(DISTINCT external_id) AS numbers FROM person WHERE merged_into IS NULL AND erased_at IS NULL AND external_id LIKE 'u%'");
		expect(twice?.numbers).toBe(twice?.people);
	}, 60_000);
});
