import { CampaignError } from '../../errors';
import { KIND_WORDS, nameKey, type NamedKind } from '../../names';
import type { Tx } from '../../store/database';
import { nearest } from '../../nearest';
import type { Rule } from '../rule';
import { requireRule } from '../validate';

/** A saved segment or custom list. */
export interface Named {
	readonly id: string;
	readonly name: string;
}

/** What references in rules may mean: every saved segment and custom list, by id, by name, and by the names they had. */
export class Catalog {
	private readonly byId: Record<NamedKind, Map<string, Named>> = { segment: new Map(), list: new Map() };

	private readonly byName: Record<NamedKind, Map<string, string>> = { segment: new Map(), list: new Map() };

	private readonly rules = new Map<string, string>();

	static async load(tx: Tx): Promise<Catalog> {
		const catalog = new Catalog();
		const rows = await tx.all<{ kind: NamedKind; id: string; name: string; rule: string | null }>(
			`SELECT 'segment' AS kind, id, name, rule FROM saved_segment
			 UNION ALL SELECT 'list', id, name, NULL FROM custom_list`,
		);
		for (const { kind, id, name, rule } of rows) {
			catalog.byId[kind].set(id, { id, name });
			if (rule !== null) catalog.rules.set(id, rule);
		}
		const names = await tx.all<{ kind: NamedKind; match_key: string; id: string }>('SELECT kind, match_key, id FROM known_name');
		for (const { kind, match_key, id } of names) catalog.byName[kind].set(match_key, id);
		return catalog;
	}

	find(kind: NamedKind, reference: string): Named | undefined {
		const text = reference.trim();
		return this.byId[kind].get(text) ?? this.byId[kind].get(this.byName[kind].get(nameKey(text)) ?? '');
	}

	/** The one that is called so now. */
	called(kind: NamedKind, name: string): Named | undefined {
		const found = this.find(kind, name);
		return found && nameKey(found.name) === nameKey(name) ? found : undefined;
	}

	/** What a reference means. Throws `unknown_reference`. */
	require(kind: NamedKind, reference: string): Named {
		const found = this.find(kind, reference);
		if (found) return found;
		const text = this.unknown(kind, reference);
		throw new CampaignError('unknown_reference', `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('?') ? '' : '.'}`, 'Choose one from the list, and look whether the node points at the right store.');
	}

	all(kind: NamedKind): Named[] {
		return [...this.byId[kind].values()];
	}

	/** Names by ids, for sentences. */
	nameOf(kind: NamedKind, reference: string): string {
		return this.find(kind, reference)?.name ?? reference;
	}

	/** The rule of a saved segment. Throws `invalid_rule` when this version cannot read it. */
	ruleOf(id: string): Rule {
		return requireRule(this.rules.get(id));
	}

	/** "there is no saved segment called "Loyale"; did you mean "Loyal"?" */
	unknown(kind: NamedKind, reference: string): string {
		const hint = nearest(reference, this.all(kind).map(({ name }) => name));
		return `there is no ${KIND_WORDS[kind]} called "${reference}"${hint === undefined ? '' : `; did you mean "${hint}"?`}`;
	}
}
