import { Client } from 'pg';

import { endRun } from '../../../../engine/campaigns/control/end-run';
import { scanLive } from '../../../../engine/campaigns/live/scanner';
import type { LiveKind } from '../../../../engine/campaigns/live/trigger';
import { HoldState } from '../../../../engine/holds/states';
import type { EventInput } from '../../../../engine/people/records';
import { CAMPAIGN_ID, release } from '../../../support/campaign';
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

	test.each([true, false])('that was stopped lets nobody in, and begins a new run when it is published again (read in between: %s)', async (read) => {
		const { store, clock } = fixture();
		const { run } = await publishLive(store, VIEWED, { trigger: { reentry: { kind: 'once' } } });
		await ingest(viewed('a'));
		await scan();
		expect(await store.call('stopRuns', { campaignId: CAMPAIGN_ID })).toEqual({ runs: [{ run, was: 'running' }] });
		await endRun(store, run);
		await store.call('announced', { run });
		clock.advance(MINUTE);
		await publishLive(store, VIEWED, { byOperator: false });
		await ingest(viewed('b'));
		if (read) await scan();
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ state: 'stopped', runs: [{ run, state: 'stopped' }] });
		clock.advance(MINUTE);
		const again = await publishLive(store, VIEWED, { replaces: true, trigger: { reentry: { kind: 'once' } } });
		expect(again.run).not.toBe(run);
		await ingest(viewed('a'), viewed('c'));
		await scan();
		expect(await came(run)).toEqual([['a', 0, 10]]);
		expect(await came(again.run)).toEqual([['a', 2, 12], ['c', 2, 12]]);
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ state: 'running', runs: [{ run: again.run }, { run, state: 'stopped' }] });
		// The one that was stopped has been announced, and is not again; its people are told about as those of a live campaign.
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [] });
		const story = await store.ask('personStory', { name: { id: 'b' }, run });
		expect(story.runs[0]).toMatchObject({ summary: expect.stringContaining('no event or date that the campaign waits for') });
	});

	test.each([
		[{ kind: 'once' } as const, [[5, 'once per person'], [25, 'once per person']]],
		[{ kind: 'period', ms: 20 * MINUTE } as const, [[5, 'once in 20 minutes']]],
		[{ kind: 'always' } as const, []],
	])('tells somebody\'s events that did not let them in again: %j', async (reentry, expected) => {
		const { store, clock } = fixture();
		const { run } = await publishLive(store, VIEWED, { trigger: { reentry } });
		clock.advance(30 * MINUTE);
		await ingest(...[['a', 0], ['a', 5], ['a', 25], ['b', 6]].map(([user, at]) => viewed(String(user), { ts: START + Number(at) * MINUTE })));
		await scan();
		const story = await store.ask('personStory', { name: { id: 'a' }, run });
		const refused = story.runs[0]?.steps.filter(({ text }) => text.startsWith('Not let in again'));
		expect(refused?.map(({ at, text }) => [(at - START) / MINUTE, /\((.*)\)/.exec(text)?.[1]])).toEqual(expected);
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
