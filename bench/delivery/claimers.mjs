// Processes that claim, mark and settle messages of batches handed to them, through the pack or by bare statements; they begin together.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';


export async function startClaimers({ child: module = './claimers-child.mjs', options, claimers, atOnce, node, campaignId, batches }) {
	const path = fileURLToPath(new URL(module, import.meta.url));
	const children = Array.from({ length: claimers }, () => fork(path, { serialization: 'advanced' }));
	await Promise.all(
		children.map(async (child, index) => {
			const own = batches.filter((_, number) => number % claimers === index);
			child.send({ options, atOnce, node, campaignId, batches: own });
			await answer(child);
		}),
	);
	return {
		/** @returns seconds until the last has ended, and how many messages ended how */
		async run() {
			const started = performance.now();
			const ends = await Promise.all(
				children.map(async (child) => {
					child.send('begin');
					const states = await answer(child);
					return { states, at: performance.now() };
				}),
			);
			for (const child of children) child.send('end');
			await Promise.all(children.map((child) => once(child, 'exit')));
			const states = {};
			for (const end of ends) for (const [state, count] of Object.entries(end.states)) states[state] = (states[state] ?? 0) + count;
			return { seconds: (Math.max(...ends.map(({ at }) => at)) - started) / 1_000, states };
		},
	};
}

async function answer(child) {
	const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`A process ended with ${code}`)))]);
	return message;
}
