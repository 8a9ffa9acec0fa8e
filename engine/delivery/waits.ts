import { WAITS_FOR_MIDNIGHT } from '../gates/cut-off';

/** Why a message waits at its sender though no provider has refused it; for the operator. */
export const WAITS_FOR_PLACE = 'All places are taken, but some may come free';

const WINDOW = /^At most \d+ messages per 5 minutes on /;

/** As WAITS_FOR_PLACE, of one that waits for a window of its channel's throttle. */
export function waitsForWindow(most: number, channel: string): string {
	return `At most ${most} messages per 5 minutes on ${channel}`;
}

/** Whether a message with this detail waits for a provider: that is waited for no longer than the sender says. */
export function isForProvider(detail: string | null): boolean {
	return detail !== WAITS_FOR_PLACE && detail !== WAITS_FOR_MIDNIGHT && !WINDOW.test(detail ?? '');
}
