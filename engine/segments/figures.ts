import type { MeasureOperatorName } from './operators';

/** Tests a figure of a measure: a count, a sum, ... */
export type FigureTest = (figure: number) => boolean;

type Comparison = (figure: number, low: number, high: number) => boolean;

const COMPARISONS: Record<MeasureOperatorName, Comparison> = {
	equals: (figure, wanted) => figure === wanted,
	not_equals: (figure, wanted) => figure !== wanted,
	greater_than: (figure, limit) => figure > limit,
	at_least: (figure, limit) => figure >= limit,
	less_than: (figure, limit) => figure < limit,
	at_most: (figure, limit) => figure <= limit,
	between: (figure, low, high) => figure >= low && figure <= high,
};

/** `value`: one number, of `between` two. */
export function figureTest(is: MeasureOperatorName, value: number | readonly number[]): FigureTest {
	const [low, high = low] = (typeof value === 'number' ? [value] : value) as [number, number?];
	const compare = COMPARISONS[is];
	return (figure) => compare(isNear(figure, low) || isNear(figure, high) ? rounded(figure) : figure, low, high);
}

/** Rounding takes long, and changes no comparison with a number further away. */
function isNear(figure: number, limit: number): boolean {
	return Math.abs(figure - limit) <= Math.abs(figure) * 1e-13;
}

/** Drops the last binary digits of a fraction: three times 0.1 is 0.3. */
function rounded(value: number): number {
	return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}
