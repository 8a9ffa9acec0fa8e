import { eventKey, type Column, type ColumnSource, type EventBatch, type EventQuery, type PeopleBatch } from '../../../engine/segments';
import { pathReader } from '../../../engine/segments/paths';
import { profileField } from '../../../engine/segments/profile-fields';
import type { RandomEvent, RandomPerson } from './populations';

export interface Shape {
	/** Rows per chunk of events. */
	rows: number;
	/** Chunks that lie outside of the window are left out, as far as this is true. */
	prunes: boolean;
	async: boolean;
}

type Row = RandomEvent & { person: number };

/**
 * People and events as a column store holds them: blocks of people by number, some of them out of date and corrected by
 * a later batch; chunks of events with other people's and other times' rows, with times only where they are needed;
 * columns as dictionaries, as numbers, or neither.
 */
export function columnarSource(people: RandomPerson[], numbers: number[], shape: Shape): ColumnSource {
	const last = numbers[numbers.length - 1] as number;
	const chunks = chunksOf(people, numbers, shape);
	const batches = [...blocksOf(people, numbers, last), correction(people, numbers)];
	return {
		span: () => ({ from: numbers[0] as number, to: last + 1 }),
		people: () => (shape.async ? later(batches) : batches),
		events: (query) => {
			const wanted = (chunks.get(query.name) ?? []).filter((rows) => !shape.prunes || rows.some(({ ts }) => ts >= query.from && ts <= query.to));
			const made = wanted.map((rows) => eventBatch(rows, query));
			return shape.async ? later(made) : made;
		},
		list: (id) => Uint32Array.from(numbers.filter((_, index) => people[index]?.lists.includes(id))),
	};
}

async function* later<Batch>(batches: Batch[]): AsyncGenerator<Batch> {
	for (const batch of batches) yield await Promise.resolve(batch);
}

/** Everybody's first events, then everybody's second, ...: in the order of arrival for each person. */
function chunksOf(people: RandomPerson[], numbers: number[], { rows }: Shape): Map<string, Row[][]> {
	const names = new Map<string, Row[]>();
	for (let turn = 0; people.some(({ events }) => turn < events.length); turn++) {
		for (const [index, { events }] of people.entries()) {
			const event = events[turn];
			if (!event) continue;
			const key = eventKey(event.name);
			names.set(key, [...(names.get(key) ?? []), { ...event, person: numbers[index] as number }]);
		}
	}
	const sliced = (all: Row[]) => Array.from({ length: Math.ceil(all.length / rows) }, (_, chunk) => all.slice(chunk * rows, (chunk + 1) * rows));
	return new Map([...names].map(([key, all]) => [key, sliced(all)]));
}

function eventBatch(rows: Row[], { from, to, times }: EventQuery): EventBatch {
	const [first, last] = [Math.min(...rows.map(({ ts }) => ts)), Math.max(...rows.map(({ ts }) => ts))];
	const offsets = rows.map(({ ts }) => ts - first);
	const fits = last - first < 2 ** 32;
	return {
		person: Uint32Array.from(rows, ({ person }) => person),
		first,
		last,
		time: times || first < from || last > to ? { base: first, offsets: fits ? Uint32Array.from(offsets) : Float64Array.from(offsets) } : undefined,
		property: (path) => columnOf(rows.map(({ properties }) => pathReader(path)(properties)), path),
	};
}

/** The kind of column differs by path and by length, so that each kind meets each kind of cell. */
function columnOf(cells: unknown[], path: string): Column {
	const get = (row: number) => cells[row];
	if (cells.every((cell) => cell === undefined || (typeof cell === 'number' && Number.isFinite(cell)))) {
		return { get, numbers: Float64Array.from(cells, (cell) => (cell === undefined ? NaN : (cell as number))) };
	}
	const kind = (path.length + cells.length) % 4;
	if (kind === 0) return { get };
	const values = [...new Set(cells)];
	const codes = cells.map((cell) => values.indexOf(cell));
	return { get, dictionary: { values, codes: kind === 1 ? Uint8Array.from(codes) : kind === 2 ? Uint16Array.from(codes) : Uint32Array.from(codes) } };
}

const BLOCK = 64;

/** What blocks say of everybody whose number is even is out of date: they live, and are somebody else. */
function blocksOf(people: RandomPerson[], numbers: number[], last: number): PeopleBatch[] {
	const blocks: PeopleBatch[] = [];
	for (let first = 0; first <= last; first += BLOCK) {
		const everybody = Array.from({ length: BLOCK }, (_, row) => first + row);
		const said = everybody.map((number) => {
			const person = people[numbers.indexOf(number)];
			return person && number % 2 === 0 ? { ...person, properties: { city: 'Lyon' }, bucketKey: 0, gone: null } : person;
		});
		const living = bits(BLOCK, (row) => said[row]?.gone === null);
		blocks.push({ ...peopleColumns(said), people: Uint32Array.from(everybody), dense: true, living });
	}
	return blocks;
}

function correction(people: RandomPerson[], numbers: number[]): PeopleBatch {
	const even = numbers.filter((number) => number % 2 === 0);
	const own = even.map((number) => people[numbers.indexOf(number)]);
	return { ...peopleColumns(own), people: Uint32Array.from(even), dense: false, living: bits(even.length, (row) => !own[row]?.gone) };
}

function peopleColumns(people: Array<RandomPerson | undefined>): Pick<PeopleBatch, 'bucketKeys' | 'property'> {
	return {
		bucketKeys: { get: (row) => people[row]?.bucketKey ?? 0 },
		property(path) {
			const field = profileField(path);
			const read = pathReader(path);
			return columnOf(people.map((each) => each && (field ? field(each) : read(each.properties))), path);
		},
	};
}

function bits(length: number, test: (row: number) => boolean): Uint32Array {
	const words = new Uint32Array(Math.ceil(length / 32));
	for (let row = 0; row < length; row++) if (test(row)) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
	return words;
}
