import { isRecord } from './values';

/** One thing wrong with a rule, and where: `all[1].where[0].value`; an empty path is the whole rule. */
export interface RuleError {
	path: string;
	message: string;
}

/** Gathers everything that is wrong, with its place. */
export class Complaints {
	readonly errors: RuleError[] = [];

	add(path: string, message: string): void {
		this.errors.push({ path, message });
	}

	/** Returns the value when it is an object that has only the given keys (others are complained of, and do no further harm). */
	object(value: unknown, path: string, what: string, keys: readonly string[]): Record<string, unknown> | undefined {
		if (!isRecord(value)) {
			this.add(path, `${what} must be an object`);
			return undefined;
		}
		for (const key of Object.keys(value)) {
			if (!keys.includes(key)) this.add(inside(path, key), `unknown key "${key}"; ${what} may have ${listed(keys)}`);
		}
		return value;
	}

	/** Complains unless the value is a text with something in it. */
	name(value: unknown, path: string, what: string): void {
		if (typeof value !== 'string' || value.trim() === '') this.add(path, `${what} must be a text that is not empty`);
	}

	oneOf(value: unknown, path: string, allowed: readonly string[]): boolean {
		const known = typeof value === 'string' && allowed.includes(value);
		if (!known) this.add(path, value === undefined ? `is missing; it is one of ${listed(allowed)}` : `must be one of ${listed(allowed)}`);
		return known;
	}

	list(value: unknown, path: string): unknown[] {
		if (Array.isArray(value)) return value;
		this.add(path, 'must be a list');
		return [];
	}
}

export function inside(path: string, key: string): string {
	return path === '' ? key : `${path}.${key}`;
}

function listed(words: readonly string[]): string {
	return words.join(', ');
}
