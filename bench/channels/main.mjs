#!/usr/bin/env node
// `npm run bench:channels`: messages per second of each channel, and the CPU they take, against a bare script that posts
// the same requests; and how fast messages are rendered. All in one run.
//   --people N         messages per channel; default 100,000
//   --only A,B         channels (sms, email, push, webhook, export), providers, or rendering
//   --at-once N        requests at once, on our side and of the bare script; default 50
//   --rounds N         how often each figure is measured; default 1
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProvider } from '../delivery/provider.mjs';
import { digits, heading, judge, median, summary, table } from '../lib/figures.mjs';
import { embeddedWithPeople } from '../delivery/people.mjs';
import { CHANNELS, PLACEHOLDER, requestOf } from './channels.mjs';
import { ask } from './child.mjs';
import { timeRendering } from './rendering.mjs';

const { values } = parseArgs({
	options: {
		people: { type: 'string', default: '100000' },
		only: { type: 'string', multiple: true },
		'at-once': { type: 'string', default: '50' },
		rounds: { type: 'string', default: '1' },
	},
});
const people = Number(values.people);
const atOnce = Number(values['at-once']);
const rounds = Number(values.rounds);
const LATENCY_MS = 5;
/** Of the bare script's messages per second. */
const TARGET = 0.5;

async function main() {
	const only = values.only?.flatMap((names) => names.split(','));
	const wanted = Object.entries(CHANNELS).filter(([name, { channel }]) => !only || only.includes(name) || only.includes(channel));
	const renders = !only || only.includes('rendering');
	if (wanted.length === 0 && !renders) throw new Error(`There is no channel "${only.join(', ')}": ${Object.keys(CHANNELS).join(', ')}, rendering`);
	console.log(`${cpus().length} cores for everything, load ${digits(loadavg()[0])}.`);
	if (renders) timeRendering();
	if (wanted.length > 0) await timeChannels(wanted);
	summary();
}

async function timeChannels(wanted) {
	heading(`${people.toLocaleString('en')} messages per channel (median of ${rounds})`);
	console.log(`Ours: people come out of their holds in batches of 500, four at once; claim, render, send, settle through deliver() on the embedded store, in one process without n8n. The provider has a process of its own and takes ${LATENCY_MS} ms. ${atOnce} requests at once on our side and from the script.`);
	const folder = await mkdtemp(join(tmpdir(), 'campaigns-bench-channels-'));
	const provider = await startProvider(new URL('./provider-child.mjs', import.meta.url), [LATENCY_MS]);
	const rows = [['', 'messages/s', 'bare posts/s', 'CPU ms per message', 'bare, ms', 'requests', 'bytes', 'bare, bytes']];
	const ratios = [];
	try {
		for (const [name, { label }] of wanted) {
			const [own, bare] = [[], []];
			for (let round = 0; round < rounds; round++) {
				own.push(await timeOwn({ name, provider, path: join(folder, `${name}-${round}`, 'store.sqlite') }));
				bare.push(await timeBare({ name, provider }));
			}
			const of = (figures, what) => median(figures.map((each) => each[what]));
			rows.push([label, of(own, 'perSecond'), of(bare, 'perSecond'), of(own, 'cpuMs'), of(bare, 'cpuMs'), of(own, 'requests').toLocaleString('en'), of(own, 'bytes'), of(bare, 'bytes')]);
			ratios.push([label, of(own, 'perSecond') / of(bare, 'perSecond'), of(own, 'cpuMs') / of(bare, 'cpuMs')]);
		}
		table(rows);
		for (const [label, rate, cpu] of ratios) {
			judge(`${label}, messages/s against bare posts`, rate, TARGET, 'least');
			console.log(`     ${digits(cpu)} times the CPU per message`);
		}
	} finally {
		provider.close();
		await rm(folder, { recursive: true, force: true });
	}
}

async function timeOwn({ name, provider, path }) {
	await embeddedWithPeople(path, people);
	return await measured(provider, async () => await ask('./own-child.mjs', { name, url: provider.url, path, people, atOnce }));
}

async function timeBare({ name, provider }) {
	const sample = await requestOf(name, provider.url, PLACEHOLDER);
	return await measured(provider, async () => await ask('./bare-child.mjs', { name, sample, people, atOnce }));
}

/** What a process says of itself, with what the provider saw of it. */
async function measured(provider, work) {
	await provider.begin();
	const figures = await work();
	const { count, messages, bytes } = await provider.seen();
	if (messages !== people) throw new Error(`The provider was asked for ${messages} of ${people} messages`);
	return { ...figures, requests: count, bytes: bytes / messages };
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
