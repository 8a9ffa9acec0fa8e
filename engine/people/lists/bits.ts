/** People of one block: those whose number divided by this is the number of the block. */
export const BLOCK_SIZE = 4_096;

/** Digits that have bit 0, 1, 2 or 3 set. */
const DIGITS_WITH_BIT = ['13579bdf', '2367abef', '4567cdef', '89abcdef'] as const;

/** Where a person's bit is, for SQL that looks for it without reading the whole block. */
export interface BitPlace {
	block: number;
	/** Of the digit in the block's text, from 1. */
	position: number;
	/** The person is a member when the digit is one of these. */
	digits: string;
}

/** Person n of a block is bit n % 8 of byte n / 8; the block is those 512 bytes in hexadecimal digits. */
export function bitPlace(person: number): BitPlace {
	const bit = person % 8;
	const byte = Math.floor((person % BLOCK_SIZE) / 8);
	return { block: blockOf(person), position: byte * 2 + (bit < 4 ? 2 : 1), digits: DIGITS_WITH_BIT[bit % 4] as string };
}

export function blockOf(person: number): number {
	return Math.floor(person / BLOCK_SIZE);
}

/** Some members of a list, being changed. */
export class MemberBits {
	private readonly bytes: Buffer;

	constructor(members?: string) {
		this.bytes = members === undefined ? Buffer.alloc(BLOCK_SIZE / 8) : Buffer.from(members, 'hex');
	}

	/** @returns whether that changed anything */
	set(person: number, member: boolean): boolean {
		const index = Math.floor((person % BLOCK_SIZE) / 8);
		const bit = 1 << (person % 8);
		const byte = this.bytes[index] as number;
		if (((byte & bit) !== 0) === member) return false;
		this.bytes[index] = byte ^ bit;
		return true;
	}

	toText(): string {
		return this.bytes.toString('hex');
	}
}

/** Writes the numbers of a block's members, ascending, into `people` from `at` on. @returns where the next ones go */
export function readMembers(block: number, members: string, people: Uint32Array, at: number): number {
	const bytes = Buffer.from(members, 'hex');
	let next = at;
	for (let index = 0; index < bytes.length; index++) {
		let byte = bytes[index] as number;
		const first = block * BLOCK_SIZE + index * 8;
		while (byte !== 0) {
			const bit = 31 - Math.clz32(byte & -byte);
			people[next++] = first + bit;
			byte &= byte - 1;
		}
	}
	return next;
}
