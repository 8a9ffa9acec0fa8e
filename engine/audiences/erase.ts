import type { Identifiers } from '../channels/export/meta/identifiers';
import { NAMING_KEYS } from '../channels/export/meta/keys';
import type { Tx } from '../store/database';
import type { Member } from './members';
import { MemberState } from './states';

/** So long, ms, an audience remembers somebody who was erased and whom no run has taken out of it. */
const KEEP_ERASED_MS = 30 * 86_400_000;

/**
 * Erased people are to leave every audience. Until a run has taken them out, what names them to the ad network is kept, and
 * nothing else of what it was told: without it nobody could take them out.
 */
export async function eraseFromAudiences(tx: Tx, people: readonly number[], now: number): Promise<void> {
	await forgetErased(tx, now);
	const rows = await tx.all<Member & { audience: number }>(
		`SELECT audience, person, digest, identifiers FROM audience_member
		 WHERE audience IN (SELECT audience FROM audience) AND erased_at IS NULL
		   AND person IN (SELECT person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS erased)`,
		[JSON.stringify(people.map((person) => [person]))],
	);
	if (rows.length > 0) {
		const erased = tx.dialect.rows('$1', { audience: 'integer', person: 'integer', digest: 'text', identifiers: 'text' });
		await tx.run(
			`UPDATE audience_member SET state = ${MemberState.leaving}, identifiers = erased.identifiers, erased_at = $2 FROM ${erased} AS erased
			 WHERE audience_member.audience = erased.audience AND audience_member.person = erased.person AND audience_member.digest = erased.digest`,
			[JSON.stringify(rows.map(({ audience, person, digest, identifiers }) => [audience, person, digest, naming(identifiers)])), now],
		);
	}
}

/**
 * Forgets erased people whom no run has taken out in time; of each audience it is kept how many they were. It locks audiences
 * before members, as runs do: call it before anything else that touches them.
 */
export async function forgetErased(tx: Tx, now: number): Promise<void> {
	await tx.all(`SELECT audience FROM audience WHERE audience IN (SELECT audience FROM audience_member WHERE erased_at < $1) ORDER BY audience ${tx.dialect.forUpdate}`, [now - KEEP_ERASED_MS]);
	const rows = await tx.all<{ audience: number; person: number }>('DELETE FROM audience_member WHERE erased_at < $1 RETURNING audience, person', [now - KEEP_ERASED_MS]);
	if (rows.length === 0) return;
	const people = [...Map.groupBy(rows, ({ audience }) => audience)].map(([audience, of]) => [audience, new Set(of.map(({ person }) => person)).size]);
	await tx.run(
		`UPDATE audience SET not_removed = audience.not_removed + a.people FROM ${tx.dialect.rows('$1', { audience: 'integer', people: 'integer' })} AS a WHERE audience.audience = a.audience`,
		[JSON.stringify(people)],
	);
}

/** Those identifiers that name a person by themselves. Both are JSON. */
function naming(identifiers: string): string {
	const all = JSON.parse(identifiers) as Identifiers;
	return JSON.stringify(Object.fromEntries(NAMING_KEYS.filter((key) => all[key] !== undefined).map((key) => [key, all[key]])));
}
