#!/usr/bin/env node
// `npm run bench:live`: how soon an event reaches the workflow of a live campaign, and how many events are kept up with.
//   --people N         people in the store; default 20,000
//   --seconds N        how long events come in at the steady rate; default 10
//   --rate N           events per second; default 1,000
//   --postgres URL     a server; default postgres://postgres@127.0.0.1:5432/postgres. --no-postgres: without
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { digits, heading, judge, median, summary } from '../lib/figures.mjs';
import { DATA_DIR } from '../lib/paths.mjs';
import { ensureDatabase } from '../segments/database.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');
const { LiveScanner } = require('../../dist/engine/campaigns/live/live-scanner.js');
const { startReleaser } = require('../../dist/engine/holds/releaser.js');

const { values } = parseArgs({
	options: {
		people: { type: 'string', default: '20000' },
		seconds: { type: 'string', default: '10' },
		rate: { type: 'string', default: '1000' },
		postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
		'no-postgres': { type: 'boolean' },
	},
});
const [people, seconds, rate] = [values.people, values.seconds, values.rate].map(Number);

/** Ingestions per second at the steady rate. */
const BATCHES = 20;
const SINGLE = 40;
/** Others that wait for other events, and are asked for each page all the same. */
const OTHERS = 9;

async function main() {
	const folder = join(DATA_DIR, 'live');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	await measure('embedded store', { path: join(folder, 'store.sqlite') }, { here: 1_000 });
	const url = values['no-postgres'] ? undefined : await ensureDatabase(values.postgres, 'campaigns_bench_live', false);
	if (url) await measure('PostgreSQL store', { connectionString: url, schema: 'campaigns' }, { here: 2_000, elsewhere: 2_000 });
	summary();
}

async function measure(name, options, targets) {
	heading(name);
	const store = await openStore(options);
	await addPeople(store);
	const arrived = [];
	const stop = await publishAll(store, (events) => arrived.push(...events));

	await idle(name, store, arrived, targets.here);
	if (targets.elsewhere) {
		const elsewhere = await openStore(options);
		await idle(`${name}, ingested by another process`, elsewhere, arrived, targets.elsewhere);
		await elsewhere.close();
	}
	await steady(name, store, arrived);
	await asFastAsItGoes(name, store, arrived);
	stop();
	await sleep(200);
	await store.close();
}

async function addPeople(store) {
	for (let start = 0; start < people; start += 1_000) {
		await store.ingest({ profiles: Array.from({ length: 1_000 }, (_, index) => ({ id: `u${start + index}`, properties: { city: (start + index) % 10 === 0 ? 'Paris' : 'Lyon' } })) });
	}
	await store.bringUpToDate();
}

/** One campaign whose people are handed to what stands for the workflow; the others have a segment each. */
async function publishAll(store, arrive) {
	const live = (event) => ({
		kind: 'live',
		live: { kind: 'action', events: [{ event, where: [{ property: 'price', is: 'at_least', value: 10 }] }], delayMs: 0, firstTimeOnly: false, reentry: { kind: 'always' }, maxEventAgeMs: 86_400_000 },
	});
	const publish = async (nodeId, event, segment) => {
		const { node } = await store.call('registerNode', { workflowId: 'bench', nodeId, name: nodeId, type: 'bench' });
		const definition = { segment, schedule: live(event), runKey: 'live', blockSize: 500, graceMs: 0, maxLatenessMs: 86_400_000 };
		await store.call('publishCampaign', { campaignId: `bench:${nodeId}`, workflowId: 'bench', name: nodeId, labels: [], definition, byOperator: true });
		return node;
	};
	for (let index = 0; index < OTHERS; index++) await publish(`other ${index}`, `Other ${index}`, { profile: 'city', is: 'equals', value: 'Paris' });
	const node = await publish('main', 'Viewed', { profile: 'city', is: 'exists' });
	const emit = async (token) => {
		const released = await store.call('openRelease', { token, node });
		const events = await store.call('eventsById', { ids: released.map(({ event }) => event) });
		const now = performance.timeOrigin + performance.now();
		arrive(events.map(({ properties }) => now - properties.at));
		return 'success';
	};
	const releaser = startReleaser({ store, node, limit: 500, inFlight: 4, emit, onTrouble: (error) => error && console.error(error) });
	const leave = LiveScanner.of(store).join({ onEntered: () => releaser.wake(), onTrouble: (error) => console.error(error) });
	return () => {
		leave();
		releaser.stop();
	};
}

let next = 0;
function events(count) {
	const at = performance.timeOrigin + performance.now();
	return Array.from({ length: count }, () => ({ user: `u${(next++ * 7919) % people}`, name: 'Viewed', properties: { price: 20, at } }));
}

async function reached(arrived, count) {
	for (const deadline = Date.now() + 120_000; arrived.length < count; ) {
		if (Date.now() > deadline) throw new Error(`Only ${arrived.length} of ${count} events reached the workflow.`);
		await sleep(2);
	}
}

async function idle(name, store, arrived, target) {
	const from = arrived.length;
	for (let index = 1; index <= SINGLE; index++) {
		await store.ingest({ events: events(1) });
		await reached(arrived, from + index);
		await sleep(100 + (index % 7) * 60);
	}
	print(`${name}, one event while idle`, arrived.slice(from), target);
}

async function steady(name, store, arrived) {
	const from = arrived.length;
	const total = seconds * rate;
	const started = performance.now();
	for (let batch = 0; batch < seconds * BATCHES; batch++) {
		await sleep(Math.max(0, started + (batch * 1_000) / BATCHES - performance.now()));
		await store.ingest({ events: events(rate / BATCHES) });
	}
	const ingested = performance.now() - started;
	const behind = total - (arrived.length - from);
	await reached(arrived, from + total);
	print(`${name}, ${rate} events/s for ${digits(ingested / 1_000)} s`, arrived.slice(from));
	judge(`${name}, events that had not arrived when the last was ingested, of those of a second`, behind / rate, 1);
	if (arrived.length !== from + total) throw new Error(`${arrived.length - from} entries of ${total} events.`);
}

async function asFastAsItGoes(name, store, arrived) {
	const from = arrived.length;
	const total = 20_000;
	const started = performance.now();
	for (let count = 0; count < total; count += 500) await store.ingest({ events: events(500) });
	await reached(arrived, from + total);
	const perSecond = total / ((performance.now() - started) / 1_000);
	console.log(`${name}: ${digits(perSecond)} events/s from ingestion to the workflow`);
	judge(`${name}, events per second kept up with`, perSecond, 1_000, 'least');
}

function print(what, times, target) {
	const sorted = [...times].sort((a, b) => a - b);
	const at99 = sorted[Math.floor(sorted.length * 0.99)];
	console.log(`${what}: ${digits(median(times))} ms median, ${digits(at99)} ms (99 %), ${digits(sorted.at(-1))} ms longest until it reached the workflow`);
	if (target) judge(`${what}, longest, ms`, sorted.at(-1), target);
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
