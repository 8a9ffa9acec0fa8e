// A lock between processes of one machine: a file that holds its owner's process id.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_AGAIN_MS = 500;

/**
 * Runs `work` while no other process does under the same lock; waits as long as that takes. A lock whose owner has
 * died is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
	await mkdir(dirname(file), { recursive: true });
	while (!(await take(file))) {
		if (await isAbandoned(file)) await rm(file, { force: true });
		else await sleep(LOOK_AGAIN_MS);
	}
	try {
		return await work();
	} finally {
		await rm(file, { force: true });
	}
}

async function take(file) {
	try {
		await writeFile(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	}
}

async function isAbandoned(file) {
	const owner = Number(await readFile(file, 'utf8').catch(() => ''));
	if (!owner || owner === process.pid) return false; // just released, just taken, or taken elsewhere in this process
	try {
		process.kill(owner, 0);
		return false;
	} catch (error) {
		return error.code === 'ESRCH';
	}
}
