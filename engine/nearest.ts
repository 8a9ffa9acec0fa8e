/** The known name that looks most like `name`, without regard to case and spaces; undefined when none comes near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
	const wanted = squeezed(name);
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(wanted.length / 2));
	for (const candidate of known) {
		const distance = editDistance(wanted, squeezed(candidate));
		if (distance > bestDistance || (distance === bestDistance && best !== undefined)) continue;
		best = candidate;
		bestDistance = distance;
	}
	return best;
}

function squeezed(name: string): string {
	return name.toLowerCase().replace(/[\s_-]+/gu, '');
}

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
			next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
		}
		row = next;
	}
	return row[b.length] as number;
}
