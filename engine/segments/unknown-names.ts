import type { Tx } from '../store/database';
import { inside, type RuleError } from './complaints';
import { eventKey } from './event-key';
import { nearest } from '../nearest';
import { PROFILE_FIELDS } from './profile-fields';
import type { EventRule, Rule } from './rule';
import { requireRule } from './validate';

/** A name that a rule uses and the place where it does. */
interface NameUse {
	path: string;
	/** Undefined: a property of people. */
	event?: string;
	property?: string;
}

/**
 * Events and properties that a rule names and the store has never seen: warnings, since they may be yet to come.
 * Each names its place and the nearest known name. Rejects with `invalid_rule`.
 */
export async function unknownNames(tx: Tx, { rule }: { rule: Rule }): Promise<{ warnings: RuleError[] }> {
	const uses = [...namesIn(requireRule(rule), '')];
	const events = await tx.all<{ name_id: number | string; name: string; match_key: string }>(
		'SELECT name_id, name, match_key FROM event_name ORDER BY name',
	);
	const ids = new Map(events.map((event) => [event.match_key, Number(event.name_id)]));
	const warnings: RuleError[] = [];
	for (const { path, event, property } of uses) {
		const id = event === undefined ? 0 : ids.get(eventKey(event));
		if (property === undefined) {
			if (id === undefined) warnings.push({ path, message: unknown('event', event ?? '', events.map(({ name }) => name)) });
			continue;
		}
		// An unknown event has been warned of; nothing is known about its properties.
		if (id === undefined) continue;
		const known = await propertiesOf(tx, id);
		if (isKnown(property, known)) continue;
		const what = event === undefined ? 'property of people' : `property of ${event}`;
		warnings.push({ path, message: unknown(what, property, known) });
	}
	return { warnings };
}

async function propertiesOf(tx: Tx, nameId: number): Promise<string[]> {
	const rows = await tx.all<{ name: string }>('SELECT name FROM property_name WHERE name_id = $1 ORDER BY name', [nameId]);
	const names = rows.map((row) => row.name);
	return nameId === 0 ? [...names, ...PROFILE_FIELDS] : names;
}

/** Of a dotted path it is enough that its beginning is known. */
function isKnown(path: string, known: readonly string[]): boolean {
	return known.some((name) => name === path || path.startsWith(`${name}.`));
}

function unknown(what: string, name: string, known: readonly string[]): string {
	const hint = nearest(name, known);
	return `no ${what} is called "${name}" so far${hint === undefined ? '' : `; did you mean "${hint}"?`}`;
}

function* namesIn(rule: Rule, path: string): Iterable<NameUse> {
	if ('all' in rule) yield* namesInList(rule.all, inside(path, 'all'));
	else if ('any' in rule) yield* namesInList(rule.any, inside(path, 'any'));
	else if ('not' in rule) yield* namesIn(rule.not, inside(path, 'not'));
	else if ('profile' in rule) yield { path: inside(path, 'profile'), property: rule.profile };
	else if ('event' in rule) yield* namesInEvent(rule, path);
}

function* namesInList(rules: Rule[], path: string): Iterable<NameUse> {
	for (const [index, rule] of rules.entries()) yield* namesIn(rule, `${path}[${index}]`);
}

function* namesInEvent(rule: EventRule, path: string): Iterable<NameUse> {
	const { event } = rule;
	yield { path: inside(path, 'event'), event };
	for (const key of ['where', 'that'] as const) {
		for (const [index, { property }] of (rule[key] ?? []).entries()) {
			yield { path: inside(path, `${key}[${index}].property`), event, property };
		}
	}
	if (rule.having && 'property' in rule.having) {
		yield { path: inside(path, 'having.property'), event, property: rule.having.property };
	}
}
