import { blocksOfRun } from '../../../engine/campaigns/blocks-of-run';

const people = Uint32Array.from({ length: 1_000 }, (_, index) => 3 * index + 1);
const isSorted = (block: Uint32Array) => block.every((person, index) => index === 0 || person > (block[index - 1] as number));
const inOrder = (blocks: Uint32Array[]) => blocks.flatMap((block) => [...block]);

describe('blocks of a run', () => {
	it.each([Infinity, 1_000, 300, 1, 0])('hold everybody once, at most so many each, with %d places', (places) => {
		const blocks = blocksOfRun(people, { seed: 7, places, blockSize: 64 });
		expect(inOrder(blocks).sort((a, b) => a - b)).toEqual([...people]);
		expect(Math.max(...blocks.map(({ length }) => length))).toBe(64);
		expect(blocks.every(({ length }) => length > 0)).toBe(true);
	});

	it('are the same for one seed, and others for another', () => {
		const of = (seed: number) => inOrder(blocksOfRun(people, { seed, places: 300, blockSize: 64 }));
		expect(of(7)).toEqual(of(7));
		expect(of(7)).not.toEqual(of(8));
	});

	it('are of neighbours, in a drawn order, where everybody has a place', () => {
		const blocks = blocksOfRun(people, { seed: 7, places: Infinity, blockSize: 50 });
		const ofNeighbours = blocks.filter((block) => isSorted(block) && (block.at(-1) as number) - (block[0] as number) === 3 * 49);
		// One may have the last and the first.
		expect(ofNeighbours.length).toBeGreaterThanOrEqual(19);
		expect(isSorted(Uint32Array.from(blocks, ([first]) => first as number))).toBe(false);
	});

	it('are full but for the last, in which anybody may be', () => {
		const few = people.subarray(0, 10);
		const last = Array.from({ length: 200 }, (_, seed) => blocksOfRun(few, { seed, places: Infinity, blockSize: 4 }));
		expect(new Set(last.map((blocks) => blocks.map(({ length }) => length).join()))).toEqual(new Set(['4,4,2']));
		expect(new Set(last.flatMap((blocks) => [...(blocks.at(-1) as Uint32Array)]))).toEqual(new Set(few));
	});

	it('leave those who may find no place in the order they were drawn in', () => {
		const drawn = inOrder(blocksOfRun(people, { seed: 7, places: 0, blockSize: 50 }));
		const limited = inOrder(blocksOfRun(people, { seed: 7, places: 300, blockSize: 50 }));
		expect(limited.slice(300)).toEqual(drawn.slice(300));
		expect(new Set(limited.slice(0, 300))).toEqual(new Set(drawn.slice(0, 300)));
		expect(limited.slice(0, 300)).not.toEqual(drawn.slice(0, 300));
		expect(isSorted(Uint32Array.from(drawn))).toBe(false);
		// Only whole blocks are of neighbours.
		expect(inOrder(blocksOfRun(people, { seed: 7, places: 349, blockSize: 50 }))).toEqual(limited);
	});

	it.each([100, 200, 1_000])('give everybody the same chance to be in the first block and in the last, of %d', (count) => {
		const [ROUNDS, SIZE] = [4_000, 50];
		const all = Uint32Array.from({ length: count }, (_, index) => index);
		const tenths = (of: 'first' | 'last') => {
			const seen = new Array<number>(10).fill(0);
			for (let round = 0; round < ROUNDS; round++) {
				const blocks = blocksOfRun(all, { seed: Math.imul(round, 2_654_435_761) >>> 0, places: Infinity, blockSize: SIZE });
				const block = (of === 'first' ? blocks[0] : blocks.at(-1)) as Uint32Array;
				for (const person of block) seen[Math.floor((person * 10) / count)]! += 1;
			}
			return seen.map((each) => (each * 10) / (ROUNDS * SIZE));
		};
		for (const share of [...tenths('first'), ...tenths('last')]) expect(Math.abs(share - 1)).toBeLessThan(0.15);
	});

	it('give everybody the same chance of a place, whoever is refused before', () => {
		const [ROUNDS, PLACES] = [2_000, 10];
		const few = people.subarray(0, 40);
		// Every second person is refused for another reason, and takes no place.
		const won = new Map<number, number>();
		for (let seed = 0; seed < ROUNDS; seed++) {
			const takers = inOrder(blocksOfRun(few, { seed, places: PLACES, blockSize: 8 })).filter((person) => person % 2 === 0).slice(0, PLACES);
			for (const person of takers) won.set(person, (won.get(person) ?? 0) + 1);
		}
		// 10 of 20: half the rounds, with a standard deviation of 22.
		expect(won.size).toBe(20);
		for (const count of won.values()) expect(Math.abs(count - ROUNDS / 2)).toBeLessThan(120);
	});
});
