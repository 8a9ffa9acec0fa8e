import type { OperationContext, Tx } from '../store/database';
import { HoldState, LEASE_MS } from './states';

/**
 * Turns the next due block of a node into entries, each with a hold that is claimed at once under `token`.
 * People merged since the selection enter as the survivor; one who is there already, or who was erased, is accounted
 * for with a reason. Returns undefined when no block is due; the size may be 0 when nobody of the block can go on.
 */
export async function enterBlock(
	tx: Tx,
	node: number,
	token: string,
	{ now, owner }: OperationContext,
): Promise<{ size: number; attempt: number } | undefined> {
	const block = await tx.get<{ run: number; seq: number; due_at: number; people: Uint8Array }>(
		`SELECT run, seq, due_at, people FROM block WHERE node = $1 AND due_at <= $2
		 ORDER BY due_at, run, seq LIMIT 1 ${tx.dialect.skipLocked}`,
		[node, now],
	);
	if (!block) return undefined;
	await tx.run('DELETE FROM block WHERE run = $1 AND seq = $2', [block.run, block.seq]);
	const people = decodePeople(block.people);

	const entered = await tx.all<{ entry: number; erased: number }>(
		`INSERT INTO entry (run, person, entry_key, qualified_at)
		 SELECT $2, coalesce(p.merged_into, p.person), '', r.qualified_at
		 FROM ${tx.dialect.rows('$1', { person: 'integer', qualified_at: 'integer' })} AS r JOIN person p ON p.person = r.person
		 WHERE true ORDER BY r.person
		 ON CONFLICT (run, person, entry_key) DO NOTHING
		 RETURNING entry, (SELECT count(*) FROM person q WHERE q.person = entry.person AND q.erased_at IS NOT NULL) AS erased`,
		[JSON.stringify(people.map((person) => [person, block.due_at])), block.run],
	);
	const alive = entered.filter((row) => row.erased === 0).map((row) => row.entry);
	const erased = entered.filter((row) => row.erased !== 0).map((row) => row.entry);

	await insertHolds(tx, alive, node, block, { token, owner, now });
	await dropEntries(tx, erased, node, block.run, 'erased', now);
	if (entered.length < people.length) await dropMerged(tx, people, node, block, now);
	return { size: alive.length, attempt: 1 };
}

async function insertHolds(
	tx: Tx,
	entries: number[],
	node: number,
	block: { run: number; due_at: number },
	claim: { token: string; owner: string; now: number },
): Promise<void> {
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, token, owner, lease_until, held_at)
		 SELECT r.entry, $2, 0, $3, $4, ${HoldState.claimed}, 0, $5, $6, $7, $8
		 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS r`,
		[JSON.stringify(entries.map((entry) => [entry])), node, block.run, block.due_at, claim.token, claim.owner, claim.now + LEASE_MS, claim.now],
	);
}

async function dropEntries(tx: Tx, entries: number[], node: number, run: number, reason: string, now: number): Promise<void> {
	if (entries.length === 0) return;
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT r.entry, $2, 0, $3, $4, $5 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS r WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[JSON.stringify(entries.map((entry) => [entry])), node, run, reason, now],
	);
}

/** People of a block who, since the selection, became somebody who is in this run already. */
async function dropMerged(tx: Tx, people: number[], node: number, block: { run: number; due_at: number }, now: number): Promise<void> {
	const merged = await tx.all<{ entry: number }>(
		`INSERT INTO entry (run, person, entry_key, qualified_at)
		 SELECT $2, p.merged_into, 'merged:' || p.person, $3
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN person p ON p.person = r.person
		 WHERE p.merged_into IS NOT NULL
		   AND EXISTS (SELECT 1 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS other JOIN person s ON s.person = other.person
		               WHERE coalesce(s.merged_into, s.person) = p.merged_into AND s.person <> p.person
		               UNION ALL SELECT 1 FROM entry e WHERE e.run = $2 AND e.person = p.merged_into AND e.qualified_at < $3)
		 ON CONFLICT (run, person, entry_key) DO NOTHING RETURNING entry`,
		[JSON.stringify(people.map((person) => [person])), block.run, block.due_at],
	);
	await dropEntries(tx, merged.map((row) => row.entry), node, block.run, 'merged_duplicate', now);
}

/** Person numbers as bytes: u32, little endian. */
export function encodePeople(people: Uint32Array): Uint8Array {
	const bytes = new Uint8Array(people.length * 4);
	const view = new DataView(bytes.buffer);
	people.forEach((person, index) => view.setUint32(index * 4, person, true));
	return bytes;
}

export function decodePeople(bytes: Uint8Array): number[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getUint32(index * 4, true));
}
