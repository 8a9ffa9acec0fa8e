const MASK = '***';

/** Shorter strings are not masked: they would blank out half of any text and protect nothing. */
const SHORTEST_SECRET = 4;

/** Longest detail kept with an attempt. */
export const MAX_DETAIL = 300;

/** Every spelling in which a secret may come back: as it is, percent-encoded, inside JSON, in a Basic header. */
function spellings(secret: string): string[] {
	return [
		secret,
		encodeURIComponent(secret),
		new URLSearchParams({ '': secret }).toString().slice(1),
		JSON.stringify(secret).slice(1, -1),
		Buffer.from(secret).toString('base64'),
	];
}

/**
 * Replaces every secret in a text by `***`, in the spellings in which servers and libraries echo them, and cuts the
 * text to `maxLength` characters. The cut comes last, so no half of a secret stays behind.
 */
export function redact(text: string, secrets: readonly string[] = [], maxLength = MAX_DETAIL): string {
	const known = new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(spellings));
	// The longest first: a secret may contain another one.
	const ordered = [...known].sort((a, b) => b.length - a.length);
	let clean = text;
	for (const secret of ordered) clean = clean.replaceAll(secret, MASK);
	return truncate(clean, maxLength);
}

/** Cuts a text to a length, never inside a surrogate pair; a cut shows as `…`. */
export function truncate(text: string, maxLength: number): string {
	if (text.length <= maxLength) return text;
	return `${text.slice(0, Math.max(0, maxLength - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
