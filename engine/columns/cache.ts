/** A cache of a fixed number of bytes. What was used longest ago goes first. */
export class ByteCache<Value> {
	private readonly entries = new Map<string, { value: Value; bytes: number }>();

	private total = 0;

	constructor(private readonly capacity: number) {}

	get bytes(): number {
		return this.total;
	}

	get(key: string): Value | undefined {
		const entry = this.entries.get(key);
		if (!entry) return undefined;
		// A Map keeps the order of insertion.
		this.entries.delete(key);
		this.entries.set(key, entry);
		return entry.value;
	}

	/** Something larger than the cache is not kept. */
	set(key: string, value: Value, bytes: number): void {
		this.delete(key);
		if (bytes > this.capacity) return;
		this.entries.set(key, { value, bytes });
		this.total += bytes;
		for (const [oldest, entry] of this.entries) {
			if (this.total <= this.capacity) return;
			this.entries.delete(oldest);
			this.total -= entry.bytes;
		}
	}

	delete(key: string): void {
		const entry = this.entries.get(key);
		if (!entry) return;
		this.entries.delete(key);
		this.total -= entry.bytes;
	}

	clear(): void {
		this.entries.clear();
		this.total = 0;
	}
}
