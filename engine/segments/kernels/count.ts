import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';

/** A byte counts up to this; what is beyond stands in a map, since few people do anything so often. */
const MOST = 255;

export class Count implements Kernel {
	private readonly counts: Uint8Array;

	private readonly beyond = new Map<number, number>();

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.counts = scratch.bytes(Math.ceil(size / 32) * 32);
	}

	add(_batch: EventBatch, { slots, count }: Selection): void {
		const { counts, size } = this;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			const known = counts[slot] as number;
			if (known < MOST) counts[slot] = known + 1;
			else this.beyond.set(slot, (this.beyond.get(slot) ?? MOST) + 1);
		}
	}

	holding(): PeopleSet {
		const { test, includeZero } = this.plan;
		const passes = new Uint8Array(MOST + 1);
		for (let count = 0; count <= MOST; count++) passes[count] = test(count) ? 1 : 0;
		if (!includeZero) passes[0] = 0;
		const found = new PeopleSet(this.size);
		passing(this.counts, passes, found.words);
		for (const [slot, count] of this.beyond) found.set(slot, test(count));
		found.trim();
		return found;
	}
}

/** Sets the bit of every slot whose count passes; looks at four counts at a time, most of which are 0. */
function passing(counts: Uint8Array, passes: Uint8Array, words: Uint32Array): void {
	const fours = new Uint32Array(counts.buffer, counts.byteOffset, counts.length / 4);
	const zeroPasses = passes[0] === 1;
	for (let index = 0; index < fours.length; index++) {
		const four = fours[index] as number;
		if (four === 0 && !zeroPasses) continue;
		const bits =
			(passes[four & 255] as number) |
			((passes[(four >>> 8) & 255] as number) << 1) |
			((passes[(four >>> 16) & 255] as number) << 2) |
			((passes[four >>> 24] as number) << 3);
		words[index >>> 3] = (words[index >>> 3] as number) | (bits << ((index & 7) * 4));
	}
}
