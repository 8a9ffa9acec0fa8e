import type { Tx } from '../../store/database';
import type { ClaimBatch } from './candidate';
import type { Check } from './check';

export const WINDOW_MS = 5 * 60_000;
const KEPT_MS = 24 * 60 * 60_000;

/**
 * Messages of a channel over all campaigns, in windows of five minutes of the clock. Who finds the window full is
 * promised a place in the next one with room, so that nobody is overtaken; who comes too late for it takes another.
 */
export const channelThrottle: Check = {
	locks: ({ settings, channel }) => (settings.channels[channel]?.mostPer5Minutes === undefined ? [] : [`channel ${channel}`]),
	async prepare(tx, batch) {
		const { settings, channel, now } = batch;
		const most = settings.channels[channel]?.mostPer5Minutes;
		if (most === undefined) return undefined;
		const current = Math.floor(now / WINDOW_MS) * WINDOW_MS;
		const used = await usedPlaces(tx, channel, current);
		const taken = new Map<number, number>();
		let window = current;
		return {
			judge(candidate) {
				if (candidate.windowStart === null || candidate.windowStart < current) {
					while ((used.get(window) ?? 0) + (taken.get(window) ?? 0) >= most) window += WINDOW_MS;
					taken.set(window, (taken.get(window) ?? 0) + 1);
					candidate.windowStart = window;
				}
				if (candidate.windowStart === current) return undefined;
				const detail = `At most ${most} messages per 5 minutes on ${channel}`;
				return { kind: 'wait', until: candidate.windowStart, detail, otherwise: 'provider_unavailable' };
			},
			write: async () => await addPlaces(tx, channel, taken, current),
		};
	},
};

async function usedPlaces(tx: Tx, channel: string, from: number): Promise<Map<number, number>> {
	const rows = await tx.all<{ window_start: number; used: number }>(
		'SELECT window_start, used FROM channel_window WHERE channel = $1 AND window_start >= $2',
		[channel, from],
	);
	return new Map(rows.map((row) => [row.window_start, row.used]));
}

async function addPlaces(tx: Tx, channel: ClaimBatch['channel'], taken: Map<number, number>, current: number): Promise<void> {
	if (taken.size === 0) return;
	await tx.run('DELETE FROM channel_window WHERE channel = $1 AND window_start < $2', [channel, current - KEPT_MS]);
	await tx.run(
		`INSERT INTO channel_window (channel, window_start, used)
		 SELECT $2, a.window_start, a.used FROM ${tx.dialect.rows('$1', { window_start: 'integer', used: 'integer' })} AS a WHERE true
		 ON CONFLICT (channel, window_start) DO UPDATE SET used = channel_window.used + excluded.used`,
		[JSON.stringify([...taken]), channel],
	);
}
