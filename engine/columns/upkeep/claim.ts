import { operation } from '../../store/database';
import { LEASE_MS } from './keeper';
import { writeValues } from './values';

/** Makes this process the one that keeps the columns up to date for a while; two would do everything twice. */
export const claimUpkeep = operation<void, { claimed: boolean }>(async (tx, _input, { now, owner }) => {
	await tx.lock('upkeep');
	const rows = await tx.all<{ name: string; value: number }>("SELECT name, value FROM upkeep WHERE name IN ('holder', 'heldUntil')");
	const { holder, heldUntil = 0 } = Object.fromEntries(rows.map(({ name, value }) => [name, value])) as { holder?: number; heldUntil?: number };
	const self = Number.parseInt(owner.slice(0, 8), 16);
	// A clock that was put back must not keep everybody waiting.
	if (holder !== self && heldUntil > now && heldUntil <= now + LEASE_MS) return { claimed: false };
	// Written once in a while only: a claim comes before every piece of work.
	if (holder === self && heldUntil > now + LEASE_MS / 2) return { claimed: true };
	await writeValues(tx, { holder: self, heldUntil: now + LEASE_MS });
	return { claimed: true };
}, 'events');
