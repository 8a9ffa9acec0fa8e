#!/usr/bin/env node
// The demo's two SMS providers: loopback servers that write down what they accepted. One process for the whole demo,
// whatever happens to n8n meanwhile.
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answerGeneric } from './generic.mjs';
import { serve } from './http.mjs';
import { openLedger } from './ledger.mjs';
import { share } from './random.mjs';
import { answerTwilio } from './twilio.mjs';

export { readLedger } from './ledger.mjs';

/** The accounts that the providers know. They open nothing but these servers. */
export const demoAccounts = {
	twilio: { accountSid: 'AC00000000000000000000000000000de0', authToken: 'demo-auth-token', from: '+15005550006' },
	generic: { apiKey: 'demo-api-key' },
};

/**
 * @typedef {object} ProviderOptions
 * @property {string} ledgerFile
 * @property {number} [twilioPort] default 0: any free one
 * @property {number} [genericPort] the same
 * @property {number} [seed] decides which numbers are refused
 * @property {number} [refuseShare] share of numbers that the first provider always refuses, 0..1
 * @property {number} [timeoutCount] so many numbers at most does the first provider leave without an answer, each once
 * @property {number} [timeoutMs] after which the connection of such a request is closed
 * @property {number} [latencyMs] between accepting a message and answering
 */

/** Share of the numbers that may be left without an answer, until there were enough of them. */
const TIMEOUT_SHARE = 0.01;

/**
 * What the first provider does with a number; depends on nothing but the number and the seed.
 * @param {string} to E.164
 * @param {{ seed: number, refuseShare: number }} options
 * @returns {'accept' | 'refuse' | 'may hang'}
 */
export function fate(to, { seed, refuseShare }) {
	if (share(`refuse ${to}`, seed) < refuseShare) return 'refuse';
	return share(`hang ${to}`, seed) < TIMEOUT_SHARE ? 'may hang' : 'accept';
}

/**
 * Starts both. `GET /ledger` of either tells the counts.
 * @param {ProviderOptions} options
 * @returns {Promise<{ twilio: string, generic: string, close: () => Promise<void> }>} base URLs
 */
export async function start({
	ledgerFile,
	twilioPort = 0,
	genericPort = 0,
	seed = 1,
	refuseShare = 0.1,
	timeoutCount = 5,
	timeoutMs = 20_000,
	latencyMs = 20,
}) {
	const ledger = openLedger(ledgerFile);

	/** @param {string} provider @param {{ to: string, body: string, messageId?: string }} message */
	async function accept(provider, message) {
		// Written before the answer: whoever dies in between has sent a message without knowing it, as in life.
		ledger.write({ provider, ...message, outcome: 'accepted' });
		await sleep(latencyMs);
		return /** @type {const} */ ('accepted');
	}

	/** @param {{ to: string, body: string }} message */
	async function first(message) {
		const what = fate(message.to, { seed, refuseShare });
		if (what === 'refuse') {
			ledger.write({ provider: 'twilio', ...message, outcome: 'refused' });
			await sleep(latencyMs);
			return 20429;
		}
		const again = ledger.hasHung('twilio', message.to);
		if (what === 'may hang' && !again && ledger.counts().hung < timeoutCount) {
			ledger.write({ provider: 'twilio', ...message, outcome: 'hung' });
			await sleep(timeoutMs, undefined, { ref: false });
			return /** @type {const} */ ('hang up');
		}
		return await accept('twilio', message);
	}

	/** @param {(asked: import('./http.mjs').Asked) => Promise<import('./http.mjs').Answer>} answer */
	const withLedger = (answer) => (/** @type {import('./http.mjs').Asked} */ asked) =>
		asked.method === 'GET' && asked.path === '/ledger' ? { status: 200, body: ledger.counts() } : answer(asked);

	const twilio = await serve(twilioPort, withLedger((asked) => answerTwilio(asked, demoAccounts.twilio, first)));
	const generic = await serve(
		genericPort,
		withLedger((asked) => answerGeneric(asked, demoAccounts.generic.apiKey, (message) => accept('generic', message))),
	).catch(async (error) => {
		await twilio.close();
		throw error;
	});
	return {
		twilio: twilio.url,
		generic: generic.url,
		async close() {
			await Promise.all([twilio.close(), generic.close()]);
			ledger.close();
		},
	};
}

/** `node providers.mjs --ledger FILE [--port N] ...`: the second provider listens on the next port. */
async function main() {
	const { values } = parseArgs({
		options: {
			ledger: { type: 'string' },
			port: { type: 'string', default: '0' },
			seed: { type: 'string', default: '1' },
			'refuse-share': { type: 'string', default: '0.1' },
			timeouts: { type: 'string', default: '5' },
			'timeout-ms': { type: 'string', default: '20000' },
			latency: { type: 'string', default: '20' },
		},
	});
	if (values.ledger === undefined) throw new Error('Say where the ledger is: --ledger FILE');
	const port = Number(values.port);
	const running = await start({
		ledgerFile: values.ledger,
		twilioPort: port,
		genericPort: port === 0 ? 0 : port + 1,
		seed: Number(values.seed),
		refuseShare: Number(values['refuse-share']),
		timeoutCount: Number(values.timeouts),
		timeoutMs: Number(values['timeout-ms']),
		latencyMs: Number(values.latency),
	});
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
		process.once(signal, () => void running.close().then(() => process.exit(0)));
	}
	console.log(`ready ${JSON.stringify({ twilio: running.twilio, generic: running.generic, pid: process.pid })}`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	main().catch((error) => {
		console.error(error.message);
		process.exit(1);
	});
}
