/**
 * Reads a value by a path such as `data.messages[0].id` out of parsed JSON. Own properties only, a literal key before a
 * dotted one. Undefined when nothing is there.
 */
export function readPath(value: unknown, path: string): unknown {
	if (isObject(value) && Object.hasOwn(value, path)) return value[path];
	const steps = path.replace(/^\$\.?/, '').replace(/\[(\d+)\]/g, '.$1').split('.').filter(Boolean);
	let current: unknown = value;
	for (const step of steps) {
		if (!isObject(current) || !Object.hasOwn(current, step)) return undefined;
		current = current[step];
	}
	return current;
}

/** Parsed JSON, or undefined where the text is none. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

/** A JSON object, not an array. */
export function isDocument(value: unknown): value is Record<string, unknown> {
	return isObject(value) && !Array.isArray(value);
}

/** A string, number or boolean of an answer as text; undefined for everything else. */
export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Adds members to the JSON text of an object, leaving what it says as it was written. */
export function withMembers(text: string, members: ReadonlyArray<{ name: string; value: string }>): string {
	if (members.length === 0) return text;
	const end = text.lastIndexOf('}');
	const before = text.slice(0, end).trimEnd();
	const added = members.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
	return `${before}${before.endsWith('{') ? '' : ','}${added}${text.slice(end)}`;
}
