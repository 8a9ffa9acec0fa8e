import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

import { CampaignError } from '../../errors';
import type { Departures } from '../departures';

/** Bytes of the first line, which says under which start of the machine the file was written. */
const HEADER = 64;

/** Bytes of a message's number. */
const NUMBER = 8;

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Departures in a small file beside the store. What a process has written lies with the system, and stays when the process
 * is killed, without waiting for the disk; only the machine itself can lose it, by which the file becomes void.
 */
export class DeparturesFile implements Departures {
	generation = 1;

	private isOver = false;

	private readonly free: number[] = [];

	private places = 0;

	private constructor(
		private readonly path: string,
		private readonly file: number,
	) {}

	/** Undefined where nobody could tell later whether the machine was started anew, or the file cannot be made. */
	static open(store: string, owner: string): DeparturesFile | undefined {
		const boot = currentBoot();
		if (boot === undefined) return undefined;
		const path = pathOf(store, owner);
		try {
			const file = openSync(path, 'w', 0o600);
			writeSync(file, boot);
			return new DeparturesFile(path, file);
		} catch {
			return undefined;
		}
	}

	begin(message: number): number {
		if (this.isOver) throw new CampaignError('store_closed', 'The campaign store has been closed.');
		const place = this.free.pop() ?? this.places++;
		const number = Buffer.alloc(NUMBER);
		number.writeBigUInt64LE(BigInt(message));
		try {
			writeSync(this.file, number, 0, NUMBER, HEADER + place * NUMBER);
		} catch (error) {
			this.free.push(place);
			throw error;
		}
		return place;
	}

	end(place: number): void {
		this.free.push(place);
	}

	/** The thread that holds the lock of this process died. */
	noteLoss(): void {
		this.generation++;
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
}

/** Messages whose requests may have left a process of this owner, and some that are settled; undefined: nobody can tell. */
export function departedOf(store: string, owner: string): number[] | undefined {
	try {
		const bytes = readFileSync(pathOf(store, owner));
		if (bytes.subarray(0, HEADER).toString() !== currentBoot()) return undefined;
		const count = Math.floor((bytes.length - HEADER) / NUMBER);
		return Array.from({ length: count }, (_, place) => Number(bytes.readBigUInt64LE(HEADER + place * NUMBER)));
	} catch {
		return undefined;
	}
}

/** When nobody asks any more. */
export function forgetDepartures(store: string, owner: string): void {
	rmSync(pathOf(store, owner), { force: true });
}

function pathOf(store: string, owner: string): string {
	return `${store}.owners/${owner}.departures`;
}

function currentBoot(): string | undefined {
	try {
		return readFileSync(BOOT_ID, 'latin1').trim().slice(0, HEADER).padEnd(HEADER);
	} catch {
		return undefined;
	}
}
