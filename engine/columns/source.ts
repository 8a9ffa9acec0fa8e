import { listMembers } from '../people/lists/read';
import type { ColumnSource, EventBatch, EventQuery, PeopleBatch, PeopleQuery, PersonRange } from '../segments/columns';
import type { Picture } from './column-store';
import { BLOCK_PEOPLE, PERSON_COLUMNS, type PersonRow } from './people-block';
import { peopleBatch } from './recent-people';

/** Everybody in the store. */
export class StoreSource implements ColumnSource {
	constructor(protected readonly picture: Picture) {}

	async span(): Promise<PersonRange> {
		const row = await this.picture.tx.get<{ last: number | null }>('SELECT max(person) AS last FROM person');
		return { from: 0, to: row?.last == null ? 0 : row.last + 1 };
	}

	async *people(query: PeopleQuery): AsyncGenerator<PeopleBatch> {
		const { tx, state, catalog, blocks, recentPeople } = this.picture;
		const { from, to } = query.range;
		const within = [...catalog.blocks.values()].filter(({ block }) => (block + 1) * BLOCK_PEOPLE > from && block * BLOCK_PEOPLE < to && this.isAsked(block));
		yield* blocks.batches(tx, within, query);
		yield* recentPeople.batches(tx, state, catalog);
	}

	/** Whether the answer may have people of a block. */
	protected isAsked(_block: number): boolean {
		return true;
	}

	/** By id or name. */
	async list(reference: string): Promise<Uint32Array> {
		return await listMembers(this.picture.tx, reference);
	}

	/** Chunks in the order in which their events arrived, then what is in none yet. */
	async *events(query: EventQuery): AsyncGenerator<EventBatch> {
		const { tx, state, catalog, chunks, recentEvents } = this.picture;
		const nameId = await this.picture.nameId(query.name);
		if (nameId === undefined) return;
		yield* chunks.batches(tx, catalog.chunks.get(nameId) ?? [], query);
		yield* recentEvents.of(tx, nameId, state);
	}
}

/** Of so few people the rows are read: quicker than whole columns, should these not be in memory. */
const FEW = 50;

/** Some people of the store. */
export class SomePeopleSource extends StoreSource {
	readonly only: Uint32Array;

	private readonly blocks: ReadonlySet<number>;

	constructor(picture: Picture, people: ArrayLike<number>) {
		super(picture);
		this.only = Uint32Array.from(new Set(Array.from(people))).sort();
		this.blocks = new Set(Array.from(this.only, (person) => Math.floor(person / BLOCK_PEOPLE)));
	}

	protected override isAsked(block: number): boolean {
		return this.blocks.has(block);
	}

	override async *people(query: PeopleQuery): AsyncGenerator<PeopleBatch> {
		if (this.only.length > FEW) return yield* super.people(query);
		const wanted = this.only.filter((person) => person >= query.range.from && person < query.range.to);
		yield peopleBatch(
			await this.picture.tx.all<PersonRow>(
				`SELECT ${PERSON_COLUMNS} FROM person
				 WHERE person IN (SELECT number FROM ${this.picture.tx.dialect.rows('$1', { number: 'integer' })} AS wanted) ORDER BY person`,
				[JSON.stringify(Array.from(wanted, (person) => [person]))],
			),
		);
	}
}
