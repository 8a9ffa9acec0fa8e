import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { EVERYBODY_GETS_IT } from '../../../engine/campaigns/who-gets-it';
import { openStore } from '../../../engine/store/open';
import type { Store, StoreOptions } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node, startRun } from '../../support/campaign';
import type { LedgerLine } from '../../support/campaign-process';
import { describeFreshStores } from '../../support/stores';
import { until } from '../../support/until';
import { RUN_TS } from '../../support/run-ts';

/*
 * Four processes that send campaigns of one store between them, with holds, fail-over, and people whom no provider takes
 * and whose room goes to others. What the providers were asked is what counts.
 */

const PROCESS = path.join(__dirname, '../../support/campaign-process.ts');
const PROCESSES = 4;
/** No provider takes every so manyth person. */
const NOBODY_TAKES = 7;
const DEADLINE_MS = 120_000;

jest.setTimeout(180_000);

describeFreshStores('four processes that deliver at once', (fresh) => {
	let folder: string;
	let ledger: string;
	let store: Store;
	let options: StoreOptions;
	const processes: ChildProcess[] = [];

	beforeEach(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-four-'));
		ledger = path.join(folder, 'ledger.jsonl');
		// Their clock is the machine's.
		const { clock: _clock, ...rest } = fresh();
		options = rest as StoreOptions;
		store = await openStore(options);
	});
	afterEach(async () => {
		for (const child of processes.splice(0)) await ended(child);
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});

	it('send to exactly as many as the limit of a run says', async () => {
		const run = await startRun(store, await addPeople(store, 400), { blockSize: 20, who: { ...EVERYBODY_GETS_IT, limits: { perRun: 100 } } });
		await deliverAll([CAMPAIGN_ID]);
		const accepted = acceptedPeople();
		expect(accepted).toHaveLength(100);
		expect(new Set(accepted).size).toBe(100);
		const report = await store.ask('runReport', { run });
		expect(report).toMatchObject({ state: 'finished', sent: 100, waiting: 0, unaccounted: 0 });
		const refused = report?.notSent.provider_rejected ?? 0;
		expect(refused).toBeGreaterThan(0);
		expect(report?.notSent).toEqual({ provider_rejected: refused, campaign_limit_run: 300 - refused });
	});

	it('send to each as often as the frequency limit says, of three campaigns that they could get', async () => {
		await store.call('saveSettings', { settings: { channels: { sms: { mostMessages: 2 } }, customControlGroups: [] } });
		const people = await addPeople(store, 120);
		const campaigns = [CAMPAIGN_ID, 'workflow:b', 'workflow:c'];
		for (const campaignId of campaigns) await startRun(store, people, { blockSize: 20 }, campaignId);
		await deliverAll(campaigns);
		const times = Map.groupBy(acceptedPeople(), (person) => person);
		const expected = people.filter((person) => person % NOBODY_TAKES !== 0).map((person) => [person, 2]);
		expect([...times].map(([person, all]) => [person, all.length]).sort(([a], [b]) => Number(a) - Number(b))).toEqual(expected);
	});

	/** Has four processes do all there is to do. */
	async function deliverAll(campaignIds: readonly string[]): Promise<void> {
		await node(store, 'sms');
		const named = 'path' in options ? options.path : JSON.stringify(options);
		for (let index = 0; index < PROCESSES; index++) {
			processes.push(spawn(process.execPath, [...RUN_TS, PROCESS, named, ledger, String(NOBODY_TAKES), ...campaignIds], { stdio: ['ignore', 'ignore', 'inherit'] }));
		}
		await until('the end of all runs', async () => {
			const runs = await Promise.all(campaignIds.map(async (campaignId) => await store.ask('runsOf', { campaignId })));
			return runs.flat().every(({ state }) => state === 'finished');
		}, DEADLINE_MS);
	}

	function acceptedPeople(): number[] {
		const lines = readFileSync(ledger, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as LedgerLine);
		return lines.filter(({ outcome }) => outcome === 'accepted').map(({ person }) => person);
	}
});

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGKILL');
	await exited;
}
