import { doubled } from './grow';

/** Pairs of a slot and the code of a value, numbered 0, 1, 2, ... as they are first met. 16 to 32 bytes per pair. */
export class PairTable {
	count = 0;

	/** By number of the pair. */
	slots = new Uint32Array(1024);

	codes = new Uint32Array(1024);

	/** Open addressing: 0 is free, else a pair's number and 1. At most half of it is taken. */
	private places = new Uint32Array(2048);

	/** The pair's number; a new one if it has not been met. */
	add(slot: number, code: number): number {
		const place = this.placeOf(slot, code);
		const known = this.places[place] as number;
		if (known !== 0) return known - 1;
		const pair = this.count++;
		this.slots[pair] = slot;
		this.codes[pair] = code;
		this.places[place] = pair + 1;
		if (this.count === this.slots.length) this.grow();
		return pair;
	}

	/** Negative when the pair has not been met. */
	find(slot: number, code: number): number {
		return (this.places[this.placeOf(slot, code)] as number) - 1;
	}

	private placeOf(slot: number, code: number): number {
		const mask = this.places.length - 1;
		let place = mixed(slot, code) & mask;
		for (;;) {
			const known = this.places[place] as number;
			if (known === 0 || (this.slots[known - 1] === slot && this.codes[known - 1] === code)) return place;
			place = (place + 1) & mask;
		}
	}

	private grow(): void {
		this.slots = doubled(this.slots);
		this.codes = doubled(this.codes);
		this.places = new Uint32Array(this.places.length * 2);
		for (let pair = 0; pair < this.count; pair++) {
			this.places[this.placeOf(this.slots[pair] as number, this.codes[pair] as number)] = pair + 1;
		}
	}
}

/** MurmurHash3's finalizer over both. */
function mixed(slot: number, code: number): number {
	let hash = Math.imul(slot, 0x9e3779b1) ^ Math.imul(code, 0x85ebca77);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return hash ^ (hash >>> 16);
}
