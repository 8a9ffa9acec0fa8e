import { eraseFromAudiences } from '../audiences/erase';
import { operation, type Tx } from '../store/database';
import { dropWaiting, entriesOf } from './collapse-entries';
import { eraseMembers } from './lists/members';
import { findPerson, type PersonName } from './person';
import { beginEpoch } from './turn';

/**
 * Erases a person: properties, addresses, devices, ids and events are gone at commit, what waits for them is dropped as
 * `erased`. Their rows in the history of campaigns stay, without anything that says who they were; the number is never
 * used again. The same user id seen later is a new person.
 * @returns how many people were erased: 1, or 0 when there is nobody of that name
 */
export const erasePerson = operation(async (tx: Tx, { name }: { name: PersonName }, { now }): Promise<{ erased: number }> => {
	await tx.lock('people');
	const person = await findPerson(tx, name);
	if (person === undefined) return { erased: 0 };
	const rows = await tx.all<{ person: number; first_event: number }>(
		`SELECT person.person, person.first_event
		 FROM person AS named
		 JOIN person ON person.person = COALESCE(named.merged_into, named.person)
		             OR person.merged_into = COALESCE(named.merged_into, named.person)
		 WHERE named.person = $1 AND person.erased_at IS NULL`,
		[person],
	);
	if (rows.length === 0) return { erased: 0 };
	const numbers = rows.map((row) => row.person);
	await eraseContent(tx, numbers, Math.min(...rows.map((row) => row.first_event)), now);
	await eraseFromCampaigns(tx, numbers, now);
	await eraseFromAudiences(tx, numbers, now);
	return { erased: 1 };
});

async function eraseContent(tx: Tx, people: readonly number[], firstEvent: number, now: number): Promise<void> {
	const params = JSON.stringify(people.map((person) => [person]));
	const erased = `(SELECT person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS erased)`;
	await tx.run(
		`UPDATE person
		 SET erased_at = $2, updated_at = $2, external_id = '', bucket_key = 0, properties = '{}', email = NULL, phone = NULL,
		     timezone = NULL, devices = '[]', opted_out = '{}', property_times = '{}', stamp = ${tx.dialect.stamp('person')}
		 WHERE person IN ${erased}`,
		[params, now],
	);
	tx.remembered?.forgetAll();
	await beginEpoch(tx);
	await tx.run(`DELETE FROM identity WHERE person IN ${erased}`, [params]);
	await tx.run(`DELETE FROM device_owner WHERE person IN ${erased}`, [params]);
	await tx.run(`DELETE FROM event WHERE id >= $2 AND id < (SELECT max(id) FROM event) AND person IN ${erased}`, [params, firstEvent]);
	// The last number there is must not be drawn again: whoever has read up to it would take the new event for a known one.
	await tx.run(`UPDATE event SET person = 0, name_id = 0, ts = 0, properties = '{}' WHERE id >= $2 AND person IN ${erased}`, [params, firstEvent]);
	await eraseMembers(tx, people);
}

async function eraseFromCampaigns(tx: Tx, people: readonly number[], now: number): Promise<void> {
	const persons = tx.dialect.rows('$1', { person: 'integer' });
	await tx.run(`DELETE FROM live_event WHERE person IN (SELECT person FROM ${persons} AS erased)`, [JSON.stringify(people.map((person) => [person]))]);
	const entries = (await entriesOf(tx, people)).map((row) => row.entry);
	if (entries.length === 0) return;
	await dropWaiting(tx, entries, 'erased', now);
	const params = [JSON.stringify(entries.map((entry) => [entry]))];
	const named = `(SELECT entry FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS named)`;
	await tx.run(`UPDATE hold SET payload = NULL WHERE entry IN ${named}`, params);
	await tx.run(`UPDATE dropped SET detail = NULL WHERE entry IN ${named}`, params);
	// A provider's words may quote the address; its hash could be recomputed from one.
	await tx.run(`UPDATE message SET detail = NULL, address_hash = NULL, payload = NULL WHERE entry IN ${named}`, params);
	const messages = `(SELECT message FROM message WHERE entry IN ${named})`;
	await tx.run(`UPDATE receipt SET detail = NULL WHERE (run, message) IN (SELECT run, message FROM message WHERE entry IN ${named})`, params);
	await tx.run(`DELETE FROM early_receipt WHERE message IN ${messages}`, params);
}
