/** What properties hold, and when two such values are equal. Everything here is meaning, so that every source of data agrees. */

/** One value a rule can name. */
export type Scalar = string | number | boolean;

const NONE: readonly unknown[] = [];

/** Lists in lists, and no deeper: a call each. */
const DEEPEST = 100;

/** `""`, null, absent, and what JSON cannot carry (NaN, infinities, functions) count as missing. */
function isMissing(value: unknown): boolean {
	if (value === undefined || value === null || value === '') return true;
	if (typeof value === 'number') return !Number.isFinite(value);
	return typeof value === 'function' || typeof value === 'symbol';
}

/** Whether a cell is one present value as it stands: `elements` would say so too. */
export function isPlainValue(cell: unknown): boolean {
	return typeof cell === 'string' ? cell !== '' : typeof cell === 'number' && Number.isFinite(cell);
}

/**
 * The present values of a property: none when it is missing, several for a multi-value property (nested lists are
 * flattened, up to a depth that nobody means). Values that know their JSON form (dates, for instance, in items of a
 * workflow) take it.
 */
export function elements(cell: unknown, depth = 0): readonly unknown[] {
	if (typeof cell === 'string') return cell === '' ? NONE : [cell];
	if (Array.isArray(cell)) return depth < DEEPEST ? cell.flatMap((item) => elements(item, depth + 1)) : NONE;
	const value = plain(cell);
	return isMissing(value) ? NONE : [value];
}

function plain(value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	if (typeof value !== 'object' || value === null) return value;
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value;
}

/** The text of a scalar, numbers as plain decimals (never 1e-7); undefined for anything else. */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'string') return value;
	if (typeof value === 'boolean') return String(value);
	if (typeof value === 'number') return decimalText(value);
	return undefined;
}

/** A number in decimal notation without an exponent and without redundant zeros: the canonical form that texts are compared with. */
function decimalText(value: number): string {
	const text = String(value);
	const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
	if (!match) return text;
	const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
	const digits = whole + fraction;
	const point = whole.length + Number(exponent);
	if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
	return sign + digits.padEnd(point, '0');
}

/**
 * Equality of two scalars. A number equals a text only when the text is its canonical decimal, so 12 = "12", while
 * "007" is not 7 and long ids never lose digits. A boolean equals "true" or "false" in any case. Texts compare exactly.
 */
export function isEqual(a: unknown, b: unknown): boolean {
	if (typeof a === 'boolean' || typeof b === 'boolean') {
		const left = booleanText(a);
		return left !== undefined && left === booleanText(b);
	}
	const left = textOf(a);
	return left !== undefined && left === textOf(b);
}

function booleanText(value: unknown): string | undefined {
	if (typeof value === 'boolean') return String(value);
	return typeof value === 'string' ? value.toLowerCase() : undefined;
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

/** The number of a numeric value or decimal text ("007" is 7 here); undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (!DECIMAL.test(text)) return undefined;
	const number = Number(text);
	return Number.isFinite(number) ? number : undefined;
}

const WHOLE = /^[+-]?\d+$/;

/**
 * Below 0 when `a` is the smaller; undefined when either is no number. Whole numbers too large for a number to tell from
 * their neighbours are compared digit by digit.
 */
export function compareNumbers(a: unknown, b: unknown): number | undefined {
	const [left, right] = [numberOf(a), numberOf(b)];
	if (left === undefined || right === undefined) return undefined;
	if (left !== right || Math.abs(left) < Number.MAX_SAFE_INTEGER) return left - right;
	const [exactLeft, exactRight] = [wholeNumber(a), wholeNumber(b)];
	if (exactLeft === undefined || exactRight === undefined || exactLeft === exactRight) return 0;
	return exactLeft < exactRight ? -1 : 1;
}

function wholeNumber(value: unknown): bigint | undefined {
	if (typeof value === 'number') return BigInt(value);
	const text = (value as string).trim();
	return WHOLE.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
