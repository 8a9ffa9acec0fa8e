import { createHash } from 'node:crypto';
import { Client } from 'pg';

import { replaceAudience } from '../../../engine/audiences/replace';
import type { AudienceWork } from '../../../engine/audiences/run';
import { sendRowsTo } from '../../../engine/audiences/send-rows';
import { MemberState } from '../../../engine/audiences/states';
import { compareAudience, syncAudience } from '../../../engine/audiences/sync';
import { MetaAccount } from '../../../engine/channels/export/meta/account';
import type { Field } from '../../../engine/channels/export/meta/keys';
import type { RowsOfAudience } from '../../../engine/channels/export/meta/rows';
import type { ProfileInput } from '../../../engine/people/records';
import { attemptOptions } from '../../support/exchange';
import { MetaServer, refused } from '../../support/meta-server';
import { describeStores } from '../../support/stores';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const emails = (...names: string[]) => names.map((name) => hashOf(`${name}@example.com`)).sort();
const vip = (id: string, extra: Partial<ProfileInput> = {}): ProfileInput => ({ id, email: `${id}@example.com`, properties: { vip: true }, ...extra });

describeStores('audiences', (fixture, kind) => {
	let meta: MetaServer;
	let close: () => void;
	let work: AudienceWork;

	beforeEach(async () => {
		meta = await MetaServer.start();
		work = make();
	});
	afterEach(async () => {
		close();
		await meta.close();
	});

	function make(fields: Field[] = ['EMAIL', 'PHONE']): AudienceWork {
		const { options, close: end } = attemptOptions<RowsOfAudience>();
		close = end;
		const account = new MetaAccount({ accessToken: 'token-0123', appSecret: 'secret-0123', adAccountId: '77', baseUrl: meta.url });
		let seed = 0;
		return {
			store: fixture().store, audience: '4711', rule: { profile: 'vip', is: 'equals', value: true }, mapping: { fields }, options: { zone: 'UTC' },
			send: sendRowsTo(account, { ...options, label: 'Meta', audience: '4711' }), random: () => (seed += 0.001),
		};
	}

	const ingest = async (...profiles: ProfileInput[]) => {
		fixture().clock.advance(1_000);
		expect((await fixture().store.ingest({ profiles })).refused).toEqual([]);
	};

	describe('the difference', () => {
		it('adds the segment at first, and then nobody', async () => {
			await ingest(vip('ann'), vip('ben'), vip('cid', { email: null }), { id: 'dan', email: 'dan@example.com' });
			expect(await compareAudience(work)).toMatchObject({ wanted: 2, nameless: 1, coming: 2, leaving: 0 });
			expect(await syncAudience(work)).toMatchObject({ wanted: 2, nameless: 1, added: 2, removed: 0, unchanged: 0 });
			expect(meta.values('EMAIL')).toEqual(emails('ann', 'ben'));
			expect(meta.sessions).toMatchObject([{ batch_seq: 1, last_batch_flag: true, estimated_num_total: 2 }]);
			expect(await syncAudience(work)).toMatchObject({ added: 0, removed: 0, unchanged: 2 });
			expect(meta.changes).toEqual(['add 2']);
		});

		it('adds who is new, takes back who has left as they were sent, and sends changed identifiers', async () => {
			await ingest(vip('ann'), vip('ben'), vip('cid'), vip('eve'));
			await syncAudience(work);
			await ingest(vip('ann', { properties: { vip: false }, email: 'new-ann@example.com' }), vip('ben', { email: 'ben2@example.com' }), vip('fay'));
			await fixture().store.call('erasePerson', { name: { id: 'eve' } });
			expect(await compareAudience(work)).toMatchObject({ coming: 2, leaving: 3, unchanged: 1 });
			expect(await syncAudience(work)).toMatchObject({ added: 2, removed: 3, unchanged: 1 });
			expect(meta.values('EMAIL')).toEqual(emails('ben2', 'cid', 'fay'));
			expect(meta.changes).toEqual(['add 4', 'remove 3', 'add 2']);
			expect(await fixture().store.ask('audienceSize', { id: '4711' })).toMatchObject({ present: 3, adding: 0, leaving: 0 });
		});

		it('leaves people alone who came in another way', async () => {
			meta.addStranger({ EMAIL: 'stranger' });
			await ingest(vip('ann'));
			await syncAudience(work);
			await ingest(vip('ann', { properties: { vip: false } }));
			await syncAudience(work);
			expect(meta.values('EMAIL')).toEqual(['stranger']);
		});

		it('keeps whoever shares an identifier with somebody who leaves', async () => {
			await ingest(vip('ann', { phone: '+4915123456789' }), vip('ben', { phone: '+4915123456789' }), vip('cid'));
			await syncAudience(work);
			await ingest(vip('ann', { properties: { vip: false } }));
			expect(await syncAudience(work)).toMatchObject({ removed: 1, sharing: 1, added: 1 });
			expect(meta.values('EMAIL')).toEqual(emails('ben', 'cid'));
		});

		it('sends two people with the same identifiers, and keeps them until both have left', async () => {
			await ingest(vip('ann'), vip('ann2', { email: 'ann@example.com' }));
			await syncAudience(work);
			await ingest(vip('ann', { properties: { vip: false } }));
			await syncAudience(work);
			expect(meta.values('EMAIL')).toEqual(emails('ann'));
			await ingest(vip('ann2', { properties: { vip: false } }));
			await syncAudience(work);
			expect(meta.values('EMAIL')).toEqual([]);
		});

		it('takes all back and sends all again when other identifiers are chosen', async () => {
			await ingest(vip('ann'), vip('ben'));
			await syncAudience(work);
			close();
			work = make(['EXTERN_ID', 'EMAIL']);
			expect(await syncAudience(work)).toMatchObject({ removed: 2, added: 2 });
			expect(meta.values('EXTERN_ID')).toEqual(['ann', 'ben']);
		});

		it('remembers of erased people what takes them out, until it has, and for 30 days at most', async () => {
			const { store, clock } = fixture();
			const remembered = async () => {
				const rows = await store.ask('audienceMembers', { audience: 1, states: [MemberState.leaving], after: { person: -1, digest: '' }, limit: 10 });
				return rows.map(({ identifiers }) => Object.keys(JSON.parse(identifiers) as object));
			};
			close();
			work = make(['EMAIL', 'FN', 'CT']);
			await ingest(vip('ann', { properties: { vip: true, firstName: 'Ann', city: 'Lyon' } }), vip('ben'));
			await syncAudience(work);
			await store.call('erasePerson', { name: { id: 'ann' } });
			expect(await remembered()).toEqual([['EMAIL']]);
			clock.advance(29 * 86_400_000);
			expect(await syncAudience(work)).toMatchObject({ removed: 1 });
			expect(meta.values('EMAIL')).toEqual(emails('ben'));
			expect(await remembered()).toEqual([]);
			await store.call('erasePerson', { name: { id: 'ben' } });
			clock.advance(31 * 86_400_000);
			expect(await syncAudience(work)).toMatchObject({ removed: 0 });
			expect(await remembered()).toEqual([]);
		});

		it('forgets them without a run, and says of the audience that they may be in it, until it is replaced', async () => {
			const { store, clock } = fixture();
			await ingest(vip('ann', { phone: '+4915123456789' }), vip('ben'), vip('cid'));
			await syncAudience(work);
			for (const id of ['ann', 'ben']) await store.call('erasePerson', { name: { id } });
			const left = async () => await store.ask('audienceSize', { id: '4711' });
			clock.advance(30 * 86_400_000);
			await store.call('forgetOld', {});
			expect(await left()).toMatchObject({ leaving: 2, notRemoved: 0 });
			clock.advance(1);
			await store.call('forgetOld', {});
			await store.call('forgetOld', {});
			expect(await left()).toMatchObject({ leaving: 0, notRemoved: 2 });
			expect(await syncAudience(work)).toMatchObject({ removed: 0, notRemoved: 2 });
			expect(meta.values('EMAIL')).toEqual(emails('ann', 'ben', 'cid'));
			expect(await syncAudience(work)).toMatchObject({ notRemoved: 2 });
			expect(await replaceAudience(work)).toMatchObject({ notRemoved: 0, left: 0 });
			expect(meta.values('EMAIL')).toEqual(emails('cid'));
			expect(await syncAudience(work)).toMatchObject({ notRemoved: 0 });
		});

		it.each(['ann', 'ben'])('takes back whoever is erased while they are sent: %s', async (erased) => {
			await ingest(vip('ann'), vip('ben'));
			const { send } = work;
			let once = true;
			work = { ...work, most: 1, send: async (request) => {
				if (once) await fixture().store.call('erasePerson', { name: { id: erased } });
				once = false;
				return await send(request);
			} };
			await syncAudience(work);
			expect(meta.sessions).toMatchObject([{ batch_seq: 1, last_batch_flag: false }, { batch_seq: 2, last_batch_flag: true }]);
			expect(await syncAudience(work)).toMatchObject({ removed: 1, unchanged: 1 });
			expect(meta.values('EMAIL')).toEqual(emails(erased === 'ann' ? 'ben' : 'ann'));
		});

		if (kind === 'postgres') {
			it('is read in whatever order the server sorts texts', async () => {
				const { connectionString, schema } = fixture().options as { connectionString: string; schema: string };
				const client = new Client({ connectionString, options: `-c search_path=${schema}` });
				await client.connect();
				await client.query(`ALTER TABLE audience_member ALTER COLUMN digest TYPE text COLLATE "en-x-icu"`);
				await client.end();
				await ingest(vip('ann'), vip('ben'), vip('cid'));
				await syncAudience(work);
				expect(await syncAudience(work)).toMatchObject({ removed: 0, unchanged: 3 });
			});

			it.each(['erasePerson', 'forgetOld'] as const)('%s waits for a run without holding what the run may want', async (name) => {
				const { store, clock, options } = fixture();
				const { connectionString, schema } = options as { connectionString: string; schema: string };
				await ingest(vip('ann'), vip('ben'));
				await syncAudience(work);
				await store.call('erasePerson', { name: { id: 'ann' } });
				clock.advance(31 * 86_400_000);
				const client = new Client({ connectionString, options: `-c search_path=${schema}` });
				await client.connect();
				try {
					await client.query('BEGIN; UPDATE audience SET busy_until = 0');
					const { rows: [own] } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
					const done = name === 'erasePerson' ? store.call(name, { name: { id: 'ben' } }) : store.call(name, {});
					const isWaiting = async () => (await client.query('SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [own?.pid])).rowCount === 1;
					while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20));
					expect((await client.query('SELECT person FROM audience_member FOR UPDATE NOWAIT')).rowCount).toBe(2);
					await client.query('COMMIT');
					await done;
				} finally {
					await client.end();
				}
				expect(await store.ask('audienceSize', { id: '4711' })).toMatchObject({ notRemoved: 1 });
			});
		}

		it.each(['add 2', 'remove 1', 'add 1'])('goes on where it was cut off: %s was carried out, and its answer lost', async (cutOff) => {
			await ingest(vip('ann', { phone: '+4915123456789' }), vip('ben', { phone: '+4915123456789' }));
			const cut = async () => {
				let once = true;
				const { send } = work;
				work = { ...work, send: async (request) => {
					const answer = await send(request);
					if (once && `${request.change} ${request.rows.length}` === cutOff) {
						once = false;
						throw new Error('killed');
					}
					return answer;
				} };
			};
			if (cutOff === 'add 2') await cut();
			await syncAudience(work).catch(() => {});
			await ingest(vip('ann', { properties: { vip: false } }));
			if (cutOff !== 'add 2') await cut();
			await syncAudience(work).catch(() => {});
			await syncAudience(work);
			expect(meta.values('EMAIL')).toEqual(emails('ben'));
			expect(await syncAudience(work)).toMatchObject({ added: 0, removed: 0, unchanged: 1 });
		});

		it('says what Meta said, and remembers what it took', async () => {
			await ingest(vip('ann'));
			meta.before = () => refused(200, 1870090);
			await expect(syncAudience(work)).rejects.toMatchObject({ code: 'meta_200_1870090', message: expect.stringMatching(/Custom Audience Terms/), hint: expect.stringMatching(/Run this again/) });
			meta.before = () => undefined;
			expect(await syncAudience(work)).toMatchObject({ added: 1 });
		});

		it('is made by one run at a time', async () => {
			await ingest(vip('ann'));
			const { send } = work;
			let second: Promise<unknown> | undefined;
			const first = syncAudience({ ...work, send: async (request) => {
				second = syncAudience(work);
				await expect(second).rejects.toMatchObject({ code: 'audience_busy' });
				return await send(request);
			} });
			await first;
			expect(second).toBeDefined();
			expect(meta.changes).toEqual(['add 1']);
			expect(await syncAudience(work)).toMatchObject({ unchanged: 1 });
		});

		it('is taken over from a run that died, which can do nothing any more', async () => {
			const { store, clock } = fixture();
			const dead = await store.call('takeAudience', { id: '4711', token: 'dead' });
			await ingest(vip('ann'));
			await expect(syncAudience(work)).rejects.toMatchObject({ code: 'audience_busy' });
			clock.advance(120_000);
			await syncAudience(work);
			await expect(store.call('changeAudience', { turn: dead.turn, leaving: [] })).rejects.toMatchObject({ code: 'audience_taken' });
		});
	});

	describe('a replacement', () => {
		it('makes the audience the segment, strangers gone, and the difference goes on from there', async () => {
			meta.addStranger({ EMAIL: 'stranger' });
			await ingest(vip('ann'), vip('ben'));
			await syncAudience(work);
			await ingest(vip('ann', { properties: { vip: false } }), vip('cid'));
			expect(await replaceAudience(work)).toMatchObject({ wanted: 2, added: 2, removed: 1, left: 0, resumed: false });
			expect(meta.values('EMAIL')).toEqual(emails('ben', 'cid'));
			expect(meta.sessions.at(-1)).toMatchObject({ batch_seq: 1, last_batch_flag: true, estimated_num_total: 2 });
			expect(await syncAudience(work)).toMatchObject({ added: 0, removed: 0, unchanged: 2 });
			await ingest(vip('ben', { properties: { vip: false } }));
			await syncAudience(work);
			expect(meta.values('EMAIL')).toEqual(emails('cid'));
		});

		it('is not made by nobody', async () => {
			await ingest({ id: 'dan', email: 'dan@example.com' });
			await expect(replaceAudience(work)).rejects.toMatchObject({ code: 'audience_of_nobody' });
			expect(meta.changes).toEqual([]);
		});

		it('has one session of 10,000 people a batch, its batches counted and the last one marked', async () => {
			const count = 10_003;
			for (let start = 0; start < count; start += 2_000) {
				await ingest(...Array.from({ length: Math.min(2_000, count - start) }, (_, index) => vip(`p${start + index}`)));
			}
			expect(await replaceAudience(work)).toMatchObject({ added: count });
			expect(meta.changes).toEqual(['replace 10000', 'replace 3']);
			expect(meta.sessions).toMatchObject([{ batch_seq: 1, last_batch_flag: false, estimated_num_total: count }, { batch_seq: 2, last_batch_flag: true }]);
			expect(meta.sessions[0]?.session_id).toBe(meta.sessions[1]?.session_id);
			expect(meta.values('EMAIL')).toHaveLength(count);
		});

		describe('that is cut off', () => {
			const names = ['p1', 'p2', 'p3', 'p4', 'p5'];
			beforeEach(async () => {
				await ingest(...names.map((name) => vip(name)));
				meta.addStranger({ EMAIL: 'stranger' });
				work = { ...work, most: 2 };
				// The first batch is carried out, and the next is refused.
				meta.before = () => (meta.changes.length > 0 ? refused(190) : undefined);
				await expect(replaceAudience(work)).rejects.toMatchObject({ code: 'meta_190' });
				meta.before = () => undefined;
				close();
				work = { ...make(), most: 2 };
			});

			it('goes on in the same session', async () => {
				await expect(syncAudience(work)).rejects.toMatchObject({ code: 'audience_replacing', message: expect.stringContaining('2 of 5') });
				await ingest(vip('p6'));
				expect(await replaceAudience(work)).toMatchObject({ resumed: true, added: 3, left: 0 });
				expect(meta.changes).toEqual(['replace 2', 'replace 2', 'replace 1']);
				expect(meta.sessions.map(({ batch_seq }) => batch_seq)).toEqual([1, 2, 3]);
				expect(new Set(meta.sessions.map(({ session_id }) => session_id)).size).toBe(1);
				expect(meta.values('EMAIL')).toEqual(emails(...names));
				expect(await syncAudience(work)).toMatchObject({ added: 1, removed: 0, unchanged: 5 });
			});

			it('ends its session without somebody who was erased meanwhile, and takes back who had been sent', async () => {
				for (const id of ['p1', 'p4']) await fixture().store.call('erasePerson', { name: { id } });
				expect(await replaceAudience(work)).toMatchObject({ resumed: true, added: 2, left: 0 });
				expect(meta.sessions.at(-1)).toMatchObject({ last_batch_flag: true });
				expect(await syncAudience(work)).toMatchObject({ added: 0, unchanged: 3 });
				expect(meta.values('EMAIL')).toEqual(emails('p2', 'p3', 'p5'));
			});

			it('is over after 90 minutes: the difference then sends who is missing', async () => {
				fixture().clock.advance(90 * 60_000);
				meta.endSession();
				expect(meta.values('EMAIL')).toHaveLength(2);
				expect(await syncAudience(work)).toMatchObject({ added: 3, removed: 0, unchanged: 2 });
				expect(meta.values('EMAIL')).toEqual(emails(...names));
			});

			it('and that Meta has ended is begun anew', async () => {
				meta.endSession();
				await expect(replaceAudience(work)).rejects.toMatchObject({ code: 'meta_2650_1870147' });
				expect(await replaceAudience(work)).toMatchObject({ resumed: false, added: 5 });
				expect(meta.values('EMAIL')).toEqual(emails(...names));
			});
		});
	});
});
