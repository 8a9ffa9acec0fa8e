import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { segments } from '../../../engine/segments-api';
import type { Having, Rule } from '../../../engine/segments';
import type { Store, StoreOptions } from '../../../engine/store/store';
import { seededRandom } from '../../support/kills';
import { describeStores } from '../../support/stores';
import { RUN_TS } from '../../support/run-ts';

const PROCESS = path.join(__dirname, '../../support/ingest-process.ts');
const KILLS = 5;

interface Writer {
	child: ChildProcess;
	/** Events that are stored, by its word. */
	stored: number;
}

function write(options: StoreOptions, user: string, from: number, to: number): Writer {
	const { clock, ...plain } = options;
	const child = spawn(process.execPath, [...RUN_TS, PROCESS, JSON.stringify(plain), user, String(from), String(to)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const writer: Writer = { child, stored: from };
	createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => (writer.stored = Number(line)));
	return writer;
}

async function ended({ child }: Writer): Promise<number | null> {
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	return child.exitCode;
}

/** Whether the store has exactly the first `count` events of a user, each once. */
async function hasExactly(store: Store, user: string, count: number): Promise<boolean> {
	const having = (event: string, value: number, property?: string): Rule => {
		const measured = property ? { measure: 'distinct', property } : { measure: 'count' };
		return { event, did: true, having: { ...measured, is: 'equals', value } as Having };
	};
	const viewed = Math.ceil(count / 3);
	const all = [having('Viewed', viewed), having('Viewed', viewed, 'n'), having('Ping', count - viewed), having('Ping', count - viewed, 'n')];
	for await (const id of segments.find(store, { all }, { now: Date.UTC(2027, 0, 1) })) if (id === user) return true;
	return false;
}

jest.setTimeout(240_000);

describeStores('a process killed while it stores and keeps columns up to date', (fixture) => {
	test('loses nothing it has accepted, and stores nothing twice', async () => {
		const { options, store } = fixture();
		const random = seededRandom();
		let stored = 0;
		for (let kill = 0; kill < KILLS; kill++) {
			const writer = write(options, 'u', stored, 1_000_000);
			while (writer.stored === stored) await sleep(20);
			await sleep(random() * 700);
			writer.child.kill('SIGKILL');
			await ended(writer);
			// The batch that was under way comes again, with the same message ids.
			stored = writer.stored;
		}
		const last = write(options, 'u', stored, stored + 1_000);
		expect(await ended(last)).toBe(0);
		expect(last.stored).toBe(stored + 1_000);
		expect(await hasExactly(store, 'u', last.stored)).toBe(true);
		await store.bringUpToDate();
		expect(await hasExactly(store, 'u', last.stored)).toBe(true);
	});
});

describeStores('several processes on one store', (fixture, kind) => {
	test('all of their events are there, once each', async () => {
		const { options, store } = fixture();
		const each = 12_000;
		const writers = Array.from({ length: kind === 'sqlite' ? 2 : 4 }, (_, index) => write(options, `u${index}`, 0, each));
		for (const writer of writers) expect(await ended(writer)).toBe(0);
		for (const index of writers.keys()) expect(await hasExactly(store, `u${index}`, each)).toBe(true);
		await store.bringUpToDate();
		for (const index of writers.keys()) expect(await hasExactly(store, `u${index}`, each)).toBe(true);
	});
});
