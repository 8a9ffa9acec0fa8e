import { closeSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';

import { CampaignError, toPlainError } from '../../errors';
import type { Departures } from '../departures';

/** Bytes of the first line, which says under which start of the machine the file was written. The last of them is the seal. */
const HEADER = 64;

const SEAL = { at: HEADER - 1, open: ' ', sealed: 'x', void: 'v' };

/** Bytes of a message's number. */
const NUMBER = 8;

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Departures in a small file beside the store. What a process has written lies with the system, and stays when the process
 * is killed, without waiting for the disk; only the machine itself can lose it, by which the file becomes void. Whoever
 * takes the process for dead seals the file before reading it, and the process looks for the seal after writing: if that was
 * a mistake, either the reader knows of a request or the process knows of the reader, makes the file void and its marks anew.
 * (Readers are inside a transaction, before which or after which the marks are made.)
 */
export class DeparturesFile implements Departures {
	isVoid = false;

	private isOver = false;

	private readonly free: number[] = [];

	private places = 0;

	private readonly seal = Buffer.alloc(1);

	private constructor(
		private readonly path: string,
		private readonly file: number,
	) {}

	/** Undefined where nobody could tell later whether the machine was started anew, or the file cannot be made. */
	static open(store: string, owner: string): DeparturesFile | undefined {
		const boot = currentBoot();
		if (boot === undefined) return undefined;
		const path = pathOf(store, owner);
		let file: number | undefined;
		try {
			file = openSync(path, 'w+', 0o600);
			writeSync(file, boot + SEAL.open);
			return new DeparturesFile(path, file);
		} catch {
			if (file !== undefined) closeSync(file);
			return undefined;
		}
	}

	begin(message: number): number | undefined {
		if (this.isOver) throw new CampaignError('store_closed', 'The campaign store has been closed.');
		if (this.isVoid) return undefined;
		const place = this.free.pop() ?? this.places++;
		try {
			this.write(place, message);
			readSync(this.file, this.seal, 0, 1, SEAL.at);
			if (this.seal.toString() !== SEAL.open) this.giveUp();
		} catch (error) {
			this.free.push(place);
			throw new CampaignError('store_unwritable', `The file beside the campaign store that says which requests have begun cannot be written: ${toPlainError(error).message}.`, 'Check that there is room on the disk and that n8n may write there. The message was not sent.');
		}
		return place;
	}

	end(place: number): void {
		try {
			if (!this.isOver) this.write(place, 0);
		} catch {
			// Then it counts as begun, should the message be marked once more and the process die.
		}
		this.free.push(place);
	}

	/** Nothing may leave any more: whatever has not is taken back. */
	stop(): void {
		this.isOver = true;
	}

	/** When that is done. */
	close(): void {
		closeSync(this.file);
		rmSync(this.path, { force: true });
	}

	/** What leaves from here on stands in no file. */
	private giveUp(): void {
		writeSync(this.file, SEAL.void, SEAL.at);
		this.isVoid = true;
	}

	private write(place: number, message: number): void {
		const number = Buffer.alloc(NUMBER);
		number.writeBigUInt64LE(BigInt(message));
		writeSync(this.file, number, 0, NUMBER, HEADER + place * NUMBER);
	}
}

/** Messages whose requests may have left a process of this owner; undefined: nobody can tell. */
export function departedOf(store: string, owner: string): number[] | undefined {
	let file: number | undefined;
	try {
		file = openSync(pathOf(store, owner), 'r+');
		const before = Buffer.alloc(HEADER);
		readSync(file, before, 0, HEADER, 0);
		const written = before.toString();
		const boot = currentBoot();
		if (boot === undefined || ![boot + SEAL.open, boot + SEAL.sealed].includes(written)) return undefined;
		if (written.endsWith(SEAL.open)) writeSync(file, SEAL.sealed, SEAL.at);
		const bytes = readFileSync(pathOf(store, owner));
		const count = Math.floor((bytes.length - HEADER) / NUMBER);
		return Array.from({ length: count }, (_, place) => Number(bytes.readBigUInt64LE(HEADER + place * NUMBER))).filter((message) => message > 0);
	} catch {
		return undefined;
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

/** When nobody asks any more. One that is left over costs a few bytes. */
export function forgetDepartures(store: string, owner: string): void {
	try {
		rmSync(pathOf(store, owner), { force: true });
	} catch {
		// As said.
	}
}

function pathOf(store: string, owner: string): string {
	return `${store}.owners/${owner}.departures`;
}

function currentBoot(): string | undefined {
	try {
		return readFileSync(BOOT_ID, 'latin1').trim().slice(0, SEAL.at).padEnd(SEAL.at);
	} catch {
		return undefined;
	}
}
