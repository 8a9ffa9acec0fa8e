const NUL = '\u0000';

/** The text as both stores take it: PostgreSQL takes no NUL, and neither takes half a character. */
export function storable(text: string): string {
	return text.replaceAll(NUL, '').toWellFormed();
}

/** Whether a store can hold the text: what it cannot hold is nobody's id. */
export function isStorable(text: string): boolean {
	return text.isWellFormed() && !text.includes(NUL);
}
