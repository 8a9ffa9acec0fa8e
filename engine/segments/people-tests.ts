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
	return (batch, within) => {
		let left = within;
		for (const test of tests) {
			const passing = test(batch, left);
			left = combined(left, passing, (mine, theirs) => mine & theirs);
		}
		return left;
	};
}

export function someTest(tests: readonly PeopleTest[]): PeopleTest {
	return (batch, within) => {
		let left = within;
		for (const test of tests) {
			const passing = test(batch, left);
			left = combined(left, passing, (mine, theirs) => mine & ~theirs);
		}
		return combined(within, left, (all, failing) => all & ~failing);
	};
}

export function negatedTest(test: PeopleTest): PeopleTest {
	return (batch, within) => combined(within, test(batch, within), (all, passing) => all & ~passing);
}

function combined(a: Uint32Array, b: Uint32Array, pick: (a: number, b: number) => number): Uint32Array {
	const result = new Uint32Array(a.length);
	for (let index = 0; index < result.length; index++) result[index] = pick(a[index] as number, b[index] as number);
	return result;
}
