import { operation } from '../store/database';
import { checkSettings, type AccountSettings } from './settings';

/** Replaces what the account has set; in force from the next claim on. Rejects with `invalid_settings`. */
export const saveSettings = operation<{ settings: AccountSettings }, void>(async (tx, { settings }, { now }) => {
	checkSettings(settings);
	await tx.run(
		`INSERT INTO setting (name, value, changed_at) VALUES ('account', $1, $2)
		 ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
		[JSON.stringify(settings), now],
	);
});
