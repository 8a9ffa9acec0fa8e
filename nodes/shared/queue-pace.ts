import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { LoggerProxy } from 'n8n-workflow';

import { processPacers } from '../../engine/delivery/pace';
import { SharedPace, type SharedPaceOptions } from '../../engine/delivery/shared-pace';

let shared: SharedPace | undefined;

/** In queue mode the pace of providers holds for all of n8n's processes, by way of the Redis that n8n uses itself. */
export function sharePaceInQueueMode(): void {
	if (shared || process.env.EXECUTIONS_MODE !== 'queue') return;
	shared = new SharedPace({
		redis: redisOfQueue(process.env),
		prefix: process.env.QUEUE_BULL_PREFIX || 'bull',
		onTrouble: (error) => {
			if (error) LoggerProxy.warn(`Campaigns: Redis does not answer (${error.message}). Each process now keeps its share of the pace of every provider.`);
			else LoggerProxy.info('Campaigns: Redis answers again; the pace of providers is kept over all processes.');
		},
	});
	processPacers.share(shared);
}

/** The Redis that n8n's environment names, read as n8n 2.41 reads it. */
export function redisOfQueue(env: NodeJS.ProcessEnv): SharedPaceOptions['redis'] {
	const setting = (name: string) => read(env, `QUEUE_BULL_REDIS_${name}`);
	const isOn = (name: string, otherwise: boolean) => {
		const value = setting(name)?.toLowerCase();
		return value === undefined ? otherwise : value === 'true' || value === '1';
	};
	const options: RedisOptions = {
		username: setting('USERNAME'),
		password: setting('PASSWORD'),
		db: Number(setting('DB') ?? 0),
		...(isOn('DUALSTACK', false) && { family: 0 }),
		...(isOn('TLS', false) && {
			tls: { servername: setting('TLS_SERVERNAME'), rejectUnauthorized: isOn('TLS_VALIDATE_CERTIFICATE', true) },
		}),
	};
	const nodes = (setting('CLUSTER_NODES') ?? '').split(',').filter((pair) => pair.trim());
	if (nodes.length === 0) return { ...options, host: setting('HOST') ?? 'localhost', port: Number(setting('PORT') ?? 6379) };
	return {
		nodes: nodes.map((pair) => {
			const [host = '', port] = pair.trim().split(':');
			return { host, port: Number(port ?? 6379) };
		}),
		options: {
			redisOptions: options,
			...(setting('DNS_LOOKUP_STRATEGY') === 'NONE' && { dnsLookup: (address, found) => found(null, address) }),
		},
	};
}

/** A variable, or the content of the file that its `_FILE` names. Empty is unset. */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
	const file = env[`${name}_FILE`];
	return env[name] || (file ? readFileSync(file, 'utf8').trim() : undefined) || undefined;
}
