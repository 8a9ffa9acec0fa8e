// The n8n that is measured: one process, as `n8n start` makes it, with the same settings for every workflow.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureHost, installPack } from '../../scripts/lib/host.mjs';
import { N8n } from '../../scripts/lib/n8n.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { embeddedWithPeople } from './people.mjs';

const OWNER = { email: 'bench@campaigns.local', password: 'Campaigns1' };

/** Executions are not kept when they end well: at this size nobody keeps them, and n8n would write every item down. */
const SETTINGS = { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', EXECUTIONS_DATA_SAVE_ON_PROGRESS: 'false', N8N_LOG_LEVEL: 'warn' };

export const SETTINGS_IN_WORDS = 'n8n: one process, its own database SQLite, executions that end well are not saved';

/** n8n with the pack, and with people in the embedded store. `env`: further variables of its environment. */
export async function startWithPeople(folder, people, env = {}) {
	await ensureHost();
	await installPack(folder);
	const { path } = await embeddedWithPeople(join(folder, '.n8n', 'campaigns', 'store.sqlite'), people);
	const n8n = await N8n.start({ userFolder: folder, env: { ...SETTINGS, ...env } });
	await n8n.api.signIn(OWNER);
	const { openStore } = createRequire(import.meta.url)(join(ROOT, 'dist', 'engine', 'index.js'));
	return {
		n8n,
		api: n8n.api,
		/** Opened only while it is asked, so that n8n's is the only process on it. */
		async ask(name, input) {
			const store = await openStore({ path });
			try {
				return await store.ask(name, input);
			} finally {
				await store.close();
			}
		},
		stop: async () => await n8n.kill('SIGKILL'),
	};
}

/** n8n alone. */
export async function startPlain(folder) {
	await ensureHost();
	const n8n = await N8n.start({ userFolder: folder, env: SETTINGS });
	await n8n.api.signIn(OWNER);
	return { n8n, api: n8n.api, stop: async () => await n8n.kill('SIGKILL') };
}

/** The most memory the process ever had, MB. Linux only. */
export function peakMegabytes({ n8n }) {
	return statusMegabytes(n8n.pid, 'VmHWM');
}

export function megabytes({ n8n }) {
	return statusMegabytes(n8n.pid, 'VmRSS');
}

function statusMegabytes(pid, field) {
	return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 2 ** 10;
}
