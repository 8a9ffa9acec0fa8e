import { isRecord } from './values';

export type Reader = (properties: Record<string, unknown> | undefined) => unknown;

/**
 * Compiles a property path. A dotted path reaches inside objects; a literal key comes first, so a property called
 * "a.b" hides the "b" inside "a". Only a value's own keys count: "constructor" is plain data or missing.
 */
export function pathReader(path: string): Reader {
	if (!path.includes('.')) return (properties) => own(properties, path);
	return (properties) => reach(properties, path);
}

function own(properties: Record<string, unknown> | undefined, key: string): unknown {
	return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function reach(properties: Record<string, unknown> | undefined, path: string): unknown {
	const literal = own(properties, path);
	if (literal !== undefined) return literal;
	for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
		const inner = own(properties, path.slice(0, dot));
		if (!isRecord(inner)) continue;
		const value = reach(inner, path.slice(dot + 1));
		if (value !== undefined) return value;
	}
	return undefined;
}
