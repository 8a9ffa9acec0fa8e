const MASK = '***';

/** Shorter strings are not masked: they would blank out half of any text and protect nothing. */
const SHORTEST_SECRET = 4;

/** Longest detail kept with an attempt. */
export const MAX_DETAIL = 300;

/** More are not kept: access tokens come and go. */
const MOST_KEPT = 500;

const kept = new Map<string, readonly string[]>();

/** Every spelling in which a secret may come back: as it is, percent-encoded, inside JSON, in a Basic header. */
function spellings(secret: string): readonly string[] {
	let known = kept.get(secret);
	if (known) return known;
	known = [
		...new Set([
			secret,
			encodeURIComponent(secret),
			new URLSearchParams({ '': secret }).toString().slice(1),
			JSON.stringify(secret).slice(1, -1),
			Buffer.from(secret).toString('base64'),
		]),
	];
	if (kept.size >= MOST_KEPT) kept.clear();
	kept.set(secret, known);
	return known;
}

/**
 * Replaces every secret in a text by `***`, in the spellings in which servers and libraries echo them, and cuts the
 * text to `maxLength` characters. The cut comes last, so no half of a secret stays behind.
 */
export function redact(text: string, secrets: readonly string[] = [], maxLength = MAX_DETAIL): string {
	const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
	if (!known.some((secret) => spellings(secret).some((spelling) => text.includes(spelling)))) return truncate(text, maxLength);
	// The longest first: a secret may contain another one.
	const ordered = [...new Set(known.flatMap(spellings))].sort((a, b) => b.length - a.length);
	let clean = text;
	for (const secret of ordered) clean = clean.replaceAll(secret, MASK);
	return truncate(clean, maxLength);
}

/** Cuts a text to a length, never inside a surrogate pair; a cut shows as `…`. */
export function truncate(text: string, maxLength: number): string {
	if (text.length <= maxLength) return text;
	return `${text.slice(0, Math.max(0, maxLength - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
