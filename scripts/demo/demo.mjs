// The demonstration, from an empty folder to a finished run: n8n, the audience, the providers, the campaign.
// `npm start` shows it; the end-to-end and fault tests drive it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, isFree } from '../lib/free-port.mjs';
import { installPack } from '../lib/host.mjs';
import { N8n } from '../lib/n8n.mjs';
import { ROOT } from '../lib/paths.mjs';
import { accountZone, demoAudience, demoStart, expected, makeAudience } from './audience.mjs';
import { readLedger } from './ledger.mjs';
import { purchases } from './purchases.mjs';
import { importCampaign } from './setup.mjs';
import { verify } from './verify.mjs';

/** The demo's clock shows this when the campaign is published: somebody is in do-not-disturb hours for a minute more. */
const PUBLISH_AT = Date.parse(demoStart) + 60_000;
const LOOK_AGAIN_MS = 1_000;

/** The template's provider nodes, as the ledger calls their servers. */
const PROVIDER_KINDS = { 'Twilio SMS Provider': 'twilio', 'Generic SMS Provider': 'generic' };

/**
 * @typedef {object} DemoState what is kept between two starts
 * @property {string} workflowId
 * @property {string} campaignId
 * @property {number} clockOffset ms between the system's clock and the demo's
 * @property {number} n8nPort
 * @property {number} providerPort
 * @property {{ email: string, password: string }} login
 */

/** One demo in one folder. */
export class Demo {
	/** @type {DemoState | undefined} */
	state;
	/** @type {N8n | undefined} */
	n8n;
	#folder;
	#options;
	#providers;
	#store;
	#audience;

	/**
	 * @param {string} folder everything of the demo is kept in it
	 * @param {{ people?: number, events?: number, eager?: boolean, n8nPort?: number, providers?: Record<string, number>, say?: (line: string) => void,
	 *   env?: Record<string, string>, store?: { connectionString: string, schema?: string }, postgres?: object,
	 *   change?: (workflow: any) => void, start?: (options: any) => Promise<N8n> }} [options]
	 *   `eager`: see makeAudience; `providers`: flags of providers.mjs; `store` and `postgres`: a PostgreSQL store, as the engine and as the credential name it
	 */
	constructor(folder, options = {}) {
		this.#folder = folder;
		this.#options = options;
	}

	get ledgerFile() {
		return join(this.#folder, 'ledger.jsonl');
	}

	get userFolder() {
		return join(this.#folder, 'n8n');
	}

	get audience() {
		const { people = demoAudience.people, events = demoAudience.events, eager } = this.#options;
		return (this.#audience ??= makeAudience({ people, events, eager }));
	}

	/** Reads what an earlier start has left; true when the demo is set up. */
	async resume() {
		const file = join(this.#folder, 'state.json');
		if (!existsSync(file)) return false;
		this.state = JSON.parse(await readFile(file, 'utf8'));
		// Whoever serves there now would be taken for our n8n, and logged in to.
		if (!(await isFree(this.state.n8nPort))) this.state.n8nPort = this.#options.n8nPort ?? (await freePort());
		return true;
	}

	async reset() {
		await rm(this.#folder, { recursive: true, force: true });
	}

	/** Prepares everything up to the publishing of the campaign. */
	async setUp() {
		const say = this.#options.say ?? (() => {});
		await this.reset();
		await mkdir(this.#folder, { recursive: true });
		const state = {
			n8nPort: this.#options.n8nPort ?? (await freePort()),
			providerPort: 0,
			clockOffset: 0,
			login: { email: 'demo@campaigns.local', password: `Demo-${randomBytes(6).toString('base64url')}1A` },
		};
		this.state = /** @type {DemoState} */ (state);
		await this.startProviders();
		say('Starting n8n ...');
		await this.startN8n();
		say('Importing the campaign ...');
		const { id, triggerId } = await importCampaign(this.n8n.api, this.#providers.urls, this.#options);
		Object.assign(this.state, { workflowId: id, campaignId: `${id}:${triggerId}` });
		await this.n8n.kill();
		say(`Loading ${this.audience.people.length.toLocaleString('en')} people and ${this.audience.eventCount.toLocaleString('en')} events ...`);
		this.state.clockOffset = PUBLISH_AT - Date.now();
		await this.#load(say);
	}

	/** Starts n8n on the demo's clock and publishes the campaign. */
	async publish() {
		this.state.clockOffset = PUBLISH_AT - Date.now();
		await this.#save();
		await this.startN8n();
		await this.n8n.api.publish(this.state.workflowId);
	}

	/** The demo's providers; they live as long as this process does. */
	async startProviders() {
		const flags = Object.entries(this.#options.providers ?? {}).flatMap(([name, value]) => [`--${name}`, String(value)]);
		const port = this.state.providerPort ? ['--port', String(this.state.providerPort)] : [];
		const child = spawn(process.execPath, [join(ROOT, 'scripts/demo/providers.mjs'), '--ledger', this.ledgerFile, ...port, ...flags], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const urls = await new Promise((resolve, reject) => {
			child.once('error', reject).once('exit', (code) => reject(new Error(`The demo's providers ended with ${code}`)));
			createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line.replace(/^ready /, ''))));
		});
		this.#providers = { child, urls };
		this.state.providerPort = Number(new URL(urls.twilio).port);
	}

	async startN8n() {
		await installPack(this.userFolder);
		const options = {
			userFolder: this.userFolder,
			port: this.state.n8nPort,
			env: {
				GENERIC_TIMEZONE: accountZone,
				N8N_CAMPAIGNS_CLOCK_OFFSET: String(this.state.clockOffset),
				...this.#options.env,
			},
		};
		this.n8n = await (this.#options.start ?? N8n.start)(options);
		await this.n8n.api.signIn(this.state.login);
	}

	/** The campaign's only run as it stands, read beside n8n; undefined before it is scheduled. */
	async report() {
		const store = await this.#open();
		const [run] = await store.ask('runsOf', { campaignId: this.state.campaignId });
		return run && (await store.ask('runReport', { run: run.run }));
	}

	/**
	 * Waits for the end of the run.
	 * @param {(report: any) => void} [onProgress] called about every second
	 */
	async finished(onProgress = () => {}, deadlineMs = 15 * 60_000) {
		const deadline = Date.now() + deadlineMs;
		for (;;) {
			const report = await this.report();
			if (report) onProgress(report);
			if (report && ['finished', 'missed', 'stopped'].includes(report.state)) return report;
			if (Date.now() > deadline) throw new Error(`The run has not ended after ${deadlineMs / 60_000} minutes: ${JSON.stringify(report)}`);
			await sleep(LOOK_AGAIN_MS);
		}
	}

	/** Some of those who got a message come back and buy: what the campaign's goal is to count. */
	async buy() {
		const store = await this.#open();
		const { run } = await this.report();
		const sent = (await this.people(run)).filter(({ outcome }) => outcome === 'sent').map(({ id }) => id);
		const bought = purchases(sent, { at: store.clock.now() });
		await store.ingest({ events: bought.events });
		return bought;
	}

	/**
	 * Compares ledgers and report with what the demo data must give.
	 * @param {{ allowUnknown?: number, purchases?: { conversions: number, revenue: number } }} [options] `purchases`: those of `buy`
	 */
	async verify({ allowUnknown = 0, purchases: bought } = {}) {
		const report = await this.report();
		const people = await this.people(report.run);
		const { failed: _failed, heldNow, notSent, ...figures } = report;
		return verify({
			expected: expected(this.audience),
			ledger: readLedger(this.ledgerFile),
			report: { runs: [{ ...figures, notSent, held: heldNow, failed: 0 }], people },
			allowUnknown,
			...(bought && { purchases: bought }),
		});
	}

	/** What became of each person of a run. */
	async people(run) {
		const store = await this.#open();
		const all = [];
		for (let after; ; ) {
			const page = await store.ask('peopleOfRun', { run, after, limit: 5_000 });
			all.push(...page.people.map((person) => ({ ...person, provider: PROVIDER_KINDS[person.provider] ?? person.provider })));
			if (page.next === undefined) return all;
			after = page.next;
		}
	}

	async stop() {
		await this.#store?.close();
		this.#store = undefined;
		await this.n8n?.kill();
		this.#providers?.child.removeAllListeners('exit');
		this.#providers?.child.kill();
	}

	async #save() {
		const file = join(this.#folder, 'state.json');
		await writeFile(`${file}.new`, JSON.stringify(this.state, null, '\t'));
		await rename(`${file}.new`, file);
	}

	/** The campaigns' store, opened beside n8n by the pack's own library. */
	async #open() {
		if (this.#store) return this.#store;
		const { openStore, systemClock } = createRequire(import.meta.url)(join(ROOT, 'dist', 'engine', 'index.js'));
		const path = join(this.userFolder, '.n8n', 'campaigns', 'store.sqlite');
		this.#store = await openStore({ ...(this.#options.store ?? { path }), accountZone, clock: systemClock(this.state.clockOffset) });
		return this.#store;
	}

	async #load(say) {
		const store = await this.#open();
		let done = 0;
		for (const batch of this.audience.batches()) {
			const { refused } = await store.call('ingest', batch);
			if (refused.length > 0) throw new Error(`The store refused ${refused.length} records of the demo, the first: ${refused[0].reason}`);
			const before = done;
			done += batch.events?.length ?? 0;
			if (Math.floor(done / 100_000) > Math.floor(before / 100_000)) say(`  ... ${done.toLocaleString('en')} events`);
		}
		await store.close();
		this.#store = undefined;
	}
}
