import { workerData } from 'node:worker_threads';

import { takeBack } from '../delivery/take-back';
import { toPlainError } from '../errors';
import { operations } from '../operations';
import type { Durability, Operation, Tx } from './database';
import { migrate } from './migrate';
import { forget, reportAlive, reportedOwners } from './processes';
import type { ThreadOptions, ThreadRequest, ThreadResponse } from './protocol';
import type { SqliteConnection } from './sqlite/connection';
import { departedOf, forgetDepartures } from './sqlite/departures';
import { Liveness } from './sqlite/liveness';
import { openFile } from './sqlite/open-file';
import { answerOf, serveTogether } from './thread-server';

/** The one thread that writes to the embedded store. */
const options = workerData as ThreadOptions & { path: string };
const { owner, accountZone: zone } = options;
const liveness = new Liveness(options.path, owner);
let connection: SqliteConnection | undefined;

/** After so long the answers are due to those who were first. */
const LONGEST_TOGETHER_MS = 20;

serveTogether(async (requests) => {
	const [first] = requests as [ThreadRequest];
	connection ??= openFile(options.path);
	if (isOwn(first)) return [await answerOf(first, attendTo)];
	// This thread may be the second of its process, the first having died with the lock.
	liveness.announce();
	return await writeTogether(connection, requests.slice(0, endOfGroup(requests)));
});

/** Operations that have come at the same time are committed at once, those alike in how durable they are: an outcome does not wait for an import. */
function endOfGroup(requests: readonly ThreadRequest[]): number {
	const durability = durabilityOf(requests[0] as ThreadRequest);
	const end = requests.findIndex((request) => isOwn(request) || durabilityOf(request) !== durability);
	return end === -1 ? requests.length : end;
}

async function writeTogether(to: SqliteConnection, requests: readonly ThreadRequest[]): Promise<ThreadResponse[]> {
	const [first] = requests as [ThreadRequest];
	const durability = durabilityOf(first);
	// Alone it needs no savepoint, for which SQLite keeps a copy of every page that changes.
	if (requests.length === 1) return [await answerOf(first, async () => await to.write(durability, work(first)))];
	const until = performance.now() + LONGEST_TOGETHER_MS;
	let begun = 0;
	const next = () => {
		const request = begun === 0 || performance.now() < until ? requests[begun] : undefined;
		if (request) begun++;
		return request && work(request);
	};
	const results = await to.writeTogether(durability, next);
	return results.map((result, index) => answer((requests[index] as ThreadRequest).id, result));
}

function isOwn({ name }: ThreadRequest): boolean {
	return name.startsWith('$');
}

function operationOf({ name }: ThreadRequest): Operation<unknown, unknown> {
	return operations[name as keyof typeof operations] as Operation<unknown, unknown>;
}

/** One that there is not fails as `work`. */
function durabilityOf({ name }: ThreadRequest): Durability {
	return (operations as Partial<Record<string, { durability: Durability }>>)[name]?.durability ?? 'full';
}

function work(request: ThreadRequest): (tx: Tx) => Promise<unknown> {
	return async (tx) => {
		const { packing, run } = operationOf(request);
		return await run(tx, packing ? packing.unpack(request.input as never) : request.input, { now: request.now, owner, zone });
	};
}

function answer(id: number, result: PromiseSettledResult<unknown>): ThreadResponse {
	return result.status === 'fulfilled' ? { id, output: result.value } : { id, error: toPlainError(result.reason) };
}

/** What the store itself asks of its thread. */
async function attendTo({ name, now }: ThreadRequest): Promise<unknown> {
	const to = connection as SqliteConnection;
	if (name === '$open') {
		const identity = await to.write('full', migrate);
		await beat(to, now);
		return identity;
	}
	liveness.announce();
	if (name === '$beat') return await beat(to, now);
	// Nothing leaves any more by now.
	await to.write('events', async (tx) => await takeLeaveOf(tx, owner));
	liveness.withdraw();
	return to.close();
}

/** Reports this process, and forgets those whose lock is free. The lock says who lives, so the report never runs out. */
async function beat(to: SqliteConnection, now: number): Promise<void> {
	// Also in a thread that took the place of one that died, and whose lock died with it.
	liveness.announce();
	const gone = await to.write('events', async (tx) => {
		await reportAlive(tx, owner, now, Number.MAX_SAFE_INTEGER);
		const dead = (await reportedOwners(tx)).filter((other) => !liveness.isAlive(other));
		for (const other of dead) await takeLeaveOf(tx, other);
		return dead;
	});
	// Not before it is written what they tell.
	for (const other of gone) forgetDepartures(options.path, other);
}

async function takeLeaveOf(tx: Tx, other: string): Promise<void> {
	await takeBack(tx, other, departedOf(options.path, other));
	await forget(tx, other);
}
