import { CampaignError } from '../errors';
import type { NamedKind } from '../names';
import type { Tx } from '../store/database';
import { inside } from './complaints';
import type { Rule } from './rule';
import { Catalog, type Named } from './saved/catalog';
import { errorText } from './validate';

/** A saved segment or custom list that a rule names, and where. */
export interface Reference {
	kind: NamedKind;
	/** An id or a name. */
	to: string;
	path: string;
}

/** Saved segments in saved segments in ...; far more than anybody can follow. */
const DEEPEST = 32;
/** Segments put in for one rule. */
const MOST = 1_000;

/** Every saved segment and custom list that a rule itself names, with its place. */
export function referencesIn(rule: Rule): Reference[] {
	const found: Reference[] = [];
	mapReferences(rule, '', (reference, same) => {
		found.push(reference);
		return same;
	});
	return found;
}

/**
 * The rule as the evaluator takes it: every saved segment replaced by its rule, and those in it, too; every list named by
 * its id. Rejects with `unknown_reference`, which names every place, or `segment_cycle`.
 */
export async function resolveReferences(tx: Tx, rule: Rule): Promise<Rule> {
	if (referencesIn(rule).length === 0) return rule;
	return new Resolution(await Catalog.load(tx)).expand(rule, []);
}

/**
 * The rule as it is stored: every reference by the id, which survives a rename. Rejects with `unknown_reference`.
 * @param unknown `keep`: what is not there stays as it is, and is complained of when the rule is used
 */
export async function bindReferences(tx: Tx, rule: Rule, unknown: 'refuse' | 'keep' = 'refuse'): Promise<Rule> {
	if (referencesIn(rule).length === 0) return rule;
	return bindTo(await Catalog.load(tx), rule, unknown);
}

/** What the saved segments and custom lists that a rule itself names are called, by id. What is not there is left out. */
export async function namesIn(tx: Tx, rule: Rule): Promise<Record<string, string>> {
	const references = referencesIn(rule);
	if (references.length === 0) return {};
	const catalog = await Catalog.load(tx);
	const found = references.flatMap(({ kind, to }) => catalog.find(kind, to) ?? []);
	return Object.fromEntries(found.map(({ id, name }) => [id, name]));
}

export function bindTo(catalog: Catalog, rule: Rule, unknown: 'refuse' | 'keep' = 'refuse'): Rule {
	if (unknown === 'refuse') refuseUnknown(catalog, rule);
	return mapReferences(rule, '', ({ kind, to }, same) => {
		const found = catalog.find(kind, to);
		return found ? referenceTo(kind, found.id) : same;
	});
}

/** Throws `segment_cycle` when the rule leads to itself, directly or by way of others; `trail` is how it was reached. */
export function refuseCycle(catalog: Catalog, rule: Rule, trail: readonly Named[]): void {
	new Resolution(catalog).expand(rule, trail);
}

class Resolution {
	private count = 0;

	constructor(private readonly catalog: Catalog) {}

	expand(rule: Rule, trail: readonly Named[]): Rule {
		refuseUnknown(this.catalog, rule, trail);
		return mapReferences(rule, '', ({ kind, to }) => {
			const found = this.catalog.find(kind, to) as Named;
			return kind === 'list' ? referenceTo(kind, found.id) : this.segment(found, trail);
		});
	}

	private segment(segment: Named, trail: readonly Named[]): Rule {
		if (trail.some(({ id }) => id === segment.id)) throw cycle([...trail, segment]);
		if (trail.length >= DEEPEST || ++this.count > MOST) {
			throw new CampaignError('segment_too_large', `The segment is made of more than ${MOST} saved segments, or of more than ${DEEPEST} within each other.`, 'Make it of fewer.');
		}
		return this.expand(this.catalog.ruleOf(segment.id), [...trail, segment]);
	}
}

function cycle(trail: readonly Named[]): CampaignError {
	const { id } = trail[trail.length - 1] as Named;
	const loop = trail.slice(trail.findIndex((segment) => segment.id === id));
	const path = loop.map(({ name }) => name).join(' -> ');
	return new CampaignError('segment_cycle', `Saved segments cannot be made of each other: ${path}.`, 'Take one of these references out.');
}

function refuseUnknown(catalog: Catalog, rule: Rule, trail: readonly Named[] = []): void {
	const unknown = referencesIn(rule).filter(({ kind, to }) => !catalog.find(kind, to));
	if (unknown.length === 0) return;
	const within = trail.length > 0 ? `saved segment "${trail[trail.length - 1]?.name}"` : 'segment rule';
	const places = unknown.map(({ kind, to, path }) => errorText({ path, message: catalog.unknown(kind, to) }));
	throw new CampaignError('unknown_reference', `The ${within} cannot be used: ${places.join('; ')}.`, 'Correct the reference, and look whether the node points at the right store.');
}

function referenceTo(kind: NamedKind, id: string): Rule {
	return kind === 'segment' ? { segment: id } : { list: id };
}

/** A copy of the rule in which `replace` has put something else in the place of each reference. */
function mapReferences(rule: Rule, path: string, replace: (reference: Reference, same: Rule) => Rule): Rule {
	const each = (rules: Rule[], at: string) => rules.map((inner, index) => mapReferences(inner, `${at}[${index}]`, replace));
	if ('all' in rule) return { all: each(rule.all, inside(path, 'all')) };
	if ('any' in rule) return { any: each(rule.any, inside(path, 'any')) };
	if ('not' in rule) return { not: mapReferences(rule.not, inside(path, 'not'), replace) };
	if ('segment' in rule) return replace({ kind: 'segment', to: rule.segment, path: inside(path, 'segment') }, rule);
	if ('list' in rule) return replace({ kind: 'list', to: rule.list, path: inside(path, 'list') }, rule);
	return rule;
}
