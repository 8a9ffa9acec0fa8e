/*
 * A process that runs the test campaign, for tests that kill it: releases people from the trigger, holds every second
 * one at a gate for a moment, sends to all. `campaign-process.ts STORE LEDGER [EVERY CAMPAIGN...]`; STORE is a path or
 * options as JSON. It ends by itself when the run is over; one of several, for whom no provider takes every EVERYth
 * person, conducts these campaigns until it is killed.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Conductor } from '../../engine/campaigns/conductor';
import type { HttpRequest, Provider } from '../../engine/channels/provider';
import type { Exchange } from '../../engine/channels/http/transport';
import { attemptGroup } from '../../engine/delivery/attempt';
import { deliver } from '../../engine/delivery/deliver';
import type { ArrivalDecision } from '../../engine/holds/gate';
import { startReleaser } from '../../engine/holds/releaser';
import { HoldState } from '../../engine/holds/states';
import { openStore } from '../../engine/store/open';
import type { Store, StoreOptions } from '../../engine/store/store';
import { CAMPAIGN_ID, node } from './campaign';

/** One request as its provider saw it. */
export interface LedgerLine {
	at: number;
	person: number;
	provider: string;
	outcome: 'asked' | 'accepted' | 'refused';
}

const [storeName, ledgerName, every, ...campaigns] = process.argv.slice(2) as [string, string, string | undefined, ...string[]];

const isTakenByNobody = (person: number) => every !== undefined && person % Number(every) === 0;

/** The first provider is quick and refuses every third person, the second takes one at a time. */
const providers = [provider('first', 10, (person) => person % 3 === 0 || isTakenByNobody(person)), provider('second', 1, isTakenByNobody)];

interface Traveller {
	entry: number;
	visit: number;
	person: number;
	run: number;
	campaignId: string;
	since: number;
}

interface Places {
	trigger: number;
	gate: number;
	sms: number;
}

void main(storeName.startsWith('{') ? (JSON.parse(storeName) as StoreOptions) : { path: storeName }, ledgerName);

async function main(options: StoreOptions, ledger: string): Promise<void> {
	const store = await openStore(options);
	const places = { trigger: await node(store, 'trigger'), gate: await node(store, 'gate'), sms: await node(store, 'sms') };
	const over = new Promise<void>((resolve) => {
		const announce = async () => {
			if (campaigns.length === 0) setImmediate(resolve);
			return true;
		};
		const conductors = (campaigns.length > 0 ? campaigns : [CAMPAIGN_ID]).map((campaignId) => new Conductor({ store, campaignId, node: places.trigger, announce }));
		const beat = async () => {
			for (const conductor of conductors) await conductor.beat();
		};
		for (const place of Object.values(places)) release(store, places, place, ledger, place === places.trigger ? beat : undefined);
	});
	process.stdout.write('ready\n');
	await over;
	process.exit(0);
}

function release(store: Store, places: Places, place: number, ledger: string, beat?: () => Promise<void>): void {
	startReleaser({
		store,
		node: place,
		limit: 500,
		inFlight: 4,
		emit: async (token) => {
			const people = await store.call('openRelease', { token, node: place });
			const travellers = people.map(({ entry, visit, person, run, campaignId, heldAt }) => ({ entry, visit: visit + 1, person, run, campaignId, since: heldAt }));
			if (place === places.trigger) await send(store, places, ledger, await throughGate(store, places, travellers));
			if (place === places.gate) await send(store, places, ledger, travellers);
			if (place === places.sms) await send(store, places, ledger, travellers.map((one) => ({ ...one, visit: one.visit - 1 })));
			return 'success';
		},
		beat,
		onTrouble: (error) => error && process.stderr.write(`${error.message}\n`),
	});
}

/** Whoever passes at once; the others are held, and come out of the gate later. */
async function throughGate(store: Store, { gate }: Places, travellers: Traveller[]): Promise<Traveller[]> {
	const known = await store.call('lookUpArrivals', { node: gate, arrivals: travellers });
	const recorded = new Map(known.map((arrival) => [arrival.entry, arrival.recorded]));
	const fresh = travellers.filter(({ entry }) => recorded.get(entry) === null);
	const now = store.clock.now();
	const arrivals = fresh.map(({ entry, visit, run, person }): ArrivalDecision => ({
		entry, visit, run, decision: person % 2 === 0 ? { kind: 'pass' } : { kind: 'hold', until: now + (person % 20) * 50 },
	}));
	const { decided } = await store.call('recordDecisions', { node: gate, arrivals });
	const ours = new Set(decided.map(({ entry }) => entry));
	const passing = new Set(arrivals.filter(({ entry, decision }) => decision.kind === 'pass' && ours.has(entry)).map(({ entry }) => entry));
	return travellers.filter(({ entry }) => passing.has(entry) || recorded.get(entry) === HoldState.passedAtOnce);
}

async function send(store: Store, { sms }: Places, ledger: string, travellers: Traveller[]): Promise<void> {
	const deliveries = travellers.map((one) => ({
		...one,
		key: '',
		address: { ok: true as const, address: `phone ${one.person}` },
		render: () => ({ ok: true as const, message: one.person }),
		payload: null,
	}));
	await deliver(deliveries, {
		store,
		node: sms,
		channel: 'sms',
		send: async (person: number, requests) => await attemptGroup(providers, person, {
			...requests, now: Date.now, sleep, random: Math.random, transport: { send: async (request) => await answer(request, ledger) },
		}),
		maxWaitMs: 3_600_000,
		canHold: true,
	});
}

function provider(label: string, concurrency: number, refuses: (person: number) => boolean): Provider<number> {
	return {
		kind: label, label, idempotent: false, timeoutMs: 10_000, concurrency,
		request: (person) => ({ method: 'POST', url: 'http://provider/', headers: {}, body: JSON.stringify({ person, provider: label, outcome: refuses(person) ? 'refused' : 'accepted' }) }),
		read: ({ status }) => (status === 200 ? { outcome: 'sent', providerId: null } : { outcome: 'refused', kind: 'request', code: String(status), detail: 'refused' }),
	};
}

/** The provider at the other end: writes down what it did, and answers a little later. */
async function answer({ body }: HttpRequest, ledger: string): Promise<Exchange> {
	const line = JSON.parse(body ?? '') as Omit<LedgerLine, 'at'>;
	write(ledger, { ...line, outcome: 'asked' });
	await sleep(5 + Math.random() * 20);
	write(ledger, line);
	await sleep(5 + Math.random() * 20);
	return { kind: 'response', response: { status: line.outcome === 'accepted' ? 200 : 422, headers: {}, body: '' } };
}

function write(ledger: string, line: Omit<LedgerLine, 'at'>): void {
	appendFileSync(ledger, `${JSON.stringify({ ...line, at: Date.now() } satisfies LedgerLine)}\n`);
}
