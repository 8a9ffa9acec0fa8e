import { randomBytes } from 'node:crypto';

import { CampaignError } from '../errors';
import type { Tx } from './database';
import { ddl } from './dialects';
import { migrations } from './migrations';

/** What every process that opens the store must know about it. */
export interface StoreIdentity {
	fingerprint: string;
	secret: string;
}

/**
 * Brings the schema up to date inside `tx` (a write transaction: two processes that start together queue up here)
 * and returns the store's identity. Refuses a store that a newer version of the pack has migrated.
 */
export async function migrate(tx: Tx): Promise<StoreIdentity> {
	await tx.lock('migrate');
	await tx.run('CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, name text NOT NULL)');
	const row = await tx.get<{ version: number | null }>('SELECT max(version) AS version FROM schema_version');
	const current = row?.version ?? 0;
	const latest = migrations[migrations.length - 1]?.version ?? 0;
	if (current > latest) {
		throw new CampaignError(
			'store_newer',
			`The campaign store has schema version ${current}, but this version of n8n-nodes-campaigns knows only up to ${latest}.`,
			'Update n8n-nodes-campaigns on this machine. Nothing was changed in the store.',
		);
	}
	for (const migration of migrations) {
		if (migration.version <= current) continue;
		for (const each of migration.statements) {
			const statement = typeof each === 'string' ? each : each[tx.dialect.name];
			if (statement !== undefined) await tx.run(ddl(tx.dialect, statement));
		}
		await tx.run('INSERT INTO schema_version (version, name) VALUES ($1, $2)', [migration.version, migration.name]);
	}
	return await identity(tx);
}

async function identity(tx: Tx): Promise<StoreIdentity> {
	const fresh = JSON.stringify([
		['fingerprint', randomBytes(8).toString('hex')],
		['secret', randomBytes(32).toString('hex')],
	]);
	await tx.run(
		`INSERT INTO meta (key, value)
		 SELECT key, value FROM ${tx.dialect.rows('$1', { key: 'text', value: 'text' })} AS fresh WHERE true
		 ON CONFLICT (key) DO NOTHING`,
		[fresh],
	);
	const rows = await tx.all<{ key: keyof StoreIdentity; value: string }>('SELECT key, value FROM meta');
	return Object.fromEntries(rows.map((row) => [row.key, row.value])) as unknown as StoreIdentity;
}
