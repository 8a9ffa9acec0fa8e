import type { Identifiers } from '../channels/export/meta/identifiers';
import { NAMING_KEYS } from '../channels/export/meta/keys';

/** 2^26: with a million identifiers in it, one of some sixty others is taken for one of them, which does no harm. */
const BITS = 2 ** 26;

/**
 * Identifiers of rows that leave, 8 MB of them however many they are. Who shares one with somebody who leaves might leave with
 * them, and has to be added again. Says yes of a few who share none, and never no of one who does.
 */
export class LeavingIdentifiers {
	private readonly bytes = new Uint8Array(BITS / 8);

	add(identifiers: Identifiers): void {
		for (const place of placesOf(identifiers)) this.bytes[place >>> 3] = this.byteOf(place) | (1 << (place & 7));
	}

	mayHoldOne(identifiers: Identifiers): boolean {
		return placesOf(identifiers).some((place) => (this.byteOf(place) & (1 << (place & 7))) !== 0);
	}

	private byteOf(place: number): number {
		return this.bytes[place >>> 3] as number;
	}
}

function placesOf(identifiers: Identifiers): number[] {
	return NAMING_KEYS.flatMap((key) => {
		const value = identifiers[key];
		return value === undefined ? [] : [placeOf(`${key} ${value}`)];
	});
}

/** FNV-1a, folded. */
function placeOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	return ((hash >>> 26) ^ hash) & (BITS - 1);
}
