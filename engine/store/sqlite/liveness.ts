import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import { nodeSqlite } from './node-sqlite';

/**
 * Tells at once whether a process that worked on an embedded store is still alive. Each holds an exclusive lock on a
 * small SQLite file of its own; the operating system lets go of it however the process ends, so whoever can take the
 * lock knows that the owner is gone. (A pid would lie after a container restart, a heartbeat is late by its period.)
 */
export class Liveness {
	private readonly folder: string;

	private lock?: DatabaseSync;

	constructor(
		storePath: string,
		private readonly owner: string,
	) {
		this.folder = `${storePath}.owners`;
	}

	/** Shows the others that this process lives. Called again it does nothing, or makes up for a lock that could not be had. */
	announce(): void {
		if (this.lock) return;
		mkdirSync(this.folder, { recursive: true });
		this.lock = tryLock(this.file(this.owner));
	}

	isAlive(owner: string): boolean {
		if (owner === this.owner) return true;
		const file = this.file(owner);
		if (!existsSync(file)) return false;
		const lock = tryLock(file);
		if (!lock) return true;
		lock.close();
		rmSync(file, { force: true });
		return false;
	}

	withdraw(): void {
		this.lock?.close();
		rmSync(this.file(this.owner), { force: true });
	}

	private file(owner: string): string {
		return path.join(this.folder, `${owner}.lock`);
	}
}

function tryLock(file: string): DatabaseSync | undefined {
	const { DatabaseSync: Database } = nodeSqlite();
	const db = new Database(file, { timeout: 0 });
	try {
		db.exec('BEGIN EXCLUSIVE');
		return db;
	} catch {
		db.close();
		return undefined;
	}
}
