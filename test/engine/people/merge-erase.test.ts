import { erasePerson } from '../../../engine/people/erase';
import { ingest } from '../../../engine/people/ingest';
import { merge } from '../../../engine/people/merge';
import { getPerson, profilesOf } from '../../../engine/people/person';
import { describeDatabases } from '../../support/connections';
import { START } from '../../support/stores';

const ANON = 1;
const ADA = 2;

interface EntrySetup {
	run?: number;
	person: number;
	qualifiedAt?: number;
	hold?: 'waiting' | 'claimed' | 'done' | 'dropped';
	message?: 'claimed' | 'sent' | 'failed' | 'held';
}

describeDatabases('people in campaigns', (database) => {
	beforeEach(async () => {
		await database().call(ingest, {
			profiles: [
				{ anonymousId: 'dev', properties: { cart: 1 } },
				{ id: 'ada', email: 'ada@x.org', phone: '+331', properties: { city: 'Lyon' }, push: [{ token: 't', kind: 'fcm' }] },
			],
			events: [
				{ anonymousId: 'dev', name: 'Viewed' },
				{ user: 'ada', name: 'Charged' },
				{ user: 'bob', name: 'Charged' },
			],
		});
	});

	const HOLD = { waiting: 0, claimed: 1, done: 2, dropped: 3 };

	/** Writes entries with their holds and messages; entry n is the n-th. */
	const enter = async (entries: EntrySetup[]): Promise<void> =>
		await database().transact(async (tx) => {
			for (const run of new Set(entries.map((entry) => entry.run ?? 1))) {
				await tx.run(
					`INSERT INTO run (run, campaign_id, run_key, state, definition, scheduled_at, seed, qualified, max_lateness_ms)
					 VALUES ($1, 'c', $2, 'running', '{}', 0, 1, 2, 0)`,
					[run, String(run)],
				);
			}
			for (const [index, { run = 1, person, qualifiedAt = START, hold, message }] of entries.entries()) {
				const entry = index + 1;
				await tx.run("INSERT INTO entry (entry, run, person, entry_key, qualified_at) VALUES ($1, $2, $3, '', $4)", [entry, run, person, qualifiedAt]);
				if (hold) {
					await tx.run(
						`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, payload, held_at)
						 VALUES ($1, 7, 0, $2, 0, $3, 0, '{"secret":1}', 0)`,
						[entry, run, HOLD[hold]],
					);
				}
				if (message) {
					await tx.run(
						`INSERT INTO message (entry, node, visit, message_key, run, campaign_id, person, channel, state, detail, address_hash, owner, token, claimed_at)
						 VALUES ($1, $3, 0, '', $2, 'c', $4, 'sms', $5, 'to +331', 'hash', 'o', 't', 0)`,
						[entry, run, message === 'held' ? 7 : 9, person, message],
					);
				}
			}
		});

	const look = async () =>
		await database().transact(async (tx) => ({
			entries: (await tx.all<{ person: number }>('SELECT person FROM entry ORDER BY entry')).map((row) => row.person),
			holds: (await tx.all<{ state: number }>('SELECT state FROM hold ORDER BY entry')).map((row) => row.state),
			dropped: await tx.all<{ entry: number; reason: string }>('SELECT entry, reason FROM dropped ORDER BY entry'),
			messages: (await tx.all<{ person: number; state: string }>('SELECT person, state FROM message ORDER BY entry')).map(({ person, state }) => `${person} ${state}`),
		}));

	const identify = async () => await database().call(ingest, { profiles: [{ id: 'ada', anonymousId: 'dev' }] });

	it('entries of runs that only the merged person was in become the survivor’s', async () => {
		await enter([
			{ person: ANON, hold: 'waiting', message: 'sent' },
			{ run: 2, person: ADA, hold: 'waiting' },
		]);
		await identify();
		expect(await look()).toEqual({ entries: [ADA, ADA], holds: [0, 0], dropped: [], messages: [`${ADA} sent`] });
	});

	it.each<[string, EntrySetup, EntrySetup, 'anon' | 'ada']>([
		['both wait: the older', { person: ANON, qualifiedAt: START - 2, hold: 'waiting' }, { person: ADA, hold: 'waiting' }, 'anon'],
		['both wait: the older, the other way', { person: ANON, hold: 'waiting' }, { person: ADA, qualifiedAt: START - 2, hold: 'waiting' }, 'ada'],
		['both wait since the same moment: the first', { person: ANON, hold: 'waiting' }, { person: ADA, hold: 'waiting' }, 'anon'],
		['one was sent to', { person: ANON, qualifiedAt: START - 2, hold: 'waiting' }, { person: ADA, hold: 'done', message: 'sent' }, 'ada'],
		['one was dropped without a message', { person: ANON, qualifiedAt: START - 2, hold: 'dropped' }, { person: ADA, hold: 'waiting' }, 'ada'],
		['one failed definitely', { person: ANON, qualifiedAt: START - 2, hold: 'done', message: 'failed' }, { person: ADA, hold: 'waiting' }, 'ada'],
	])('in a run that both were in, one side goes on: %s', async (_name, anon, ada, keeper) => {
		await enter([anon, ada]);
		await identify();
		const after = await look();
		const [kept, lost] = keeper === 'anon' ? [0, 1] : [1, 0];
		expect(after.entries[kept]).toBe(ADA);
		expect(after.entries[lost]).toBe(ANON);
		const lostWaits = [anon, ada][lost]?.hold === 'waiting';
		expect(after.dropped).toEqual(lostWaits ? [{ entry: lost + 1, reason: 'merged_duplicate' }] : []);
		expect(after.holds[lost]).toBe(lostWaits ? 3 : HOLD[[anon, ada][lost]?.hold ?? 'dropped']);
		expect(after.holds[kept]).toBe(HOLD[[anon, ada][kept]?.hold ?? 'dropped']);
		expect(after.messages.every((message) => message.startsWith(`${ADA} `))).toBe(true);
	});

	it('a message that waits at its sender on the losing side ends with the reason', async () => {
		await enter([
			{ person: ANON, hold: 'waiting', message: 'held' },
			{ person: ADA, hold: 'done', message: 'sent' },
		]);
		await identify();
		expect(await look()).toMatchObject({ dropped: [], messages: [`${ADA} not_sent`, `${ADA} sent`], holds: [3, 2] });
	});

	it('messages follow the person from one merge to the next, also those of the side that did not go on', async () => {
		await enter([
			{ person: ANON, qualifiedAt: START - 2, hold: 'done', message: 'sent' },
			{ person: ADA, hold: 'done', message: 'sent' },
		]);
		await identify();
		await database().transact(async (tx) => expect(await merge(tx, ADA, 3, START)).toBeUndefined());
		expect((await look()).messages).toEqual(['3 sent', '3 sent']);
	});

	it('merges two people by number', async () => {
		const before = await database().call(profilesOf, { people: [ADA] });
		await database().transact(async (tx) => expect(await merge(tx, ANON, ADA, START)).toBeUndefined());
		const [ada] = await database().call(profilesOf, { people: [ANON] });
		expect(ada?.profile).toMatchObject({ person: ADA, properties: { cart: 1, city: 'Lyon' }, anonymousIds: ['dev'], bucketKey: before[0]?.profile.bucketKey });
		await database().transact(async (tx) => expect(await merge(tx, ADA, ADA, START)).toMatch(/not two people/));
	});

	it('keeps the push tokens of both that were seen last, twenty of them', async () => {
		const devices = (prefix: string, seenAt: number) => Array.from({ length: 15 }, (_, index) => ({ token: `${prefix}${index}`, kind: 'fcm' as const, seenAt: START - 1_000 + seenAt + index }));
		await database().call(ingest, { profiles: [{ anonymousId: 'dev', push: devices('new', 100) }, { id: 'ada', push: devices('old', 0) }] });
		await database().transact(async (tx) => expect(await merge(tx, ANON, ADA, START)).toBeUndefined());
		const [ada] = await database().call(profilesOf, { people: [ADA] });
		const tokens = ada?.profile.push.map(({ token }) => token).sort();
		expect(tokens).toHaveLength(20);
		expect(tokens).toEqual(expect.arrayContaining(['new0', 'new14', 'old14', 't']));
		const owners = await database().transact(async (tx) => await tx.all<{ token: string; person: number }>('SELECT token, person FROM device_owner'));
		expect(owners.map(({ token, person }) => `${token} ${person}`).sort()).toEqual(tokens?.map((token) => `${token} ${ADA}`));
	});

	it('erases everything that says who somebody was, and keeps the history of campaigns', async () => {
		await identify();
		await enter([
			{ person: ADA, hold: 'waiting' },
			{ run: 2, person: ANON, hold: 'claimed' },
			{ run: 3, person: ADA, hold: 'done', message: 'sent' },
			{ run: 3, person: 3, hold: 'waiting', message: 'sent' },
		]);
		expect(await database().call(erasePerson, { name: { id: 'ada' } })).toEqual({ erased: 1 });
		expect(await look()).toEqual({
			entries: [ADA, ANON, ADA, 3],
			holds: [3, 1, 2, 0],
			dropped: [{ entry: 1, reason: 'erased' }],
			messages: [`${ADA} sent`, '3 sent'],
		});
		for (const name of [{ id: 'ada' }, { anonymousId: 'dev' }, { email: 'ada@x.org' }, { person: ADA }, { person: ANON }]) {
			expect(await database().call(getPerson, { name })).toBeUndefined();
		}
		expect(await database().call(profilesOf, { people: [ANON, ADA, 3] })).toHaveLength(1);
		const tables = await database().transact(async (tx) => {
			const dump: unknown[] = [];
			for (const table of ['person', 'identity', 'device_owner', 'event', 'hold', 'dropped', 'entry']) dump.push(...(await tx.all(`SELECT * FROM ${table}`)));
			dump.push(...(await tx.all('SELECT * FROM message WHERE person = $1', [ADA])));
			return JSON.stringify(dump);
		});
		for (const trace of ['"ada"', 'ada@x.org', '"dev"', '+331', 'Lyon', '"hash"', 'cart', 'Viewed']) expect(tables).not.toContain(trace);
		expect(await database().call(getPerson, { name: { id: 'bob' } })).toMatchObject({ events: [{ name: 'Charged' }] });
		expect(await database().call(erasePerson, { name: { id: 'ada' } })).toEqual({ erased: 0 });
		await database().call(ingest, { profiles: [{ id: 'ada' }] });
		expect(await database().call(getPerson, { name: { id: 'ada' } })).toMatchObject({ profile: { person: 4, properties: {} }, events: [] });
	});

	it('gives the newest events first, as many as asked for', async () => {
		const events = Array.from({ length: 30 }, (_, i) => ({ user: 'ada', name: `E${i}`, ts: START - i * 1000 }));
		await database().call(ingest, { events });
		const found = await database().call(getPerson, { name: { id: 'ada' }, events: 3 });
		expect(found?.events.map(({ name }) => name)).toEqual(['E0', 'Charged', 'E1']);
		expect((await database().call(getPerson, { name: { id: 'ada' } }))?.events).toHaveLength(20);
		expect((await database().call(getPerson, { name: { id: 'ada' }, events: 0 }))?.events).toEqual([]);
		expect(await database().call(getPerson, { name: { id: 'nobody' } })).toBeUndefined();
	});
});
