import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { HttpProvider } from '../../../engine/channels/provider';
import { attemptGroup } from '../../../engine/delivery/attempt';
import { deliver, type Delivered, type DeliverOptions, type Delivery } from '../../../engine/delivery/deliver';
import type { RequestLedger } from '../../../engine/delivery/message-mark';
import type { Decision } from '../../../engine/holds/gate';
import type { Released } from '../../../engine/holds/release';
import { openStore } from '../../../engine/store/open';
import { DeparturesFile, departedOf } from '../../../engine/store/sqlite/departures';
import { nodeSqlite } from '../../../engine/store/sqlite/node-sqlite';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, claimFor, node, release, startRun } from '../../support/campaign';
import { attemptOptions } from '../../support/exchange';
import { startLoopback, type Loopback } from '../../support/loopback';
import { RUN_TS } from '../../support/run-ts';
import { until } from '../../support/until';

const PROCESS = path.join(__dirname, '../../support/ahead-process.ts');
const CONCURRENCY = 3;

describe('messages marked ahead of their requests', () => {
	let folder: string;
	let file: string;
	let store: Store;
	let sms: number;
	let people: Released[];

	beforeEach(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-ahead-'));
		file = path.join(folder, 'store.sqlite');
		store = await openStore({ path: file });
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});

	async function prepare(count: number): Promise<void> {
		await startRun(store, await addPeople(store, count));
		sms = await node(store, 'sms');
		people = (await release(store, await node(store, 'trigger')))?.people ?? [];
		expect(people).toHaveLength(count);
	}

	const deliveryFor = (one: Released, overruled?: () => Decision | undefined): Delivery<string> => ({
		entry: one.entry, visit: one.visit + 1, key: '', run: one.run, campaignId: CAMPAIGN_ID, person: one.person, since: one.heldAt, payload: null,
		address: { ok: true, address: `phone ${one.person}` },
		render: () => ({ ok: true, message: `${one.person}` }),
		overruled,
	});

	async function deliverBy(send: DeliverOptions<string>['send'], overruled?: () => Decision | undefined): Promise<Delivered[]> {
		return await deliver(people.map((one) => deliveryFor(one, overruled)), { store, node: sms, channel: 'sms', maxWaitMs: 3_600_000, canHold: true, send });
	}

	/** Delivers to whoever was left behind. */
	async function deliverTheRest(): Promise<{ states: string[]; asked: string[] }> {
		const asked: string[] = [];
		const delivered = await deliverBy(async (message, { beforeRequest }) => {
			await beforeRequest();
			asked.push(message);
			return { outcome: 'sent', provider: 'P', kind: 'p', providerId: null, attempts: [] };
		});
		return { states: delivered.map(({ state }) => state).sort(), asked };
	}

	async function killOneThatHasMarked(count: number, begin: number): Promise<string> {
		const claims = JSON.stringify(people.slice(0, count).map((one) => claimFor(one)));
		const child = spawn(process.execPath, [...RUN_TS, PROCESS, file, String(sms), claims, String(begin)], { stdio: ['ignore', 'pipe', 'inherit'] });
		const ended = new Promise((resolve) => child.once('exit', resolve));
		await new Promise((resolve) => child.stdout.once('data', resolve));
		const [left] = readdirSync(`${file}.owners`).filter((name) => name.endsWith('.departures') && !name.startsWith(store.owner));
		child.kill('SIGKILL');
		await ended;
		return path.join(`${file}.owners`, left as string);
	}

	async function openAgain(): Promise<void> {
		await store.close();
		store = await openStore({ path: file });
	}

	it('after a kill only those are unknown whose requests had begun, and the others are sent', async () => {
		await prepare(5);
		const left = await killOneThatHasMarked(5, 2);
		await openAgain();
		const { states, asked } = await deliverTheRest();
		expect(states).toEqual(['sent', 'sent', 'sent', 'unknown', 'unknown']);
		expect(asked).toHaveLength(3);
		expect(existsSync(left)).toBe(false);
	});

	it('are all unknown once the machine was started anew, or when nobody can tell', async () => {
		for (const spoil of [(left: string) => writeFileSync(left, `another start${readFileSync(left, 'latin1').slice(13)}`, 'latin1'), (left: string) => rmSync(left)]) {
			await prepare(3);
			spoil(await killOneThatHasMarked(3, 1));
			await openAgain();
			expect(await deliverTheRest()).toEqual({ states: ['unknown', 'unknown', 'unknown'], asked: [] });
		}
	});

	it('a departure keeps its place until its outcome is written', () => {
		const written = (owner: string) => {
			const bytes = readFileSync(`${file}.owners/${owner}.departures`).subarray(64);
			return Array.from({ length: bytes.length / 8 }, (_, place) => Number(bytes.readBigUInt64LE(8 * place)));
		};
		const departures = DeparturesFile.open(file, 'somebody') as DeparturesFile;
		const [first, second] = [departures.begin(7), departures.begin(2 ** 40)];
		expect(written('somebody')).toEqual([7, 2 ** 40]);
		departures.end(first as number);
		expect(written('somebody')).toEqual([0, 2 ** 40]);
		expect(departures.begin(9)).toBe(first);
		expect(written('somebody')).toEqual([9, 2 ** 40]);
		departures.end(second as number);
		expect(departedOf(file, 'somebody')).toEqual([9]);
		departures.stop();
		expect(() => departures.begin(1)).toThrow('has been closed');
		departures.close();
		expect(departedOf(file, 'somebody')).toBeUndefined();
	});

	describe('by a provider', () => {
		let server: Loopback;
		let answers: Array<() => void>;
		let context: ReturnType<typeof attemptOptions<string>>;
		beforeEach(async () => {
			answers = [];
			server = await startLoopback((_seen, answer) => void answers.push(() => answer({ status: 200 })));
			context = attemptOptions<string>({ now: Date.now });
		});
		afterEach(async () => {
			context.close();
			await server.close();
		});

		const provider = (extra: Partial<HttpProvider<string>> = {}): HttpProvider<string> => ({
			kind: 'p', label: 'P', idempotent: false, timeoutMs: 60_000, concurrency: CONCURRENCY,
			request: (message) => ({ method: 'POST', url: server.url, headers: {}, body: message }),
			read: () => ({ outcome: 'sent', providerId: null }),
			...extra,
		});
		const by = (one: HttpProvider<string>) => async (message: string, ledger: RequestLedger) => await attemptGroup([one], message, { ...context.options, beforeRequest: ledger.beforeRequest, afterRefusal: ledger.afterRefusal, ahead: ledger.ahead });

		/** Answers whatever has come and comes, until everything is delivered. */
		async function answerAll(delivered: Promise<Delivered[]>): Promise<Delivered[]> {
			const timer = setInterval(() => answers.splice(0).forEach((answer) => answer()), 5);
			try {
				return await delivered;
			} finally {
				clearInterval(timer);
			}
		}

		const marked = () => query<{ message: number; token: string; person: number }>(file, "SELECT message, token, person FROM message WHERE state = 'sending'");
		const sending = () => marked().length;

		it('there are as many again as may be asked at once, and no more', async () => {
			await prepare(10);
			const delivered = deliverBy(by(provider()));
			await until('all that may be marked', () => answers.length === CONCURRENCY && sending() === 2 * CONCURRENCY);
			await sleep(200);
			expect(sending()).toBe(2 * CONCURRENCY);
			expect(server.seen).toHaveLength(CONCURRENCY);
			expect(readFileSync(`${file}.owners/${store.owner}.departures`)).toHaveLength(64 + 8 * CONCURRENCY);
			expect((await answerAll(delivered)).map(({ state }) => state)).toEqual(Array(10).fill('sent'));
			expect(server.seen.map(({ body }) => body).sort()).toEqual(people.map(({ person }) => String(person)).sort());
		});

		it('there are none where the pace has gaps', async () => {
			await prepare(5);
			const delivered = deliverBy(by(provider({ concurrency: 1, requestsPerSecond: 100 })));
			await until('the first request', () => answers.length === 1);
			await sleep(200);
			expect(sending()).toBe(1);
			expect((await answerAll(delivered)).map(({ state }) => state)).toEqual(Array(5).fill('sent'));
		});

		it('whoever has waited is looked at again: the run was stopped', async () => {
			await prepare(2);
			const delivered = deliverBy(by(provider({ concurrency: 1 })));
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
			await sleep(300);
			const ends = await answerAll(delivered);
			expect(ends.map(({ state, reason }) => [state, reason])).toEqual([['sent', null], ['not_sent', 'campaign_stopped']]);
			expect(server.seen).toHaveLength(1);
		});

		it('whoever may not leave any more does not, however short the wait was', async () => {
			await prepare(2);
			let isOver = false;
			const delivered = deliverBy(by(provider({ concurrency: 1 })), () => (isOver ? { kind: 'drop', reason: 'cut_off' } : undefined));
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			isOver = true;
			expect((await answerAll(delivered)).map(({ state, reason }) => [state, reason])).toEqual([['sent', null], ['not_sent', 'cut_off']]);
		});

		it('marks are made anew when others have taken this process for dead', async () => {
			await prepare(3);
			const delivered = deliverBy(by(provider({ concurrency: 1 })));
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			const [waiting] = marked().filter(({ person }) => String(person) !== server.seen[0]?.body);
			// As another process would, that thinks it has found the message left behind.
			expect(departedOf(file, store.owner)).toHaveLength(1);
			// Whoever came first may have died over it.
			expect(departedOf(file, store.owner)).toHaveLength(1);
			execute(file, `UPDATE message SET state = 'claimed', token = 'of another' WHERE message = ${waiting?.message}`);
			expect((await answerAll(delivered)).map(({ state }) => state).sort()).toEqual(['elsewhere', 'sent', 'sent']);
			expect(server.seen).toHaveLength(2);
			expect(departedOf(file, store.owner)).toBeUndefined();
			expect(store.departures?.isVoid).toBe(true);
		});

		it('who was marked for a request that was not made has one attempt less', async () => {
			await prepare(3);
			let mayLeave = true;
			const later = Date.now() + 3_600_000;
			const delivered = deliverBy(by(provider({ concurrency: 1 })), () => (mayLeave ? undefined : { kind: 'hold', until: later }));
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			mayLeave = false;
			expect((await answerAll(delivered)).map(({ state }) => state)).toEqual(['sent', 'held', 'held']);
			expect(query(file, 'SELECT state, attempts FROM message ORDER BY message')).toEqual([{ state: 'sent', attempts: 1 }, { state: 'held', attempts: 0 }, { state: 'held', attempts: 0 }]);
		});

		it('whoever waited long and was marked again for the same request has had one attempt', async () => {
			await prepare(2);
			const delivered = deliverBy(by(provider({ concurrency: 1 })));
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			await sleep(300);
			await answerAll(delivered);
			expect(query(file, 'SELECT attempts FROM message')).toEqual([{ attempts: 1 }, { attempts: 1 }]);
		});

		it('a refused message that waits for its next request does not count as begun', async () => {
			await prepare(1);
			let requests = 0;
			const one = provider({ retries: 1, read: () => (requests++ === 0 ? { outcome: 'refused', kind: 'transient', code: '429', detail: '' } : { outcome: 'sent', providerId: null }) });
			let waits = () => {};
			const refused = new Promise<void>((resolve) => (waits = resolve));
			let goOn = () => {};
			context.options.sleep = async () => {
				waits();
				await new Promise<void>((resolve) => (goOn = resolve));
			};
			const delivered = answerAll(deliverBy(by(one)));
			await refused;
			expect(readFileSync(`${file}.owners/${store.owner}.departures`).subarray(64)).toEqual(Buffer.alloc(8));
			goOn();
			expect((await delivered).map(({ state }) => state)).toEqual(['sent']);
			expect(query(file, 'SELECT attempts FROM message')).toEqual([{ attempts: 2 }]);
		});

		it.each<[string, Partial<HttpProvider<string>>, string]>([
			['is held', { read: () => ({ outcome: 'refused', kind: 'transient', code: '503', detail: '' }) }, 'held'],
			['may be sent again by an operator', { read: () => ({ outcome: 'unknown', code: '500', detail: '' }) }, 'unknown'],
		])('a message that %s is not noted for its next request before that leaves', async (_name, extra, state) => {
			await prepare(1);
			expect((await answerAll(deliverBy(by(provider(extra))))).map((one) => one.state)).toEqual([state]);
			expect(departedOf(file, store.owner)).toEqual([]);
		});

		it('one that may have left stays marked for that request until its next one has its turn', async () => {
			await prepare(1);
			let requests = 0;
			const one = provider({ retries: 1, idempotent: true, read: () => (requests++ === 0 ? { outcome: 'unknown', code: '500', detail: '' } : { outcome: 'sent', providerId: null }) });
			expect((await answerAll(deliverBy(by(one)))).map(({ state }) => state)).toEqual(['sent']);
			expect(server.seen).toHaveLength(2);
			expect(query(file, 'SELECT attempts FROM message')).toEqual([{ attempts: 2 }]);
		});

		it('there are none where answers take long', async () => {
			await prepare(12);
			const delivered = deliverBy(by(provider({ concurrency: 1 })));
			const slowly = setInterval(() => answers.splice(0).forEach((answer) => answer()), 300);
			await until('it to be known', () => server.seen.length > 3);
			const counts: number[] = [];
			for (const seen = server.seen.length; server.seen.length < seen + 3; await sleep(20)) counts.push(sending());
			clearInterval(slowly);
			expect(Math.max(...counts)).toBe(1);
			expect((await answerAll(delivered)).map(({ state }) => state)).toEqual(Array(12).fill('sent'));
		});

		it('a store that is closed lets nothing leave, and what had not left is sent later', async () => {
			await prepare(4);
			const delivered = deliverBy(by(provider({ concurrency: 1, timeoutMs: 1_000 }))).catch(() => undefined);
			await until('the second mark', () => answers.length === 1 && sending() === 2);
			await store.close();
			await answerAll(delivered as Promise<Delivered[]>);
			expect(server.seen).toHaveLength(1);
			store = await openStore({ path: file });
			expect((await deliverTheRest()).states).toEqual(['sent', 'sent', 'sent', 'unknown']);
		});
	});
});

function query<Row>(file: string, sql: string): Row[] {
	const { DatabaseSync } = nodeSqlite();
	const db = new DatabaseSync(file, { readOnly: true });
	try {
		return db.prepare(sql).all() as Row[];
	} finally {
		db.close();
	}
}

function execute(file: string, sql: string): void {
	const { DatabaseSync } = nodeSqlite();
	const db = new DatabaseSync(file, { timeout: 5_000 });
	db.exec(sql);
	db.close();
}
