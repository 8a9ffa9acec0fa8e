// Messages from their claim to their settlement, without a provider; against the same rows written by bare statements,
// and jobs of pg-boss fetched and completed.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DATA_DIR } from '../lib/paths.mjs';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { dropDatabase, ensureDatabase } from '../segments/database.mjs';
import { nodeOf, publish, releaseAll, select } from './campaign-run.mjs';
import { startClaimers } from './claimers.mjs';
import { addPeople } from './people.mjs';
import { timePgBoss } from './pg-boss.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const EVERYBODY = { all: [] };
const TARGETS = { embedded: 60_000, postgres: 30_000, pgBoss: 3 };
const CLAIMERS = 4;
/** People per batch, as of the Campaign Trigger; and batches that a process has under way at once, as one node has. */
const BATCH = 500;
const AT_ONCE = 4;
/** Messages per person and week: more than the rounds send. */
const MOST = 10;
/** Of those selected, so many may be sent to. */
const CAPPED = 0.99;

export async function timeClaims({ postgres, people, rounds }) {
	heading(`Claim with caps, mark as sending, settle: ${people.toLocaleString('en')} people in batches of ${BATCH}, ${AT_ONCE} at once (median of ${rounds})`);
	console.log(`In force: at most ${MOST} messages per person and week (everybody has had one or more), a targeting cap of 99 % of those selected.`);
	const path = join(DATA_DIR, 'delivery', 'claims.sqlite');
	const clear = () => ['', '-wal', '-shm'].forEach((end) => rmSync(path + end, { force: true }));
	clear();
	const embedded = await onStore({ options: { path }, people, rounds, claimers: 1 });
	clear();
	print('embedded store, one process', embedded);
	judge('claim to settle, embedded, people/s', median(embedded.rates), TARGETS.embedded, 'least');

	const url = postgres && (await ensureDatabase(postgres, 'campaigns_bench_claims', false));
	if (!url) return;
	const server = await onStore({ options: { connectionString: url, schema: 'campaigns' }, people, rounds, claimers: CLAIMERS });
	print(`PostgreSQL store, ${CLAIMERS} processes`, server);
	const pgBoss = await timePgBoss({ url, jobs: people, rounds, processes: CLAIMERS });
	print(`pg-boss on the same server, ${CLAIMERS} processes, ${pgBoss.batch} jobs at a time`, pgBoss);
	judge(`claim to settle, PostgreSQL with ${CLAIMERS} claimers, people/s`, median(server.rates), TARGETS.postgres, 'least');
	judge('claim to settle against fetch and complete of pg-boss', median(server.rates) / median(pgBoss.rates), TARGETS.pgBoss, 'least');
	await dropDatabase(postgres, url);
}

function print(what, { rates, bare }) {
	console.log(`${what}: ${digits(median(rates))}/s (${rates.map(digits).join(', ')})`);
	if (bare) console.log(`  the same rows by bare statements, nothing checked: ${digits(median(bare))}/s (${bare.map(digits).join(', ')}); ours ${digits(median(rates) / median(bare))} of that`);
}

/**
 * Everybody gets a message of a first campaign, which is not timed; then of one more each round, and at last one each round by bare statements.
 * @returns people per second of the rounds, ours and bare
 */
async function onStore({ options, people, rounds, claimers }) {
	const store = await openStore(options);
	await store.call('saveSettings', { settings: { channels: { sms: { mostMessages: MOST, perDays: 7 } }, customControlGroups: [] } });
	await addPeople(store, people);
	const [rates, bare] = [[], []];
	let last;
	for (let round = 0; round <= rounds; round++) {
		const cap = round === 0 ? people : Math.floor(people * CAPPED);
		const run = await publish(store, { name: `claims ${round}`, limits: { perRun: cap } });
		await select(store, run, EVERYBODY);
		const { batches, settle } = await releaseAll(store, BATCH);
		last = { options, claimers, atOnce: AT_ONCE, batches: batches.map(lean), campaignId: batches[0][0].campaignId };
		const { seconds, states } = await (await startClaimers({ ...last, node: await nodeOf(store, 'sms') })).run();
		if (states.sent !== cap) throw new Error(`${JSON.stringify(states)}: with a cap of ${cap}`);
		await settle();
		if (round > 0) rates.push(people / seconds);
	}
	// After all of ours, which would have more messages to count otherwise.
	for (let round = 0; round < rounds; round++) {
		const { seconds } = await (await startClaimers({ ...last, child: './bare-rows-child.mjs', node: await nodeOf(store, `bare ${round}`) })).run();
		bare.push(people / seconds);
	}
	await store.close();
	return { rates, bare };
}

function lean(batch) {
	return batch.map(({ entry, visit, person, run }) => ({ entry, visit: visit + 1, person, run }));
}
