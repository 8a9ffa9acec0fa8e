import type { CleanProfile } from './clean';
import type { Somebody } from './directory';

/**
 * What is left of a profile record that came with a public key, which anybody can read out of a page: without
 * opt-outs and protected properties, and about a known person without a new phone or email.
 * @returns what was left out, in words; nothing about values that are stored already
 */
export function withoutPrivileges(
	record: CleanProfile,
	known: boolean,
	current: { email: string | null; phone: string | null } | undefined,
	protectedProperties: ReadonlySet<string>,
): { record: CleanProfile; withheld: string[] } {
	const withheld: string[] = [];
	const left: CleanProfile = { ...record };
	if (record.optedOut.length > 0) {
		left.optedOut = [];
		withheld.push('opt-outs');
	}
	const forbidden = (name: string) => protectedProperties.has(name) && withheld.push(`the property "${name}"`) > 0;
	left.properties = record.properties.filter(([name]) => !forbidden(name));
	left.change = record.change.filter((change) => !forbidden(change.property));
	if (!known) return { record: left, withheld };
	for (const field of ['email', 'phone'] as const) {
		if (record[field] === undefined) continue;
		if (record[field] !== (current?.[field] ?? null)) withheld.push(`the ${field} of a known person`);
		left[field] = undefined;
	}
	return { record: left, withheld };
}

/** Whether a public key may register `owner`'s push token (nobody's when undefined) for `who`: not with a known person, and not away from one. */
export function mayRegister(who: Somebody, wasKnown: boolean, owner: Somebody | undefined): boolean {
	if (owner === who) return true;
	return !wasKnown && owner?.known !== true;
}
