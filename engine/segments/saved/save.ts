import { checkedName, claimName, nameKey, newId } from '../../names';
import { operation } from '../../store/database';
import { bindTo, refuseCycle } from '../references';
import { RULE_VERSION, type Rule } from '../rule';
import { requireRule } from '../validate';
import { Catalog, type Named } from './catalog';

const DESCRIPTION_LENGTH = 2_000;

export interface SaveInput {
	/** The segment to change, by id or name. Absent: the one called `name`; if there is none, a new one is made. */
	reference?: string;
	/** What it is called from now on. */
	name: string;
	rule: Rule;
	/** Absent: stays as it is. */
	description?: string;
}

/**
 * Saves a segment under a name. What its rule names is stored by id, so that it survives a rename. A change takes effect
 * wherever the segment is used, from the next selection on. Rejects with `invalid_rule`, `invalid_name`, `name_taken`,
 * `unknown_reference` or `segment_cycle`.
 */
export const saveSegment = operation<SaveInput, Named & { created: boolean }>(async (tx, input, { now }) => {
	const name = checkedName('segment', input.name);
	const given = requireRule(input.rule);
	await tx.lock('names');
	const catalog = await Catalog.load(tx);
	const known = input.reference === undefined ? catalog.called('segment', name) : catalog.require('segment', input.reference);
	const segment = { id: known?.id ?? newId('segment'), name };
	const rule = bindTo(catalog, given);
	refuseCycle(catalog, rule, [segment]);
	await claimName(tx, 'segment', segment.id, name);
	await tx.run(
		`INSERT INTO saved_segment (id, name, match_key, description, rule, created_at, updated_at)
		 VALUES ($1, $2, $3, coalesce($4, ''), $5, $6, $6)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name, match_key = excluded.match_key, rule = excluded.rule,
			description = coalesce($4, saved_segment.description), updated_at = excluded.updated_at`,
		[segment.id, name, nameKey(name), input.description?.slice(0, DESCRIPTION_LENGTH) ?? null, JSON.stringify({ version: RULE_VERSION, ...rule }), now],
	);
	return { ...segment, created: known === undefined };
});

/** Gives a saved segment another name; the ones it had go on leading to it until another segment takes them. */
export const renameSegment = operation<{ reference: string; name: string }, Named>(async (tx, { reference, name: given }, { now }) => {
	const name = checkedName('segment', given);
	await tx.lock('names');
	const { id } = (await Catalog.load(tx)).require('segment', reference);
	await claimName(tx, 'segment', id, name);
	await tx.run('UPDATE saved_segment SET name = $2, match_key = $3, updated_at = $4 WHERE id = $1', [id, name, nameKey(name), now]);
	return { id, name };
});
