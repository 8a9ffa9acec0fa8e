/** What became of a request. A failure says whether asking again might end otherwise. */
export type Asked<Answer> = { ok: true; answer: Answer; bytes: number } | { ok: false; detail: string; status?: number; final: boolean };

interface Kept<Answer> {
	asked: Asked<Answer>;
	/** Epoch milliseconds. */
	at: number;
	bytes: number;
}

/** How long a failure is believed that asking again would only repeat, ms. */
const FAILURE_MS = 60_000;

/** A key, an entry and its place in the map. */
const OVERHEAD_BYTES = 500;

/**
 * Answers by request, those used last, within a number of bytes. A request that is under way is not made a second time:
 * whoever wants the same waits for it.
 */
export class AnswerCache<Answer> {
	private readonly kept = new Map<string, Kept<Answer>>();

	private readonly underWay = new Map<string, Promise<Asked<Answer>>>();

	private bytes = 0;

	constructor(private readonly maxBytes: number) {}

	/**
	 * @param maxAgeMs how old an answer may be
	 * @param now epoch ms
	 * @param ask makes the request; must not reject
	 */
	async get(key: string, maxAgeMs: number, now: () => number, ask: () => Promise<Asked<Answer>>): Promise<Asked<Answer>> {
		const known = this.find(key, maxAgeMs, now());
		if (known) return known;
		const pending = this.underWay.get(key);
		if (pending) return await pending;
		const request = ask().finally(() => this.underWay.delete(key));
		this.underWay.set(key, request);
		const asked = await request;
		if (asked.ok || asked.final) this.keep(key, asked, now());
		return asked;
	}

	private find(key: string, maxAgeMs: number, now: number): Asked<Answer> | undefined {
		const entry = this.kept.get(key);
		if (!entry) return undefined;
		const longest = entry.asked.ok ? maxAgeMs : Math.min(maxAgeMs, FAILURE_MS);
		if (now >= entry.at + longest) return undefined;
		// The one used last is the last one of the map.
		this.kept.delete(key);
		this.kept.set(key, entry);
		return entry.asked;
	}

	private keep(key: string, asked: Asked<Answer>, at: number): void {
		this.drop(key);
		const bytes = OVERHEAD_BYTES + (asked.ok ? asked.bytes : 0);
		if (bytes > this.maxBytes) return;
		this.kept.set(key, { asked, at, bytes });
		this.bytes += bytes;
		for (const oldest of this.kept.keys()) {
			if (this.bytes <= this.maxBytes) return;
			this.drop(oldest);
		}
	}

	private drop(key: string): void {
		this.bytes -= this.kept.get(key)?.bytes ?? 0;
		this.kept.delete(key);
	}
}
