import { workerData } from 'node:worker_threads';

import { operations } from '../operations';
import type { Operation, Tx } from './database';
import { migrate } from './migrate';
import { forget, reportAlive, reportedOwners } from './processes';
import type { ThreadOptions, ThreadRequest } from './protocol';
import type { SqliteConnection } from './sqlite/connection';
import { Liveness } from './sqlite/liveness';
import { openFile } from './sqlite/open-file';
import { serve } from './thread-server';

/** The one thread that writes to the embedded store. */
const options = workerData as ThreadOptions & { path: string };
const { owner, accountZone: zone } = options;
const liveness = new Liveness(options.path, owner);
let connection: SqliteConnection | undefined;

serve(async ({ name, input, now }: ThreadRequest) => {
	connection ??= openFile(options.path);
	if (name === '$open') {
		const identity = await connection.write('full', migrate);
		await connection.write('events', async (tx) => await beat(tx, now));
		return identity;
	}
	// This thread may be the second of its process, the first having died with the lock.
	liveness.announce();
	if (name === '$beat') return await connection.write('events', async (tx) => await beat(tx, now));
	if (name === '$close') {
		await connection.write('events', async (tx) => await forget(tx, owner));
		liveness.withdraw();
		return connection.close();
	}
	const { durability, packing, run } = operations[name as keyof typeof operations] as Operation<unknown, unknown>;
	const prepared = packing ? packing.unpack(input as never) : input;
	return await connection.write(durability, async (tx) => await run(tx, prepared, { now, owner, zone }));
});

/** Reports this process, and forgets those whose lock is free. The lock says who lives, so the report never runs out. */
async function beat(tx: Tx, now: number): Promise<void> {
	// Also in a thread that took the place of one that died, and whose lock died with it.
	liveness.announce();
	await reportAlive(tx, owner, now, Number.MAX_SAFE_INTEGER);
	for (const other of await reportedOwners(tx)) {
		if (!liveness.isAlive(other)) await forget(tx, other);
	}
}
