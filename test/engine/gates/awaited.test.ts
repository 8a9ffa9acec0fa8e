import { EventWatch } from '../../../engine/gates/event-watch';
import type { Store } from '../../../engine/store/store';
import { addPeople, node, release, startRun } from '../../support/campaign';
import { publishLive, scanAll, select } from '../../support/live';
import { describeStores } from '../../support/stores';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describeStores('people who wait for an event', (fixture) => {
	const bought = { awaited: { event: 'Charged', where: [{ property: 'amount', is: 'greater_than' as const, value: 10 }] }, timeoutMs: DAY };
	const charge = async (store: Store, user: string, ts: number, amount = 20) => await store.ingest({ events: [{ user, name: 'Charged', ts, properties: { amount } }] });

	/** So many people come to the gate now and wait there for a day. */
	async function waiting(count: number): Promise<{ gate: number; run: number }> {
		const { store, clock } = fixture();
		const people = await addPeople(store, count);
		const run = await startRun(store, people);
		const gate = await node(store, 'gate');
		const first = await release(store, await node(store, 'trigger'));
		const arrivals = (first?.people ?? []).map(({ entry }) => ({ entry, visit: 1, run, decision: { kind: 'hold' as const, until: clock.now() + DAY } }));
		await store.call('recordDecisions', { node: gate, arrivals });
		await store.call('settleRelease', { token: first?.token as string, end: 'success' });
		clock.advance(1);
		return { gate, run };
	}

	const whoIsDue = async (gate: number) => {
		const { store } = fixture();
		const due = await release(store, gate);
		return (due?.people ?? []).map(({ person }) => person);
	};

	it('are found when it happened after they came, with the right properties, and not before its time', async () => {
		const { store, clock } = fixture();
		await store.ingest({ events: [{ user: 'p1', name: 'Charged', ts: clock.now() - HOUR, properties: { amount: 99 } }] });
		const { gate } = await waiting(4);
		const { people } = await store.ask('find', { rule: { all: [] } });
		await charge(store, 'p2', clock.now() + MINUTE);
		await charge(store, 'p3', clock.now() + MINUTE, 5);
		const watch = new EventWatch(store, gate, bought);
		await watch.look();
		expect(await whoIsDue(gate)).toEqual([]);
		clock.advance(MINUTE);
		await watch.look();
		expect(await whoIsDue(gate)).toEqual([people[1]]);
		clock.advance(3 * DAY);
		await charge(store, 'p4', clock.now());
		const at = await store.ask('awaitedEvents', { ...bought, waits: [...people].map((person) => ({ person, heldAt: clock.now() - 3 * DAY - MINUTE })) });
		// That of p4 came after the time-out.
		expect(at.map((when) => when !== null)).toEqual([false, true, false, false]);
	});

	it('are looked for page by page, and all of them are', async () => {
		const { store, clock } = fixture();
		const { gate } = await waiting(7);
		for (const user of ['p1', 'p4', 'p7']) await charge(store, user, clock.now());
		const found: number[] = [];
		let pages = 0;
		for (let after: { dueAt: number; hold: number } | undefined; ; ) {
			const page = await store.ask('awaitedHolds', { node: gate, ...bought, limit: 2, after });
			found.push(...page.holds);
			pages++;
			if (!page.next) break;
			after = page.next;
		}
		expect(pages).toBe(4);
		expect(new Set(found).size).toBe(3);
		expect(await store.call('bringForward', { node: gate, holds: found })).toEqual({ brought: 3 });
		expect(await store.call('bringForward', { node: gate, holds: found })).toEqual({ brought: 0 });
		expect(await whoIsDue(gate)).toHaveLength(3);
	});

	it('are found by what they did under another id, once that is theirs', async () => {
		const { store, clock } = fixture();
		const { gate } = await waiting(2);
		await store.ingest({ events: [{ anonymousId: 'browser', name: 'Charged', ts: clock.now(), properties: { amount: 11 } }] });
		const watch = new EventWatch(store, gate, bought);
		await watch.look();
		expect(await whoIsDue(gate)).toEqual([]);
		await store.ingest({ profiles: [{ id: 'p2', anonymousId: 'browser' }] });
		clock.advance(6_000);
		await watch.look();
		expect(await whoIsDue(gate)).toHaveLength(1);
	});

	it('keep the output by which they passed when the execution is repeated, by whichever way it is', async () => {
		const { store, clock } = fixture();
		const { gate, run } = await waiting(1);
		clock.advance(DAY);
		const first = await release(store, gate);
		const hold = first?.people[0]?.hold as number;
		expect(first?.people).toMatchObject([{ output: null }]);
		await store.call('recordDecisions', { node: gate, arrivals: [], token: first?.token, released: [{ hold, decision: { kind: 'pass', output: 1 } }] });
		await store.call('settleRelease', { token: first?.token as string, end: 'failed' });
		clock.advance(MINUTE);
		expect((await release(store, gate))?.people).toMatchObject([{ hold, output: 1 }]);

		const other = await node(store, 'other gate');
		const entry = first?.people[0]?.entry as number;
		await store.call('recordDecisions', { node: other, arrivals: [{ entry, visit: 1, run, decision: { kind: 'pass', output: 1 } }] });
		expect(await store.call('lookUpArrivals', { node: other, arrivals: [{ entry, visit: 1 }] })).toMatchObject([{ recorded: 4, output: 1 }]);
	});

	it('are not brought forward again when they have come out: neither from their back-off nor from a cut-off', async () => {
		const { store, clock } = fixture();
		const { gate } = await waiting(2);
		const watch = new EventWatch(store, gate, bought);
		for (const user of ['p1', 'p2']) await charge(store, user, clock.now());
		await watch.look();
		const first = await release(store, gate, 1);
		await store.call('settleRelease', { token: first?.token as string, end: 'failed' });
		const second = await release(store, gate, 1);
		const midnight = clock.now() + 3 * HOUR;
		await store.call('recordDecisions', { node: gate, arrivals: [], token: second?.token, released: [{ hold: second?.people[0]?.hold as number, decision: { kind: 'hold', until: midnight } }] });
		clock.advance(5_000);
		const again = await release(store, gate, 1);
		expect(again?.people.map(({ hold }) => hold)).toEqual(first?.people.map(({ hold }) => hold));
		await store.call('settleRelease', { token: again?.token as string, end: 'failed' });
		for (let look = 0; look < 3; look++) {
			clock.advance(6_000);
			await watch.look();
			expect(await release(store, gate)).toBeUndefined();
		}
		clock.advance(2_000);
		const third = await release(store, gate);
		expect(third?.attempt).toBe(3);
		await store.call('settleRelease', { token: third?.token as string, end: 'success' });
		clock.set(midnight);
		expect((await release(store, gate, 1))?.people.map(({ hold }) => hold)).toEqual(second?.people.map(({ hold }) => hold));
	});

	it('are noticed at once while they wait for a longer time than they had at first', async () => {
		const { store, clock } = fixture();
		const { gate } = await waiting(1);
		clock.advance(DAY);
		const out = await release(store, gate);
		const { hold = 0, heldAt = 0 } = out?.people[0] ?? {};
		await store.call('recordDecisions', { node: gate, arrivals: [], token: out?.token, released: [{ hold, decision: { kind: 'hold', until: heldAt + 2 * DAY } }] });
		await charge(store, 'p1', clock.now());
		await new EventWatch(store, gate, { ...bought, timeoutMs: 2 * DAY }).look();
		expect(await whoIsDue(gate)).toHaveLength(1);
	});

	it('have converted when any goal was met since they qualified, and left the segment when they did', async () => {
		const { store, clock } = fixture();
		await store.ingest({ profiles: ['p1', 'p2', 'p3'].map((id) => ({ id, properties: { tier: 'gold' } })) });
		await store.call('saveSegment', { name: 'Gold', rule: { profile: 'tier', is: 'equals', value: 'gold' } });
		await store.call('registerGoal', { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], windowMs: HOUR } });
		await charge(store, 'p1', clock.now() - 1);
		const people = await addPeople(store, 3);
		await startRun(store, people, { segment: { segment: 'Gold' } });
		const entries = ((await release(store, await node(store, 'trigger')))?.people ?? []).sort((a, b) => a.person - b.person).map(({ entry }) => entry);
		const [one, two, three] = entries as [number, number, number];
		clock.advance(2 * HOUR);
		expect(await store.ask('convertedEntries', { entries })).toEqual([]);
		await charge(store, 'p2', clock.now() - HOUR);
		expect(await store.ask('convertedEntries', { entries })).toEqual([two]);
		expect(await store.ask('convertedEntries', { entries: [one, three] })).toEqual([]);
		await store.ingest({ profiles: [{ id: 'p3', properties: { tier: 'silver' } }] });
		// The run goes by what the segment was when it started.
		await store.call('deleteSegment', { reference: 'Gold', evenIfUsed: true });
		expect(await store.ask('entriesOutsideSegment', { entries })).toEqual([three]);
	});

	it('of a live campaign have not converted by a goal that was taken out of the workflow before they qualified', async () => {
		const { store, clock, options } = fixture();
		const goal = { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Signed Up', where: [], windowMs: HOUR } };
		const { registration } = await store.call('registerGoal', goal);
		const { run } = await publishLive(store, { kind: 'action', events: [{ event: 'Visited', where: [] }], delayMs: 0, firstTimeOnly: false });
		const did = async (user: string, name: string) => {
			clock.advance(MINUTE);
			await store.ingest({ events: [{ user, name, ts: clock.now() }] });
			await scanAll(store, options);
		};
		await did('before', 'Visited');
		clock.advance(MINUTE);
		await store.call('withdrawGoal', { ...goal, registration });
		await did('after', 'Visited');
		for (const user of ['before', 'after']) await did(user, 'Signed Up');
		const rows = await select<{ entry: number; user: string }>(options, `SELECT e.entry, p.external_id AS "user" FROM entry e JOIN person p ON p.person = e.person WHERE e.run = ${run}`);
		const converted = await store.ask('convertedEntries', { entries: rows.map(({ entry }) => entry) });
		expect(rows.filter(({ entry }) => converted.includes(entry)).map(({ user }) => user)).toEqual(['before']);
	});

	it('of a segment that cannot be asked about any more have not left it', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 2);
		const { id: list } = await store.call('createList', { name: 'Guests' });
		await startRun(store, people, { segment: { any: [{ list }, { all: [] }] } });
		const entries = ((await release(store, await node(store, 'trigger')))?.people ?? []).map(({ entry }) => entry);
		expect(await store.ask('entriesOutsideSegment', { entries })).toEqual([]);
		await store.call('deleteList', { reference: list, evenIfUsed: true });
		expect(await store.ask('entriesOutsideSegment', { entries })).toEqual([]);
	});
});
