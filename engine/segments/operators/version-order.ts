/** A version as numbers, and what follows a hyphen ("2.0.0-beta.1"). */
export interface Version {
	numbers: number[];
	/** Empty for a release. */
	preRelease: string[];
}

/** A date is none: of "2026-11-22" the whole is numbers and hyphens. */
const VERSION = /^(?!\d+(?:-\d+)+$)v?(\d+(?:\.\d+)*)(?:-([0-9a-z.-]+))?(?:\+[0-9a-z.-]+)?$/i;

/** Reads "2.10", "v2.10.1", "2.0.0-beta.1+build"; undefined for anything else. What follows a plus does not count. */
export function parseVersion(text: string | undefined): Version | undefined {
	const match = text === undefined ? null : VERSION.exec(text.trim());
	if (!match) return undefined;
	return { numbers: (match[1] as string).split('.').map(Number), preRelease: match[2]?.split('.') ?? [] };
}

/** Below 0 when `a` is the older. Absent numbers are 0; a pre-release is older than its release. */
export function compareVersions(a: Version, b: Version): number {
	for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index++) {
		const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
		if (difference !== 0) return difference;
	}
	if (a.preRelease.length === 0 || b.preRelease.length === 0) {
		return Number(a.preRelease.length === 0) - Number(b.preRelease.length === 0);
	}
	return comparePreReleases(a.preRelease, b.preRelease);
}

/** The order of semver.org, rule 11: numbers below words, the shorter below the longer. */
function comparePreReleases(a: string[], b: string[]): number {
	for (let index = 0; index < Math.min(a.length, b.length); index++) {
		const [left, right] = [a[index] as string, b[index] as string];
		if (left === right) continue;
		const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
		if (leftNumber && rightNumber && Number(left) !== Number(right)) return Number(left) - Number(right);
		if (leftNumber !== rightNumber) return leftNumber ? -1 : 1;
		return left < right ? -1 : 1;
	}
	return a.length - b.length;
}
