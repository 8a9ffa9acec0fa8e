import { operation, type Tx } from '../store/database';
import { NO_SETTINGS, type AccountSettings } from './settings';

/** What the account has set; nothing, if nobody ever set anything. */
export async function settingsOf(tx: Tx): Promise<AccountSettings> {
	const row = await tx.get<{ value: string }>("SELECT value FROM setting WHERE name = 'account'");
	return row ? (JSON.parse(row.value) as AccountSettings) : NO_SETTINGS;
}

export const readSettings = operation<void, AccountSettings>(async (tx) => await settingsOf(tx), 'events');
