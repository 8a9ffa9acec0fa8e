/*
 * A process that asks a server at a shared pace: `pace-process.ts OPTIONS` (PaceProcess as JSON). Prints `ready`,
 * begins when something comes on stdin, ends when all is answered.
 */
import { Pacers } from '../../engine/delivery/pace';
import { SharedPace, type SharedPaceOptions } from '../../engine/delivery/shared-pace';

export interface PaceProcess {
	redis: SharedPaceOptions['redis'];
	prefix: string;
	/** What is asked, with ?from= added. */
	url: string;
	name: string;
	requests: number;
	provider: { identity: string; concurrency?: number; requestsPerSecond?: number; timeoutMs: number };
}

void main(JSON.parse(process.argv[2] as string) as PaceProcess);

async function main({ redis, prefix, url, name, requests, provider }: PaceProcess): Promise<void> {
	const shared = new SharedPace({ redis, prefix, onTrouble: (error) => process.stdout.write(`${error ? 'away' : 'back'}\n`) });
	const pacers = new Pacers();
	pacers.share(shared);
	const paced = {
		kind: 'test', label: 'test', idempotent: false, ...provider,
		request: () => ({ method: 'GET' as const, url, headers: {} }),
		read: () => ({ outcome: 'sent' as const, providerId: null }),
	};
	process.stdout.write('ready\n');
	await new Promise((resolve) => process.stdin.once('data', resolve));
	await Promise.all(
		Array.from({ length: requests }, async () => await pacers.run(paced, async () => await (await fetch(`${url}?from=${name}`)).text())),
	);
	shared.close();
	process.exit(0);
}
