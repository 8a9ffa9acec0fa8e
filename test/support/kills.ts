import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { mulberry32 } from '../../engine/campaigns/shuffle';
import { DEFAULT_CONCURRENCY } from '../../engine/delivery/pace';
import type { Demo } from '../../scripts/demo/demo.mjs';
import { expected } from '../../scripts/demo/expected.mjs';
import { readLedger } from '../../scripts/demo/ledger.mjs';

/** Requests that one process may have under way: the demo has two providers. What is killed with them is unknown. */
export const IN_FLIGHT = 2 * DEFAULT_CONCURRENCY;

const LOOK_AGAIN_MS = 50;
const STUCK_MS = 180_000;

/** Between the last that a provider saw of a message and the outcome's being in the store, latency and a busy machine included. */
const SETTLED_WITHIN_MS = 3_000;

/** When to kill: so many messages were accepted and so much time has passed since, or since the last start. */
export interface Moment {
	accepted: number;
	delayMs: number;
}

/** Kills wanted: CAMPAIGNS_KILLS, else the suite's own number. */
export function killsWanted(usual: number): number {
	return Number(process.env.CAMPAIGNS_KILLS ?? usual);
}

/** Numbers in [0, 1) from CAMPAIGNS_SEED, else from a new seed. It is printed: the same seed plans the same kills. */
export function seededRandom(): () => number {
	const seed = Number(process.env.CAMPAIGNS_SEED ?? randomInt(1_000_000));
	console.info(`CAMPAIGNS_SEED=${seed}`);
	return mulberry32(seed);
}

/**
 * Moments all over a run of `total` messages, each in its own part of it. Every fourth kill hits n8n again while it is
 * still recovering from the last.
 */
export function planKills(count: number, total: number, random: () => number): Moment[] {
	return Array.from({ length: count }, (_, index) => {
		const soon = index % 4 === 3;
		return {
			accepted: soon ? 0 : Math.floor((total * (index + random())) / (count + 1)),
			delayMs: Math.floor(random() * (soon ? 4_000 : 700)),
		};
	});
}

/** Waits for a moment of the run, and tells whether it was still going on then. Rejects when the run stands still. */
export async function reached(demo: Demo, { accepted, delayMs }: Moment): Promise<boolean> {
	const deadline = Date.now() + STUCK_MS;
	for (let now = await acceptedBy(demo); now < accepted; now = await acceptedBy(demo)) {
		if (Date.now() > deadline) throw new Error(`Only ${now} of ${accepted} messages were accepted in time: ${JSON.stringify(await demo.report())}`);
		await sleep(LOOK_AGAIN_MS);
	}
	await sleep(delayMs);
	const report = await demo.report();
	return report?.state !== 'finished';
}

/** So many kills must meet the run going on; the last ones may come after its end on a quick machine, and must change nothing then. */
export function mostOf(count: number): number {
	return Math.ceil(count * 0.7);
}

/** Messages that the demo's providers have accepted so far. */
async function acceptedBy(demo: Demo): Promise<number> {
	const response = await fetch(`http://127.0.0.1:${demo.state?.providerPort}/ledger`);
	return ((await response.json()) as { accepted: number }).accepted;
}

/** How many messages the demo's run has to send. */
export function messagesOf(demo: Demo): number {
	return expected(demo.audience).sentCount;
}

/**
 * Everybody got the message exactly once or is accounted for, and nobody is unknown without a kill that explains it.
 * @param killedAt when a process that sends was killed, epoch ms
 */
export async function expectEverybodyOnce(demo: Demo, killedAt: number[]): Promise<void> {
	const report = await demo.report();
	const allowUnknown = killedAt.length * IN_FLIGHT;
	const hung = readLedger(demo.ledgerFile).hung.size;
	console.info(
		`${killedAt.length} kills of senders: ${report.qualified} qualified, ${report.sent} sent, ${report.unknown} unknown ` +
			`(at most ${allowUnknown} requests were under way at the kills, ${hung} were never answered), not sent ${JSON.stringify(report.notSent)}`,
	);
	const { problems } = await demo.verify({ allowUnknown });
	expect(problems).toEqual([]);
	expect(await unexplained(demo, report.run, killedAt)).toEqual([]);
}

/** Unknown people whose last request the provider had answered well before any kill. */
async function unexplained(demo: Demo, run: number, killedAt: number[]): Promise<string[]> {
	const { hung, entries } = readLedger(demo.ledgerFile);
	const { numberOf } = expected(demo.audience);
	const lastOf = new Map(entries.map(({ to, at }) => [to, Date.parse(at)]));
	const unknown = (await demo.people(run)).filter(({ outcome }) => outcome === 'unknown');
	const numbers = unknown.map(({ id }) => numberOf.get(id) as string);
	return numbers.filter((number) => {
		const last = lastOf.get(number);
		const isCutOff = last === undefined || killedAt.some((at) => last < at + SETTLED_WITHIN_MS && at - last < SETTLED_WITHIN_MS);
		return !isCutOff && !hung.has(number);
	});
}

/**
 * Lets the template run in small batches that take a while, so that kills meet people at every place of it.
 * @param rate how many people the throttle lets through in how many seconds
 * @param ofProvider options of the second provider
 */
export function inSmallBatches(rate: { people: number; seconds: number }, ofProvider?: Record<string, unknown>) {
	return (workflow: { nodes: Array<{ type: string; parameters: Record<string, unknown> }> }): void => {
		for (const { type, parameters } of workflow.nodes) {
			if (type.endsWith('.campaignTrigger')) parameters.options = { ...(parameters.options as object), peoplePerBatch: 60 };
			if (type.endsWith('.throttle')) Object.assign(parameters, { people: rate.people, interval: rate.seconds, unit: 'seconds' });
			if (type.endsWith('SmsProvider')) parameters.options = { ...(parameters.options as object), ...ofProvider };
		}
	};
}

/** Messages that the tests of the suite send together. */
const MESSAGES = Number(process.env.CAMPAIGNS_MESSAGES ?? 20_000);

/** How they share them; `npm run test:faults` sends all of them. */
const SHARES = { regular: 0.4, queue: 0.25, outage: 0.27, defaults: 0.03, store: 0.05 };

/** How many messages one of the tests is to send, about. */
export function shareOfMessages(of: keyof typeof SHARES): number {
	return Math.round(MESSAGES * SHARES[of]);
}

/** What of an eager audience gets a message, at least: some have no number, some opted out. */
const MESSAGES_PER_PERSON = 0.85;

/** Options of a demo whose run sends about so many messages. */
export function audienceOf(messages: number): { people: number; events: number; eager: true } {
	const people = Math.ceil(messages / MESSAGES_PER_PERSON);
	return { people, events: 7 * people, eager: true };
}
