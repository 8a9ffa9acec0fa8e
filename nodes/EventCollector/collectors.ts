import type { IWebhookFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { collect, type CollectRequest, type CollectResponse } from '../../engine/people/collect';
import { CollectorKeys, RateLimiter, RATES, type KeySettings } from '../../engine/people/keys';
import { whyUnsafe } from '../shared/collector-keys';
import { getStore } from '../shared/store';

export const COLLECTOR_CREDENTIAL = 'campaignsCollectorApi';

/** How long the keys of a credential are used before it is read again. */
const KEYS_FRESH_MS = 10_000;

interface Options {
	identifyByEmail?: boolean;
	protectedProperties?: string;
	publicRate?: number;
	serverRate?: number;
}

interface Kept {
	keys: CollectorKeys;
	readAt: number;
	rates: string;
	limiter: RateLimiter;
}

/** Keys and rate limits of each collector of this process. Module-level, as n8n makes node objects anew. */
const kept = new Map<string, Kept>();

/** Answers one request by the node's credential and parameters. */
export async function answer(context: IWebhookFunctions, request: CollectRequest): Promise<CollectResponse> {
	const store = await getStore(context);
	const options = context.getNodeParameter('options', {}) as Options;
	const { keys, limiter } = await settingsOf(context, options, store.clock.now());
	return await collect(request, {
		keys,
		limiter,
		clock: store.clock,
		ingest: async (input) => await store.call('ingest', input),
		identifyByEmail: options.identifyByEmail === true,
		protectedProperties: (options.protectedProperties ?? '').split(',').map((name) => name.trim()).filter(Boolean),
	});
}

async function settingsOf(context: IWebhookFunctions, options: Options, now: number): Promise<Kept> {
	const id = `${String(context.getWorkflow().id)} ${context.getNode().id}`;
	const { publicRate = RATES.public.perSecond, serverRate = RATES.server.perSecond } = options;
	const rates = `${publicRate} ${serverRate}`;
	const known = kept.get(id);
	if (known?.rates === rates && Math.abs(now - known.readAt) < KEYS_FRESH_MS) return known;
	const credential = await context.getCredentials(COLLECTOR_CREDENTIAL);
	// n8n saves credentials whose test has failed.
	const unsafe = whyUnsafe(credential);
	if (unsafe !== undefined) throw new CampaignError('collector_keys', `${unsafe}. Nothing is taken in until the Campaigns Collector credential is corrected.`);
	const settings: Kept = {
		keys: new CollectorKeys(credential as KeySettings),
		readAt: now,
		rates,
		limiter: known?.rates === rates ? known.limiter : limiterOf(publicRate, serverRate),
	};
	kept.set(id, settings);
	return settings;
}

/** Runs on the system clock: it measures how fast requests come, whatever hour a demonstration pretends. */
function limiterOf(publicRate: number, serverRate: number): RateLimiter {
	const rate = (perSecond: number, burst: number) => ({ perSecond, burst: perSecond * burst });
	return new RateLimiter({ now: () => Date.now() }, { public: rate(publicRate, 20), server: rate(serverRate, 10) });
}
