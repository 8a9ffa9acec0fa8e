import type { Liquid } from 'liquidjs';

type Scalar = string | number | boolean;

/**
 * The values of a constant event property, newest first, for templates: a list in `for`, by index and in the filters that
 * work on lists, and its newest value wherever one value is wanted: printed, compared, or in any other filter. So a
 * template reads the same whether a person has one value or several.
 */
export class NewestFirst extends Array<Scalar> {
	/** What `map` and the like make of it is a list like any other. */
	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}

	// The five that Liquid compares by.
	equals(other: unknown): unknown {
		return isComparable(other) ? other.equals(this[0]) : newestOf(other) === this[0];
	}

	gt(other: unknown): boolean {
		return (this[0] as Scalar) > (newestOf(other) as Scalar);
	}

	geq(other: unknown): boolean {
		return (this[0] as Scalar) >= (newestOf(other) as Scalar);
	}

	lt(other: unknown): boolean {
		return (this[0] as Scalar) < (newestOf(other) as Scalar);
	}

	leq(other: unknown): boolean {
		return (this[0] as Scalar) <= (newestOf(other) as Scalar);
	}
}

/** Undefined when there is no value: the variable is missing then, as any other. */
export function newestFirst(values: readonly Scalar[] | undefined): NewestFirst | undefined {
	if (!values || values.length === 0) return undefined;
	const list = new NewestFirst();
	list.push(...values);
	return list;
}

/** The value that stands for the list where one is wanted; anything else is itself. */
export function newestOf(value: unknown): unknown {
	return value instanceof NewestFirst ? value[0] : value;
}

/** Literals such as `empty` and `nil` compare themselves. */
function isComparable(value: unknown): value is { equals(other: unknown): unknown } {
	return typeof (value as { equals?: unknown } | null | undefined)?.equals === 'function' && !(value instanceof NewestFirst);
}

/** Filters that work on lists, and those that hand on what they are given. */
const LIST_FILTERS = new Set([
	'join', 'first', 'last', 'size', 'slice', 'reverse', 'sort', 'sort_natural', 'map', 'sum', 'compact', 'concat', 'uniq',
	'push', 'unshift', 'pop', 'shift', 'sample', 'where', 'reject', 'group_by', 'has', 'find', 'find_index',
	'array_to_sentence_string', 'json', 'jsonify', 'inspect', 'default', 'raw',
]);

/** Gives the newest value to every filter that wants one. */
export function installNewestFirst(engine: Liquid): void {
	for (const [name, filter] of Object.entries(engine.filters)) {
		if (LIST_FILTERS.has(name)) continue;
		const { handler, raw = false } = typeof filter === 'function' ? { handler: filter } : filter;
		engine.filters[name] = {
			raw,
			handler(...given: Parameters<typeof handler>) {
				return handler.apply(this, given.map(newestOf) as typeof given);
			},
		};
	}
}
