// One process that fetches and completes jobs until there are none.
import { PgBoss } from 'pg-boss';

const { url, queue, batch } = JSON.parse(process.argv[2]);
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false, migrate: false });
boss.on('error', (error) => console.error(error));
await boss.start();
process.on('disconnect', () => process.exit());
process.once('message', async () => {
	let count = 0;
	// Two at once: while one batch is completed the next is fetched.
	const work = async () => {
		for (;;) {
			const jobs = await boss.fetch(queue, { batchSize: batch });
			if (jobs.length === 0) return;
			await boss.complete(queue, jobs.map(({ id }) => id));
			count += jobs.length;
		}
	};
	await Promise.all([work(), work()]);
	process.send({ count });
});
process.send('ready');
