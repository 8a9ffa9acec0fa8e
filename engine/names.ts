import { randomBytes } from 'node:crypto';

import { CampaignError } from './errors';
import { eventMatchKey } from './people/event-names';
import type { Tx } from './store/database';

/** What operators give names to. */
export type NamedKind = 'segment' | 'list';

const TABLES: Record<NamedKind, string> = { segment: 'saved_segment', list: 'custom_list' };
export const KIND_WORDS: Record<NamedKind, string> = { segment: 'saved segment', list: 'custom list' };

const NAME_LENGTH = 200;
const ID = /^(?:segment|list)_[0-9a-f]{16}$/;

/** An id that no other store gives out: a workflow taken to another store finds nothing there rather than something else. */
export function newId(kind: NamedKind): string {
	return `${kind}_${randomBytes(8).toString('hex')}`;
}

/** Names are compared as those of events: without case and spaces. */
export const nameKey = eventMatchKey;

/** A name as it is kept. Throws `invalid_name`. */
export function checkedName(kind: NamedKind, given: unknown): string {
	const name = typeof given === 'string' ? given.trim() : '';
	const refuse = (why: string): never => {
		throw new CampaignError('invalid_name', `The name of a ${KIND_WORDS[kind]} ${why}.`, 'Choose another name.');
	};
	if (name === '') refuse('must be a text that is not empty');
	if (name.length > NAME_LENGTH) refuse(`may have ${NAME_LENGTH} characters`);
	if (/[\p{Cc}\p{Surrogate}]/u.test(name)) refuse('must not contain line breaks or control characters');
	if (ID.test(name)) refuse('must not look like an ID');
	return name;
}

/**
 * Makes `name` lead to a segment or list from now on; what it is called itself is the caller's to write. Names it had
 * before go on leading to it. Rejects with `name_taken` while another one is called so. Call it under the lock `names`.
 */
export async function claimName(tx: Tx, kind: NamedKind, id: string, name: string): Promise<void> {
	const key = nameKey(name);
	const other = await tx.get<{ name: string }>(`SELECT name FROM ${TABLES[kind]} WHERE match_key = $1 AND id <> $2`, [key, id]);
	if (other) {
		throw new CampaignError('name_taken', `There is a ${KIND_WORDS[kind]} called "${other.name}" already.`, `Choose another name, or rename or delete that ${KIND_WORDS[kind]} first.`);
	}
	await tx.run(
		`INSERT INTO known_name (kind, match_key, id) VALUES ($1, $2, $3)
		 ON CONFLICT (kind, match_key) DO UPDATE SET id = excluded.id`,
		[kind, key, id],
	);
}

/** No name leads to a segment or list any more. */
export async function forgetNames(tx: Tx, kind: NamedKind, id: string): Promise<void> {
	await tx.run('DELETE FROM known_name WHERE kind = $1 AND id = $2', [kind, id]);
}

/** The id of what a reference means: an id, a name, or a name it had before. */
export async function findNamed(tx: Tx, kind: NamedKind, reference: string): Promise<string | undefined> {
	const text = reference.trim();
	const byId = await tx.get<{ id: string }>(`SELECT id FROM ${TABLES[kind]} WHERE id = $1`, [text]);
	if (byId) return byId.id;
	const byName = await tx.get<{ id: string }>('SELECT id FROM known_name WHERE kind = $1 AND match_key = $2', [kind, nameKey(text)]);
	return byName?.id;
}
