import { Context, Drop } from 'liquidjs';

/**
 * What a template can see. Inside objects that is own properties and nothing else: no prototype, no function, and not
 * Liquid's `size` of an object, which would print a number where a person merely lacks a property of that name. As
 * everywhere in the engine, null and the empty text count as missing there.
 */
export class PersonContext extends Context {
	override readProperty(target: unknown, key: unknown): unknown {
		if (typeof target !== 'object' || target === null || Array.isArray(target) || target instanceof Drop || this.isScope(target)) {
			return super.readProperty(target as object, key as string);
		}
		const name = String(key instanceof Drop ? key.valueOf() : key);
		const value = Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined;
		return value === null || value === '' || typeof value === 'function' ? undefined : value;
	}

	/** Scopes hold the template's own variables, of which an empty one is meant. */
	private isScope(target: object): boolean {
		return target === this.environments || (this['scopes'] as object[]).includes(target);
	}
}
