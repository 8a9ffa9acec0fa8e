import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { N8n } from '../../scripts/lib/n8n.mjs';

const TRY_AGAIN_MS = 1_000;

/** Starts processes again that end by themselves, as systemd or Docker would; n8n ends when it has lost Redis for long. */
export class Supervisor {
	/** Which process ended by itself, and when, epoch ms. */
	readonly ended: Array<{ who: string; at: number }> = [];

	private stopped = false;

	/** @param restart must start `current` anew; tried until it does not reject */
	watch(who: string, current: () => N8n | undefined, restart: () => Promise<void>): void {
		void this.look(who, current, restart);
	}

	stop(): void {
		this.stopped = true;
	}

	private async look(who: string, current: () => N8n | undefined, restart: () => Promise<void>): Promise<void> {
		for (;;) {
			await current()?.exited;
			if (this.stopped) return;
			this.ended.push({ who, at: Date.now() });
			console.info(`${who} ended by itself. The end of its log:\n${current()?.log().slice(-1500)}`);
			while (!this.stopped && !(await restart().then(() => true, () => false))) await sleep(TRY_AGAIN_MS);
		}
	}
}

/** n8n waits ten seconds after a crash, lest it crashes in a loop; nothing else hangs on this file. */
export async function forgetCrash(userFolder: string): Promise<void> {
	await rm(join(userFolder, '.n8n', 'crash.journal'), { force: true });
}
