/** Names under which columns are stored: the engine's own begin with `#`, properties with a dot. */
export const PERSON = '#person';
export const TIME = '#time';
/** Ids of events, counted from the chunk's lowest. */
export const ID = '#id';
export const LIVING = '#living';
export const BUCKET_KEY = '#bucketKey';

/** A property of an event or of a person's own, by its literal name. */
export function propertyColumn(name: string): string {
	return `.${name}`;
}

/** The literal name of a property's column; undefined for columns of the engine's own. */
export function propertyName(column: string): string | undefined {
	return column.startsWith('.') ? column.slice(1) : undefined;
}

/** A well-known field of people (segments/profile-fields.ts). */
export function fieldColumn(name: string): string {
	return `#field ${name}`;
}

/** The literal names that may hold something for a dotted path: the path itself and every beginning of it. */
export function namesFor(path: string): string[] {
	const names = [path];
	for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) names.push(path.slice(0, dot));
	return names;
}
