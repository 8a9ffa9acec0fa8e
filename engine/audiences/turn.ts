import { CampaignError } from '../errors';
import { operation, type Tx } from '../store/database';
import { forgetErased } from './erase';
import { isCurrent, type Replacement } from './replacement';

/** So long, ms, an audience stays with a run that says nothing of itself. Whoever waits for the ad network says so in between. */
const TURN_MS = 120_000;

/** A run's hold on an audience: every change names it. */
export interface Turn {
	/** Number of the audience in the store. */
	audience: number;
	/** Made by the run. */
	token: string;
}

interface AudienceRow {
	audience: number;
	token: string | null;
	busy_until: number;
	replacement: string | null;
}

/**
 * Takes an audience for one run. Rejects with `audience_busy` while another one has it. What a replacement that was cut off
 * leaves is returned; after its time is over it is none any more: see `isCurrent`.
 */
export const takeAudience = operation(async (tx: Tx, { id, token }: { id: string; token: string }, { now }): Promise<{ turn: Turn; replacement?: Replacement; expired?: Replacement }> => {
	await forgetErased(tx, now);
	await tx.run('INSERT INTO audience (id, busy_until) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING', [id]);
	const row = (await tx.get<AudienceRow>(`SELECT audience, token, busy_until, replacement FROM audience WHERE id = $1 ${tx.dialect.forUpdate}`, [id])) as AudienceRow;
	if (row.token !== null && Number(row.busy_until) > now) {
		throw new CampaignError('audience_busy', `Audience ${id} is just being changed by another run`, 'Run this one when the other has ended. If n8n was stopped in the midst of it, that is in two minutes.');
	}
	await tx.run('UPDATE audience SET token = $2, busy_until = $3 WHERE audience = $1', [row.audience, token, now + TURN_MS]);
	const replacement = row.replacement === null ? undefined : (JSON.parse(row.replacement) as Replacement);
	const turn = { audience: row.audience, token };
	if (!replacement) return { turn };
	return isCurrent(replacement, now) ? { turn, replacement } : { turn, expired: replacement };
});

export const keepAudience = operation(async (tx: Tx, turn: Turn, { now }): Promise<void> => await requireTurn(tx, turn, now), 'events');

export const leaveAudience = operation(async (tx: Tx, { audience, token }: Turn): Promise<void> => {
	await tx.run('UPDATE audience SET token = NULL, busy_until = 0 WHERE audience = $1 AND token = $2', [audience, token]);
}, 'events');

/** Rejects with `audience_taken` when another run has it by now; else it stays with this one for a while more. */
export async function requireTurn(tx: Tx, { audience, token }: Turn, now: number): Promise<void> {
	const kept = await tx.run('UPDATE audience SET busy_until = $3 WHERE audience = $1 AND token = $2', [audience, token, now + TURN_MS]);
	if (kept === 0) throw new CampaignError('audience_taken', 'Another run has taken over this audience', 'This one had not been heard of for two minutes. The other does what is left.');
}
