import { findEventNames } from '../people/event-names';
import type { ColumnSource } from '../segments/columns';
import type { Tx } from '../store/database';
import { BlockReader } from './block-reader';
import type { Bounds } from './bounded-rows';
import { ByteCache } from './cache';
import { readCatalog, readState, type Catalog, type UpkeepState } from './catalog';
import { ChunkReader } from './chunk-reader';
import { GonePeople } from './gone';
import { RecentEvents } from './recent-events';
import { RecentPeople } from './recent-people';
import { SomePeopleSource, StoreSource } from './source';
import type { Damage } from './upkeep/repair';

/** Memory for columns, per thread that answers questions. */
const CACHE_BYTES = 128 * 1024 * 1024;

/** What a question works with. Valid for one transaction. */
export interface Picture {
	readonly tx: Tx;
	readonly state: UpkeepState;
	readonly catalog: Catalog;
	readonly chunks: ChunkReader;
	readonly blocks: BlockReader;
	readonly recentEvents: RecentEvents;
	readonly recentPeople: RecentPeople;
	/** The number of an event's name; undefined when no event has it. */
	nameId(matchKey: string): Promise<number | undefined>;
}

/**
 * The columns of a store, as one thread knows them: what it has read stays in memory, within bounds, and each question
 * first catches up with what has been committed since the last one.
 */
export class ColumnStore {
	/** Chunks and blocks whose columns could not be read: they have been made of their rows, and upkeep has to write them anew. */
	private readonly damaged = { chunks: new Set<number>(), blocks: new Set<number>() };

	/** Generation of columns that cannot be used at all. */
	private unusable: number | undefined;

	private reported = new Set<string>();

	private readonly gone = new GonePeople();

	private readonly chunks: ChunkReader;

	private readonly blocks: BlockReader;

	private readonly recentEvents: RecentEvents;

	private readonly recentPeople: RecentPeople;

	private readonly nameIds = new Map<string, number>();

	private state?: UpkeepState;

	private catalog?: Catalog;

	/** @param newest what to keep of the rows that are not in columns yet; the rest is read for each question */
	constructor(cacheBytes = CACHE_BYTES, newest: { events?: Bounds; people?: Bounds } = {}) {
		this.recentEvents = new RecentEvents(newest.events);
		this.recentPeople = new RecentPeople(newest.people);
		this.chunks = new ChunkReader(new ByteCache(cacheBytes), this.gone, this.damaged.chunks);
		this.blocks = new BlockReader(this.chunks.cache, this.damaged.blocks);
	}

	/** Bytes of columns in memory. */
	get bytes(): number {
		return this.chunks.cache.bytes;
	}

	/**
	 * What the evaluator reads in this transaction, caught up with it.
	 * @param options.people only these people, in any order
	 */
	async source(tx: Tx, options: { people?: ArrayLike<number> } = {}): Promise<ColumnSource> {
		const picture = await this.refresh(tx);
		return options.people ? new SomePeopleSource(picture, options.people) : new StoreSource(picture);
	}

	/** The columns cannot answer: until they have been written anew, questions are answered from rows. */
	giveUp(): void {
		this.unusable = this.state?.generation;
	}

	/** Damage met since the last time; undefined when there was none. */
	takeDamage(): Damage | undefined {
		const fresh = (kind: string, numbers: Iterable<number>) => {
			return [...numbers].filter((number) => !this.reported.has(`${kind} ${number}`) && this.reported.add(`${kind} ${number}`));
		};
		const [chunks, blocks] = [fresh('chunk', this.damaged.chunks), fresh('block', this.damaged.blocks)];
		const all = this.unusable !== undefined && fresh('generation', [this.unusable]).length > 0;
		return all || chunks.length + blocks.length > 0 ? { chunks, blocks, all, generation: all ? this.unusable : undefined } : undefined;
	}

	private async refresh(tx: Tx): Promise<Picture> {
		const state = await readState(tx);
		const known = this.state;
		if (!this.catalog || known?.generation !== state.generation) {
			this.catalog = await readCatalog(tx, state);
			this.recentPeople.blocksChanged();
			// Numbers of chunks are used once, those of blocks stay.
			this.damaged.blocks.clear();
			for (const each of this.reported) if (each.startsWith('block ')) this.reported.delete(each);
		}
		if (this.catalog.isDamaged) this.unusable = state.generation;
		// Columns of which some are lost answer nothing: everything is read from the rows until they have been made anew.
		const isUsable = this.unusable !== state.generation;
		const usable = isUsable ? state : { ...state, events: 0, people: 0 };
		const catalog = isUsable ? this.catalog : { ...this.catalog, chunks: new Map(), blocks: new Map() };
		const isSettled = known !== undefined && tx.dialect.name === 'sqlite';
		if (!isSettled || known.peopleSettled !== state.peopleSettled || known.people !== state.people || !isUsable) {
			const outdated = await this.gone.refresh(tx, state);
			if (outdated === 'reread') this.recentEvents.forget();
			else if (outdated === 'replace') this.recentEvents.replace(this.gone);
			await this.recentPeople.refresh(tx, usable);
		}
		await this.recentEvents.refresh(tx, usable);
		this.state = state;
		const { chunks, blocks, recentEvents, recentPeople } = this;
		return { tx, state: usable, catalog, chunks, blocks, recentEvents, recentPeople, nameId: async (key) => await this.nameId(tx, key) };
	}

	/** Names are never forgotten, but a new one may come at any time. */
	private async nameId(tx: Tx, matchKey: string): Promise<number | undefined> {
		const known = this.nameIds.get(matchKey);
		if (known !== undefined) return known;
		const found = (await findEventNames(tx, [matchKey])).get(matchKey);
		if (found !== undefined) this.nameIds.set(matchKey, found);
		return found;
	}
}
