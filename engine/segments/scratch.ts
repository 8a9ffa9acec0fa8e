/** Kept between questions at most; what a question needs beyond that is made for it. */
const MOST_KEPT = 32 << 20;

/**
 * Typed arrays for the time of one question, full of zeros, out of one buffer that the next question uses again: making
 * and zeroing megabytes anew would take longer than many a question.
 */
export class Scratch {
	private buffer = new ArrayBuffer(0);

	private used = 0;

	private most = 0;

	/** Where `release` goes back to. */
	mark(): number {
		return this.used;
	}

	/** Arrays handed out since the mark must not be used any more. */
	release(mark: number): void {
		this.used = mark;
	}

	/** Before the next question: as large as the last one would have liked it. */
	settle(): void {
		this.used = 0;
		const wanted = Math.min(this.most, MOST_KEPT);
		if (wanted > this.buffer.byteLength) this.buffer = new ArrayBuffer(wanted);
	}

	bytes(length: number): Uint8Array {
		const start = this.take(length);
		return start < 0 ? new Uint8Array(length) : new Uint8Array(this.buffer, start, length).fill(0);
	}

	shorts(length: number): Uint16Array {
		const start = this.take(length * 2);
		return start < 0 ? new Uint16Array(length) : new Uint16Array(this.buffer, start, length).fill(0);
	}

	words(length: number): Uint32Array {
		const start = this.take(length * 4);
		return start < 0 ? new Uint32Array(length) : new Uint32Array(this.buffer, start, length).fill(0);
	}

	doubles(length: number): Float64Array {
		const start = this.take(length * 8);
		return start < 0 ? new Float64Array(length) : new Float64Array(this.buffer, start, length).fill(0);
	}

	/** Negative when the buffer has no room. */
	private take(bytes: number): number {
		const start = this.used;
		this.used += Math.ceil(bytes / 8) * 8;
		this.most = Math.max(this.most, this.used);
		return this.used <= this.buffer.byteLength ? start : -1;
	}
}

let idle: Scratch | undefined;

/** Runs `work` with the scratch that is kept, or with a new one while that is in use. */
export async function withScratch<Result>(work: (scratch: Scratch) => Promise<Result>): Promise<Result> {
	const scratch = idle ?? new Scratch();
	idle = undefined;
	try {
		return await work(scratch);
	} finally {
		scratch.settle();
		idle = scratch;
	}
}
