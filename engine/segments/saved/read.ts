import type { QuestionContext } from '../../questions';
import type { Tx } from '../../store/database';
import { explain } from '../explain';
import type { Rule } from '../rule';
import { Catalog, type Named } from './catalog';
import { usesOf, type Uses } from './uses';

/** A segment as it was saved. */
export interface SavedSegment extends Named {
	description: string;
	rule: Rule;
	/** The rule in words, with the names that saved segments and lists have now. */
	sentence: string;
	/** Epoch milliseconds. */
	createdAt: number;
	updatedAt: number;
}

export interface SavedSegmentWithUses extends SavedSegment {
	usedBy: Uses;
}

/** All saved segments, by name. */
export async function savedSegments(tx: Tx): Promise<SavedSegment[]> {
	const catalog = await Catalog.load(tx);
	return await read(tx, catalog);
}

/** One saved segment and who uses it. Rejects with `unknown_reference`. */
export async function savedSegment(tx: Tx, { reference }: { reference: string }, { now }: QuestionContext): Promise<SavedSegmentWithUses> {
	const catalog = await Catalog.load(tx);
	const { id } = catalog.require('segment', reference);
	const [segment] = await read(tx, catalog, id);
	return { ...(segment as SavedSegment), usedBy: await usesOf(tx, 'segment', id, catalog, now) };
}

/** The rule in words, with the names of the saved segments and lists in it. */
export async function explainRule(tx: Tx, { rule }: { rule: Rule }): Promise<string> {
	return sentenceOf(rule, await Catalog.load(tx));
}

interface Row {
	id: string;
	name: string;
	description: string;
	createdAt: number;
	updatedAt: number;
}

async function read(tx: Tx, catalog: Catalog, id?: string): Promise<SavedSegment[]> {
	const rows = await tx.all<Row>(
		`SELECT id, name, description, created_at AS "createdAt", updated_at AS "updatedAt"
		 FROM saved_segment ${id === undefined ? '' : 'WHERE id = $1'} ORDER BY match_key`,
		id === undefined ? [] : [id],
	);
	return rows.map((row) => {
		const rule = catalog.ruleOf(row.id);
		return { ...row, rule, sentence: sentenceOf(rule, catalog) };
	});
}

function sentenceOf(rule: Rule, catalog: Catalog): string {
	return explain(rule, {
		segmentName: (reference) => catalog.nameOf('segment', reference),
		listName: (reference) => catalog.nameOf('list', reference),
	});
}
