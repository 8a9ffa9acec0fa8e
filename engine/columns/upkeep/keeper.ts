import type { Change } from './change';
import type { Damage } from './repair';
import type { UpkeepRequest } from './upkeep';

/** Records written by this process after which it looks whether there is work. */
const LOOK_AFTER = 16_384;

/** Time after which it looks anyway: other processes write, too. */
const LOOK_EVERY_MS = 30_000;

/** How long one process does the work before another may. */
export const LEASE_MS = 60_000;

export interface KeeperTools {
	/** Finds and does the next piece of work, in a thread of its own. */
	next(request: UpkeepRequest): Promise<Change | undefined>;
	/** Writes it. */
	apply(change: Change): Promise<{ applied: boolean }>;
	/** Whether this process is the one to do it now. */
	claim(): Promise<boolean>;
}

/** Has the columns of a store brought up to date by and by, while it is open. */
export class Keeper {
	private readonly timer: NodeJS.Timeout;

	private running?: Promise<void>;

	private written = 0;

	private damage: Damage = { chunks: [], blocks: [], all: false };

	private closed = false;

	constructor(private readonly tools: KeeperTools) {
		this.timer = setInterval(() => this.wake(), LOOK_EVERY_MS).unref();
	}

	/** Records have been written. */
	noteWritten(records: number): void {
		this.written += records;
		if (this.written < LOOK_AFTER) return;
		this.written = 0;
		this.wake();
	}

	/** A question met columns that are not what was written. */
	noteDamage(damage: Damage): void {
		this.addDamage(damage);
		this.wake();
	}

	private addDamage({ chunks, blocks, all, generation }: Damage): void {
		this.damage.chunks.push(...chunks);
		this.damage.blocks.push(...blocks);
		if (!all) return;
		this.damage.all = true;
		this.damage.generation = generation;
	}

	/** Does whatever there is to do, however little, and resolves when nothing is left. */
	async bringUpToDate(): Promise<void> {
		await this.running;
		await this.start(true);
	}

	async close(): Promise<void> {
		this.closed = true;
		clearInterval(this.timer);
		await this.running;
	}

	/** Failures are met again at the next look; meanwhile questions are answered from more rows. */
	private wake(): void {
		if (this.running || this.closed) return;
		this.start(false).catch(() => {});
	}

	private async start(all: boolean): Promise<void> {
		const work = this.work(all);
		const ended = work.catch(() => {}).then(() => {
			if (this.running === ended) this.running = undefined;
		});
		this.running = ended;
		await work;
	}

	private async work(all: boolean): Promise<void> {
		let forget = false;
		while (!this.closed) {
			const { damage } = this;
			// Of damage only the process that met it knows, so it is mended here, whoever has the work at the moment.
			const isDamaged = damage.all || damage.chunks.length + damage.blocks.length > 0;
			if (!all && !isDamaged && !(await this.tools.claim())) return;
			this.damage = { chunks: [], blocks: [], all: false };
			try {
				const change = await this.tools.next({ all, damage, forget });
				if (!change) return;
				forget = !(await this.tools.apply(change)).applied;
			} catch (error) {
				this.addDamage(damage);
				throw error;
			}
		}
	}
}
