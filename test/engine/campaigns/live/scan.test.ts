import { Client } from 'pg';

import { scanLive } from '../../../../engine/campaigns/live/scanner';
import type { LiveKind, LiveTrigger } from '../../../../engine/campaigns/live/trigger';
import { mulberry32 } from '../../../../engine/campaigns/shuffle';
import { HoldState } from '../../../../engine/holds/states';
import type { EventInput } from '../../../../engine/people/records';
import { release } from '../../../support/campaign';
import { cameIn, DAY, HOUR, MINUTE, publishLive, scanAll } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

const VIEWED: LiveKind = { kind: 'action', events: [{ event: 'Viewed', where: [] }], delayMs: 10 * MINUTE, firstTimeOnly: false };

describeStores('a live campaign on a single action', (fixture, kind) => {
	const ingest = async (...events: EventInput[]) => void (await fixture().store.ingest({ events }));
	const viewed = (user: string, more: Partial<EventInput> = {}): EventInput => ({ user, name: 'viewed', ts: fixture().clock.now(), ...more });
	const scan = async () => await scanAll(fixture().store, fixture().options);
	const came = async (run: number) => (await cameIn(fixture().options, run)).map(({ user, start, due }) => [user, (start - START) / MINUTE, (due - START) / MINUTE]);

	test('brings in whoever does it while it is live, due after the delay', async () => {
		await ingest(viewed('before'));
		fixture().clock.advance(MINUTE);
		const { run, node } = await publishLive(fixture().store, VIEWED);
		await ingest(viewed('ada'), { ...viewed('bob'), name: 'Bought' });
		await scan();
		expect(await came(run)).toEqual([['ada', 1, 11]]);
		expect(await release(fixture().store, node)).toBeUndefined();
		fixture().clock.advance(10 * MINUTE);
		expect((await release(fixture().store, node))?.people).toMatchObject([{ run, event: expect.any(Number) }]);
		expect(await fixture().store.ask('runReport', { run })).toMatchObject({ state: 'running', qualified: 1 });
	});

	test('tells events by all of their properties, and by name without case and spaces', async () => {
		const events = [{ event: 'Viewed', where: [{ property: 'price', is: 'greater_than' as const, value: 10 }, { property: 'kind', is: 'equals' as const, value: 'shoe' }] }, { event: 'Added to Cart', where: [] }];
		const { run } = await publishLive(fixture().store, { ...VIEWED, events });
		await ingest(viewed('a', { properties: { price: 20, kind: 'shoe' } }), viewed('b', { properties: { price: 20 } }), viewed('c', { properties: { price: 5, kind: 'shoe' } }), viewed('d', { name: 'addedTOcart' }));
		await scan();
		expect((await came(run)).map(([user]) => user)).toEqual(['a', 'd']);
	});

	test('lets nobody in by history, by what arrives too late, or outside of its dates', async () => {
		const { run } = await publishLive(fixture().store, VIEWED, { trigger: { from: START + 2 * HOUR, to: START + 4 * HOUR, maxEventAgeMs: HOUR } });
		fixture().clock.advance(HOUR);
		await ingest(viewed('early'));
		fixture().clock.advance(2 * HOUR);
		await fixture().store.ingest({ historical: true, events: [viewed('history')] });
		await ingest(viewed('late', { ts: fixture().clock.now() - HOUR - 1 }), viewed('in time', { ts: fixture().clock.now() - HOUR }));
		fixture().clock.advance(HOUR + 1);
		await ingest(viewed('over'));
		await scan();
		expect((await came(run)).map(([user]) => user)).toEqual(['in time']);
	});

	test('is for people in its segment', async () => {
		await fixture().store.ingest({ profiles: [{ id: 'a', properties: { city: 'Lyon' } }, { id: 'b', properties: { city: 'Paris' } }] });
		const { run } = await publishLive(fixture().store, VIEWED, { segment: { profile: 'city', is: 'equals', value: 'Lyon' } });
		await ingest(viewed('a'), viewed('b'), viewed('c'));
		await scan();
		expect((await came(run)).map(([user]) => user)).toEqual(['a']);
	});

	test('takes only the first such event ever, if asked', async () => {
		await fixture().store.ingest({ historical: true, events: [viewed('old', { ts: START - 90 * DAY })] });
		const { run } = await publishLive(fixture().store, { ...VIEWED, firstTimeOnly: true });
		await ingest(viewed('old'), viewed('new'), viewed('new', { ts: START + 1 }));
		await scan();
		await ingest(viewed('new', { ts: START + 2 }));
		await scan();
		expect(await cameIn(fixture().options, run)).toMatchObject([{ user: 'new', start: START }]);
	});

	test.each([
		['always', { kind: 'always' }, [0, 10, 25, 30]],
		['once', { kind: 'once' }, [0]],
		['once in 20 minutes', { kind: 'period', ms: 20 * MINUTE }, [0, 25]],
	] as const)('lets people in again: %s', async (_name, reentry, expected) => {
		const { run } = await publishLive(fixture().store, VIEWED, { trigger: { reentry } });
		for (const minute of [0, 10, 25, 30]) {
			fixture().clock.set(START + minute * MINUTE);
			await ingest(viewed('a'));
			if (minute !== 25) await scan();
		}
		await scan();
		expect((await came(run)).map(([, start]) => start)).toEqual(expected);
	});

	test.each(Array.from({ length: kind === 'sqlite' ? 8 : 4 }, (_, seed) => [seed]))('comes to what all events together amount to, however they are read (seed %i)', async (seed) => {
		const random = mulberry32(seed + 100);
		const pick = (most: number) => Math.floor(random() * most);
		const gap = 7 * MINUTE;
		const reentry = ([{ kind: 'always' }, { kind: 'once' }, { kind: 'period', ms: gap }, { kind: 'always' }] as const)[seed % 4] as LiveTrigger['reentry'];
		const firstTimeOnly = seed % 4 === 3;
		const { run } = await publishLive(fixture().store, { ...VIEWED, firstTimeOnly, events: [{ event: 'Viewed', where: [{ property: 'price', is: 'at_least', value: 5 }] }, { event: 'Saved', where: [] }] }, { trigger: { reentry } });
		fixture().clock.set(START + 40 * MINUTE);
		const events = Array.from({ length: 150 }, () => ({ user: `u${pick(12)}`, name: ['Viewed', 'Saved', 'Charged'][pick(3)] as string, ts: START + pick(40) * MINUTE, properties: { price: pick(10) } }));
		// Who is the first to do something is known only when it is read.
		if (firstTimeOnly) events.sort((a, b) => a.ts - b.ts);
		let store = fixture().store;
		for (let at = 0; at < events.length; ) {
			const size = 1 + pick(20);
			await store.ingest({ events: events.slice(at, at + size) });
			at += size;
			if (random() < 0.6) await scanLive(store, 1 + pick(30));
			if (random() < 0.2) store = await fixture().another();
			if (random() < 0.2) await Promise.all([scanLive(store), scanLive(fixture().store, 3)]);
		}
		await scan();

		const expected: string[] = [];
		const before = new Map<string, number[]>();
		for (const { user, name, ts, properties } of events) {
			if (name === 'Charged' || (name === 'Viewed' && properties.price < 5)) continue;
			const times = before.get(user) ?? [];
			const mayNot = { always: false, once: times.length > 0, period: times.some((time) => Math.abs(time - ts) < gap) }[reentry.kind];
			if (mayNot || (firstTimeOnly && times.length > 0)) continue;
			before.set(user, [...times, ts]);
			expected.push(`${user} ${(ts - START) / MINUTE}`);
		}
		expect((await came(run)).map(([user, start]) => `${user} ${start}`).sort()).toEqual(expected.sort());
	});

	describe('unpublished and published', () => {
		const endIn = async (registration: string, forGood: boolean) => await fixture().store.call('endPublication', { registration, forGood });

		test('lets nobody in by what happened or arrived meanwhile', async () => {
			const { registration } = await publishLive(fixture().store, VIEWED);
			await ingest(viewed('before'));
			fixture().clock.advance(MINUTE);
			await endIn(registration, false);
			fixture().clock.advance(MINUTE);
			await endIn(registration, true);
			await ingest(viewed('meanwhile'));
			fixture().clock.advance(MINUTE);
			const { run } = await publishLive(fixture().store, VIEWED);
			await ingest(viewed('happened before', { ts: fixture().clock.now() - MINUTE }), viewed('after'));
			await scan();
			expect((await came(run)).map(([user]) => user)).not.toContain('meanwhile');
			expect((await came(run)).map(([user]) => user)).not.toContain('happened before');
			expect((await came(run)).map(([user]) => user)).toContain('after');
		});

		test('within a minute likewise, also where another campaign had events read', async () => {
			const other = await publishLive(fixture().store, VIEWED, { nodeId: 'other' });
			const { registration, run } = await publishLive(fixture().store, VIEWED);
			await ingest(viewed('before'));
			fixture().clock.advance(1_000);
			await endIn(registration, false);
			await ingest(viewed('meanwhile'));
			await scan();
			fixture().clock.advance(1_000);
			await publishLive(fixture().store, VIEWED);
			await ingest(viewed('after'));
			await scan();
			expect((await came(run)).map(([user]) => user)).toEqual(['before', 'after']);
			expect((await came(other.run)).map(([user]) => user)).toEqual(['before', 'meanwhile', 'after']);
			await endIn(registration, true);
			await ingest(viewed('still'));
			await scan();
			expect((await came(run)).map(([user]) => user)).toEqual(['before', 'after', 'still']);
		});

		test('turns out to have been so after a minute', async () => {
			await publishLive(fixture().store, VIEWED, { nodeId: 'other' });
			const { registration, run } = await publishLive(fixture().store, VIEWED);
			await ingest(viewed('before'));
			fixture().clock.advance(1_000);
			await endIn(registration, false);
			await ingest(viewed('meanwhile'));
			await scan();
			fixture().clock.advance(MINUTE);
			await endIn(registration, true);
			await ingest(viewed('later'));
			await scan();
			expect((await came(run)).map(([user]) => user)).toEqual(['before']);
		});

		test.each([['n8n was down', { byOperator: false }], ['a new version was published', { replaces: true }]])('goes on where %s', async (_why, how) => {
			const { registration, run } = await publishLive(fixture().store, VIEWED);
			await endIn(registration, false);
			fixture().clock.advance(5 * MINUTE);
			await ingest(viewed('meanwhile'));
			fixture().clock.advance(MINUTE);
			await publishLive(fixture().store, VIEWED, how);
			await scan();
			expect((await came(run)).map(([user]) => user)).toEqual(['meanwhile']);
		});

		test('never begins by n8n starting', async () => {
			await publishLive(fixture().store, VIEWED, { byOperator: false });
			await ingest(viewed('a'));
			expect(await scan()).toBe(0);
		});
	});

	test('does nothing twice where several read at once, and leaves nothing out', async () => {
		const { run } = await publishLive(fixture().store, VIEWED);
		const second = await fixture().another();
		const people = Array.from({ length: 300 }, (_, index) => `p${index}`);
		const batches = Array.from({ length: 10 }, (_, index) => people.slice(index * 30, (index + 1) * 30));
		await Promise.all([
			...batches.map(async (users, index) => await (index % 2 === 0 ? second : fixture().store).ingest({ events: users.map((user) => viewed(user)) })),
			...Array.from({ length: 6 }, async (_, index) => await scanLive(index % 2 === 0 ? second : fixture().store)),
		]);
		await Promise.all([scan(), scanLive(second)]);
		expect((await came(run)).map(([user]) => user).sort()).toEqual([...people].sort());
	});

	test('leaves nobody out whose entry is erased or merged meanwhile', async () => {
		const { run, node } = await publishLive(fixture().store, { ...VIEWED, delayMs: 0 });
		await ingest({ anonymousId: 'anon', name: 'Viewed', ts: START }, viewed('erased'));
		await scan();
		await fixture().store.ingest({ aliases: [{ from: 'anon', to: 'known' }] });
		await fixture().store.call('erasePerson', { name: { id: 'erased' } as never });
		expect((await release(fixture().store, node))?.people).toHaveLength(1);
		expect(await cameIn(fixture().options, run)).toHaveLength(2);
	});

	test('tells the event of an entry', async () => {
		const { node } = await publishLive(fixture().store, { ...VIEWED, delayMs: 0 });
		await ingest(viewed('a', { properties: { sku: 'x' } }));
		await scan();
		const [released] = (await release(fixture().store, node))?.people ?? [];
		expect(await fixture().store.call('eventsById', { ids: [released?.event as number] })).toMatchObject([{ name: 'viewed', ts: START, properties: { sku: 'x' } }]);
	});

	if (kind === 'postgres') {
		test('never reads past a transaction that is open, and reads it when it is committed', async () => {
			const { run } = await publishLive(fixture().store, VIEWED);
			await ingest(viewed('a'));
			await scan();
			const { connectionString, schema } = fixture().options as { connectionString: string; schema: string };
			const client = new Client({ connectionString, options: `-c search_path=${schema}` });
			await client.connect();
			try {
				await client.query('BEGIN');
				await client.query('INSERT INTO event (person, name_id, ts, received_at, historical, properties) SELECT person, name_id, ts + 1, received_at, 0, properties FROM event');
				await ingest(viewed('b'));
				await scanLive(fixture().store);
				expect((await came(run)).map(([user]) => user)).toEqual(['a']);
				await client.query('COMMIT');
			} finally {
				await client.end();
			}
			await scan();
			expect((await came(run)).map(([user]) => user).sort()).toEqual(['a', 'a', 'b']);
		});
	}

	test('keeps reading for others when its segment cannot be used, and says so', async () => {
		await fixture().store.call('saveSegment', { name: 'VIP', rule: { all: [] } });
		await publishLive(fixture().store, VIEWED, { segment: { segment: 'VIP' } });
		const other = await publishLive(fixture().store, VIEWED, { nodeId: 'other' });
		await fixture().store.call('deleteSegment', { reference: 'VIP', evenIfUsed: true });
		await ingest(viewed('a'));
		await scan();
		expect(await came(other.run)).toHaveLength(1);
		expect((await fixture().store.call('claimRelease', { node: other.node, limit: 1 })).paused).toMatch(/Events bring nobody in/);
	});

	test('is finished after its end, and goes on when that is put off', async () => {
		const finish = async () => (await fixture().store.call('finishRuns', { campaignId: 'workflow:trigger' })).toAnnounce;
		const { run } = await publishLive(fixture().store, VIEWED, { trigger: { to: START + HOUR } });
		fixture().clock.advance(DAY);
		expect(await finish()).toEqual([]);
		fixture().clock.advance(2 * HOUR);
		expect(await finish()).toEqual([{ run, state: 'finished' }]);
		await ingest(viewed('a'));
		expect(await scan()).toBe(0);
		await publishLive(fixture().store, VIEWED, { trigger: { to: START + 3 * DAY }, replaces: true });
		await ingest(viewed('b'));
		await scan();
		expect(await finish()).toEqual([]);
		expect(await came(run)).toMatchObject([['b', expect.any(Number), expect.any(Number)]]);
	});

	test('refuses what makes no sense', async () => {
		await expect(publishLive(fixture().store, { ...VIEWED, events: [] })).rejects.toMatchObject({ code: 'invalid_live_trigger' });
		await expect(publishLive(fixture().store, VIEWED, { trigger: { from: START, to: START } })).rejects.toThrow('the end must be after the start');
		await expect(publishLive(fixture().store, VIEWED, { trigger: { reentry: { kind: 'period', ms: 0 } } })).rejects.toThrow('period of re-entry');
	});

	test('stays open when nobody waits', async () => {
		const { run, node } = await publishLive(fixture().store, { ...VIEWED, delayMs: 0 });
		await ingest(viewed('a'));
		await scan();
		const released = await release(fixture().store, node);
		await fixture().store.call('settleRelease', { token: released?.token as string, end: 'success' });
		expect(await fixture().store.call('finishRuns', { campaignId: 'workflow:trigger' })).toEqual({ toAnnounce: [] });
		expect(await cameIn(fixture().options, run)).toMatchObject([{ state: HoldState.done }]);
	});
});
