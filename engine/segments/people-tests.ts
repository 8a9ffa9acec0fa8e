import { bucketOf } from './bucket';
import type { PeopleBatch } from './columns';
import { passingRows } from './passes';

/**
 * Tests the people of a batch: a bit per row. Only rows of `within` need to be right; neither array is written to
 * afterwards.
 */
export type PeopleTest = (batch: PeopleBatch, within: Uint32Array) => Uint32Array;

export function propertyTest(path: string, test: (cell: unknown) => boolean): PeopleTest {
	return (batch, within) => passingRows(batch.property(path), within, test);
}

export function bucketTest({ from, to }: { from: number; to: number }): PeopleTest {
	const test = (key: unknown) => {
		const bucket = bucketOf(key as number);
		return bucket >= from && bucket <= to;
	};
	return (batch, within) => passingRows(batch.bucketKeys, within, test);
}

/** All tests pass; later ones are asked only about people whom earlier ones let through. */
export function everyTest(tests: readonly PeopleTest[]): PeopleTest {
	return (batch, within) => tests.reduce((left, test) => bothOf(left, test(batch, left)), within);
}

/** Some test passes; later ones are asked only about people whom earlier ones did not let through. */
export function someTest(tests: readonly PeopleTest[]): PeopleTest {
	return (batch, within) => without(within, tests.reduce((left, test) => without(left, test(batch, left)), within));
}

export function negatedTest(test: PeopleTest): PeopleTest {
	return (batch, within) => without(within, test(batch, within));
}

function bothOf(a: Uint32Array, b: Uint32Array): Uint32Array {
	const words = new Uint32Array(a.length);
	for (let index = 0; index < words.length; index++) words[index] = (a[index] as number) & (b[index] as number);
	return words;
}

function without(a: Uint32Array, b: Uint32Array): Uint32Array {
	const words = new Uint32Array(a.length);
	for (let index = 0; index < words.length; index++) words[index] = (a[index] as number) & ~(b[index] as number);
	return words;
}
