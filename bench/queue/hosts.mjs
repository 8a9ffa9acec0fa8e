// The n8n that the benchmark measures, with people in its store.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureHost, installPack } from '../../scripts/lib/host.mjs';
import { N8n, queueEnvironment } from '../../scripts/lib/n8n.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';

const OWNER = { email: 'bench@campaigns.local', password: 'Campaigns1' };

/** Nobody is woken by an n8n that keeps every execution's data; the benchmark is of the campaign. */
const LEAN = { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none' };

/** One process on the embedded store. */
export async function startRegular(folder, people) {
	await ensureHost();
	const main = await startProcess('regular', folder, LEAN);
	await main.api.signIn(OWNER);
	const store = await openWithPeople({ path: join(folder, '.n8n', 'campaigns', 'store.sqlite') }, people);
	return { api: main.api, store, storeNode: {}, processes: [main], stop: async () => await stopAll(store, [main]) };
}

/** A main process without workers yet, on a PostgreSQL store in the same database as n8n's own tables. */
export async function startQueue(folder, { postgres, redis, people }) {
	const prefix = `campaigns-bench-${process.pid}`;
	const env = { ...LEAN, ...queueEnvironment({ postgres, redis, prefix, encryptionKey: prefix }) };
	const main = await startProcess('main', join(folder, 'main'), env);
	await main.api.signIn(OWNER);
	const store = await openWithPeople({ connectionString: postgres, schema: 'campaigns' }, people);
	const credential = await main.api.createCredential({ name: 'Campaign store', type: 'campaignsPostgresApi', data: credentialOf(postgres) });
	const processes = [main];
	return {
		api: main.api,
		store,
		processes,
		storeNode: { parameters: { store: 'postgres' }, credentials: { campaignsPostgresApi: credential } },
		startWorker: async () => void processes.unshift(await startProcess('worker', join(folder, `worker-${processes.length}`), env)),
		stop: async () => {
			await stopAll(store, processes);
			await deleteKeys(redis, prefix);
		},
	};
}

/** Milliseconds that processes have computed so far, as Linux counts them; undefined elsewhere. */
export function computed(processes) {
	try {
		const ticks = processes.map(({ pid }) => {
			const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
			return Number(fields[11]) + Number(fields[12]);
		});
		return ticks.reduce((sum, each) => sum + each, 0) * 10;
	} catch {
		return undefined;
	}
}

async function startProcess(mode, userFolder, env) {
	await installPack(userFolder);
	return await N8n.start({ mode, userFolder, env });
}

async function openWithPeople(options, people) {
	const { openStore } = createRequire(import.meta.url)(join(ROOT, 'dist', 'engine', 'index.js'));
	const store = await openStore(options);
	const profiles = Array.from({ length: people }, (_, n) => ({ id: `p${n}`, phone: `+14155${String(600_000 + n).slice(-6)}`, properties: { name: `Person ${n}` } }));
	for (let from = 0; from < people; from += 1_000) await store.ingest({ profiles: profiles.slice(from, from + 1_000) });
	return store;
}

async function stopAll(store, processes) {
	await store.close().catch(() => {});
	for (const one of processes) await one.kill('SIGKILL');
}

function credentialOf(url) {
	const { hostname, port, pathname, username, password } = new URL(url);
	return {
		host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: decodeURIComponent(username), password: decodeURIComponent(password),
		schema: 'campaigns', ssl: 'disable',
	};
}

async function deleteKeys(url, prefix) {
	const { Redis } = createRequire(import.meta.url)('ioredis');
	const client = new Redis(url);
	const keys = await client.keys(`*${prefix}*`);
	if (keys.length > 0) await client.del(...keys);
	client.disconnect();
}
