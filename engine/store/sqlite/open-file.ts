import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { CampaignError, toPlainError } from '../../errors';
import { SqliteConnection } from './connection';

/** Opens the embedded store's file for writing, making it and its folder where missing. Errors say which path and what to do. */
export function openFile(file: string): SqliteConnection {
	try {
		mkdirSync(path.dirname(file), { recursive: true });
		return new SqliteConnection(file);
	} catch (error) {
		if (error instanceof CampaignError) throw error;
		throw new CampaignError(
			'store_unwritable',
			`The campaign store cannot be opened at ${file}: ${toPlainError(error).message}.`,
			'Check that the folder exists and that n8n may write to it, or set N8N_CAMPAIGNS_STORE to another path.',
		);
	}
}
