import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openStore } from '../../../engine/store/open';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node, startRun } from '../../support/campaign';
import type { LedgerLine } from '../../support/campaign-process';
import { seededRandom } from '../../support/kills';
import { RUN_TS } from '../../support/run-ts';

const PROCESS = path.join(__dirname, '../../support/campaign-process.ts');
const PEOPLE = 600;
const KILLS = 4;

/** Between the last that the provider saw of a message and the outcome's being on disk, on a busy machine. */
const SETTLED_WITHIN_MS = 500;

jest.setTimeout(180_000);

describe('a process killed while it delivers', () => {
	let folder: string;
	let store: Store;

	beforeEach(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-crash-'));
		store = await openStore({ path: path.join(folder, 'store.sqlite') });
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});

	it('has sent to everybody once, but for those it was just sending to', async () => {
		const run = await startRun(store, await addPeople(store, PEOPLE), { blockSize: 100 });
		await node(store, 'sms');
		const random = seededRandom();
		const ledgerFile = path.join(folder, 'ledger.jsonl');
		const killedAt: number[] = [];
		for (let kill = 1; kill <= KILLS; kill++) {
			const victim = await start(path.join(folder, 'store.sqlite'), ledgerFile);
			await sleep(500 + random() * 1_000);
			killedAt.push(Date.now());
			await end(victim);
		}
		const before = await store.ask('runReport', { run });
		expect(before?.state).toBe('running');
		const last = await start(path.join(folder, 'store.sqlite'), ledgerFile);
		expect(await exitOf(last)).toBe(0);

		const ledger = readLedger(ledgerFile);
		const accepted = ledger.filter(({ outcome }) => outcome === 'accepted').map(({ person }) => person);
		expect(new Set(accepted).size).toBe(accepted.length);
		const report = await store.ask('runReport', { run });
		expect(report).toMatchObject({ state: 'finished', waiting: 0, notSent: {}, unaccounted: 0 });
		expect((report?.sent ?? 0) + (report?.unknown ?? 0)).toBe(PEOPLE);
		const { people } = await store.ask('peopleOfRun', { run });
		const numbers = await numbersOf(store, people.map(({ id }) => id as string));
		// Whoever was refused by one provider and had waited for the next is marked long after the ledger's last line.
		const markedAt = new Map((await store.ask('unknownMessages', { campaignId: CAMPAIGN_ID })).map(({ id, sentAt }) => [id, sentAt]));
		for (const { id, outcome } of people) {
			const lines = ledger.filter(({ person }) => person === numbers.get(id as string));
			if (outcome === 'sent') expect(lines.at(-1)?.outcome).toBe('accepted');
			else if (!isCutOff(markedAt.get(id) ?? 0, killedAt)) expect({ id, lines: unexplained(lines, killedAt) }).toEqual({ id, lines: [] });
		}
		console.info(`${KILLS} kills: ${report?.sent} sent, ${report?.unknown} unknown`);
	});
});

/** What the ledger says of somebody unknown, if no kill can have kept the outcome from being written. */
function unexplained(lines: LedgerLine[], killedAt: number[]): LedgerLine[] {
	const last = lines.at(-1);
	return !last || isCutOff(last.at, killedAt) ? [] : lines;
}

/** Whether a kill came so soon after this moment that what was to follow may not have come about. */
function isCutOff(moment: number, killedAt: number[]): boolean {
	return killedAt.some((at) => moment <= at && at - moment < SETTLED_WITHIN_MS);
}

async function start(storePath: string, ledger: string): Promise<ChildProcess> {
	const child = spawn(process.execPath, [...RUN_TS, PROCESS, storePath, ledger], { stdio: ['ignore', 'pipe', 'inherit'] });
	await new Promise<void>((resolve, reject) => {
		child.stdout?.once('data', () => resolve());
		child.once('exit', (code) => reject(new Error(`The process ended with ${code}`)));
	});
	return child;
}

async function end(child: ChildProcess): Promise<void> {
	const exited = exitOf(child);
	child.kill('SIGKILL');
	await exited;
}

async function exitOf(child: ChildProcess): Promise<number | null> {
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function readLedger(file: string): LedgerLine[] {
	if (!existsSync(file)) return [];
	return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as LedgerLine);
}

async function numbersOf(store: Store, ids: string[]): Promise<Map<string, number>> {
	const numbers = new Map<string, number>();
	for (const id of ids) {
		const found = await store.call('getPerson', { name: { id }, events: 0 });
		numbers.set(id, found?.profile.person as number);
	}
	return numbers;
}
