import type { Tx } from '../store/database';

export type IdentityKind = 'user' | 'anonymous' | 'email';

export const KINDS: readonly IdentityKind[] = ['user', 'anonymous', 'email'];

/** Ids, each once. */
export type Ids = Record<IdentityKind, Set<string>>;

/** Whose ids are: numbers of people, of ids that are anybody's. */
export type People = Record<IdentityKind, Map<string, number>>;

export function isEverybodyKnown(ids: Ids, people: People): boolean {
	return KINDS.every((kind) => people[kind].size === ids[kind].size);
}

/**
 * Whose ids are. What has been read before is not read again.
 * @param epoch where others write, too: the one that is known to be, or to have been
 */
export async function lookUp(tx: Tx, ids: Ids, epoch?: string): Promise<People> {
	const people: People = { user: new Map(), anonymous: new Map(), email: new Map() };
	for (const kind of KINDS) await peopleBehind(tx, kind, ids[kind], people[kind], epoch);
	return people;
}

async function peopleBehind(tx: Tx, kind: IdentityKind, values: ReadonlySet<string>, people: Map<string, number>, epoch: string | undefined): Promise<void> {
	const remembered = (value: string) => (epoch === undefined ? tx.remembered?.get(kind, value) : tx.people?.get(epoch, kind, value));
	const unknown: string[] = [];
	for (const value of values) {
		const person = remembered(value);
		if (person === undefined) unknown.push(value);
		else people.set(value, person);
	}
	if (unknown.length === 0) return;
	const found = await tx.lookUp(
		{ value: 'text' },
		unknown.map((value) => [value]),
		(given) => `SELECT identity.person FROM identity WHERE identity.kind = '${kind}' AND identity.value = ${given.value}`,
	);
	unknown.forEach((value, index) => {
		const person = found[index];
		if (person === undefined) return;
		people.set(value, person);
		if (epoch === undefined) tx.remembered?.set(kind, value, person);
		else tx.people?.set(epoch, kind, value, person);
	});
}
