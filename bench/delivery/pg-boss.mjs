// pg-boss, which keeps a queue in PostgreSQL: as many jobs fetched and completed, in its batch form.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median } from '../lib/figures.mjs';

const CHILD = fileURLToPath(new URL('./pg-boss-child.mjs', import.meta.url));
/** Jobs at a time: those of our batches, and more. The better one counts. */
const BATCHES = [500, 2_000];

export async function timePgBoss({ url, jobs, rounds, processes }) {
	const { PgBoss } = await import('pg-boss');
	const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
	boss.on('error', (error) => console.error(error));
	await boss.start();
	const results = [];
	for (const batch of BATCHES) {
		const rates = [];
		for (let round = 0; round <= rounds; round++) {
			const queue = `messages-${batch}-${round}`;
			await boss.createQueue(queue);
			await fill(boss, queue, jobs);
			const rate = await drain({ url, queue, batch, jobs, processes });
			if (round > 0) rates.push(rate);
			await boss.deleteQueue(queue);
		}
		results.push({ batch, rates });
	}
	await boss.stop({ graceful: false });
	return results.sort((a, b) => median(b.rates) - median(a.rates))[0];
}

async function fill(boss, queue, jobs) {
	for (let from = 0; from < jobs; from += 5_000) {
		await boss.insert(queue, Array.from({ length: Math.min(5_000, jobs - from) }, (_, index) => ({ data: { entry: from + index, person: from + index } })));
	}
}

async function drain({ url, queue, batch, jobs, processes }) {
	const children = Array.from({ length: processes }, () => fork(CHILD, [JSON.stringify({ url, queue, batch })]));
	await Promise.all(children.map((child) => once(child, 'message')));
	const started = performance.now();
	const counts = await Promise.all(
		children.map(async (child) => {
			child.send('begin');
			const [{ count }] = await once(child, 'message');
			return count;
		}),
	);
	const seconds = (performance.now() - started) / 1_000;
	await Promise.all(children.map(async (child) => {
		child.disconnect();
		await once(child, 'exit');
	}));
	const count = counts.reduce((sum, each) => sum + each, 0);
	if (count !== jobs) throw new Error(`pg-boss completed ${count} of ${jobs} jobs`);
	return jobs / seconds;
}
