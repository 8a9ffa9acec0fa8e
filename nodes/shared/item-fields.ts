import type { IDataObject } from 'n8n-workflow';

/** The value at a key of an item, or at a dotted path inside it; the key itself comes first. */
export function fieldOf(item: IDataObject, path: string | undefined): unknown {
	if (path === undefined || path === '') return undefined;
	if (Object.hasOwn(item, path)) return item[path];
	let value: unknown = item;
	for (const step of path.split('.')) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
		value = (value as Record<string, unknown>)[step];
	}
	return value;
}

/** Empty cells of a table say nothing. */
export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Where the properties of a person or event are on an item. */
export interface PropertySource {
	from: 'rest' | 'list' | 'object' | 'none';
	/** Of `list`: names. */
	names: string[];
	/** Of `object`: the field that holds them all. */
	field: string;
	/** Fields that mean something else, and are no properties of `rest`. */
	used: ReadonlySet<string>;
	/** What to do with empty cells: leave what is known, or remove it. */
	blanks: 'keep' | 'remove';
}

/** What is no object where one was to be is given as it is: whoever takes it in refuses it, rather than lose it. */
export function propertiesOf(item: IDataObject, source: PropertySource): Record<string, unknown> {
	const { from, names, field, used, blanks } = source;
	if (from === 'none') return {};
	if (from === 'object') {
		const value = fieldOf(item, field);
		return isBlank(value) ? {} : (value as Record<string, unknown>);
	}
	const entries: Array<[string, unknown]> =
		from === 'list' ? names.map((name) => [name, fieldOf(item, name)]) : Object.entries(item).filter(([name]) => !used.has(name));
	return Object.fromEntries(
		entries.flatMap(([name, value]): Array<[string, unknown]> => {
			if (!isBlank(value)) return [[name, value]];
			return blanks === 'remove' && value !== undefined ? [[name, null]] : [];
		}),
	);
}

/** Names in a text, separated by commas. */
export function namesIn(text: unknown): string[] {
	return String(text ?? '')
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

/** The id that nodes of this pack put on an item. */
export function ownUserId(json: IDataObject): string | undefined {
	const id = (json.user as IDataObject | undefined)?.id;
	return typeof id === 'string' || typeof id === 'number' ? String(id).trim() : undefined;
}
