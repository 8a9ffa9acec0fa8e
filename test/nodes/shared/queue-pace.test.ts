import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { redisOfQueue } from '../../../nodes/shared/queue-pace';

describe('the Redis that n8n\'s environment names', () => {
	it('is the one on this machine unless something is said', () => {
		expect(redisOfQueue({})).toEqual({ host: 'localhost', port: 6379, db: 0, username: undefined, password: undefined });
	});

	it('may be anywhere, with a user, a password and a database', () => {
		const env = {
			QUEUE_BULL_REDIS_HOST: 'redis.example', QUEUE_BULL_REDIS_PORT: '6380', QUEUE_BULL_REDIS_DB: '3',
			QUEUE_BULL_REDIS_USERNAME: 'n8n', QUEUE_BULL_REDIS_PASSWORD: 'p', QUEUE_BULL_REDIS_DUALSTACK: 'true',
		};
		expect(redisOfQueue(env)).toEqual({ host: 'redis.example', port: 6380, db: 3, username: 'n8n', password: 'p', family: 0 });
	});

	it('takes empty variables as unset', () => {
		expect(redisOfQueue({ QUEUE_BULL_REDIS_USERNAME: '', QUEUE_BULL_REDIS_PASSWORD: '', QUEUE_BULL_REDIS_TLS: 'false' })).toEqual(redisOfQueue({}));
	});

	it('may want TLS, and a certificate that is not checked', () => {
		expect(redisOfQueue({ QUEUE_BULL_REDIS_TLS: 'true' })).toMatchObject({ tls: { rejectUnauthorized: true } });
		const env = { QUEUE_BULL_REDIS_TLS: 'true', QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE: 'false', QUEUE_BULL_REDIS_TLS_SERVERNAME: 'redis' };
		expect(redisOfQueue(env)).toMatchObject({ tls: { rejectUnauthorized: false, servername: 'redis' } });
	});

	it('may be a cluster', () => {
		const env = { QUEUE_BULL_REDIS_CLUSTER_NODES: 'one:7000, two:7001', QUEUE_BULL_REDIS_PASSWORD: 'p', QUEUE_BULL_REDIS_DNS_LOOKUP_STRATEGY: 'NONE' };
		expect(redisOfQueue(env)).toEqual({
			nodes: [{ host: 'one', port: 7000 }, { host: 'two', port: 7001 }],
			options: { redisOptions: { db: 0, username: undefined, password: 'p' }, dnsLookup: expect.any(Function) },
		});
	});

	it('may have its password in a file', () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
		const file = path.join(folder, 'password');
		writeFileSync(file, 'from a file\n');
		expect(redisOfQueue({ QUEUE_BULL_REDIS_PASSWORD_FILE: file })).toMatchObject({ password: 'from a file' });
		rmSync(folder, { recursive: true });
	});
});
