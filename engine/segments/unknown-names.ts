import type { Tx } from '../store/database';
import { inside, type RuleError } from './complaints';
import { eventKey } from './event-key';
import { nearest } from '../nearest';
import { PROFILE_FIELDS } from './profile-fields';
import type { EventRule, InterestRule, Rule, SameRule } from './rule';
import { requireRule } from './validate';

/** A name that a rule uses and the place where it does: an event's, or a property's. */
export interface NameUse {
	path: string;
	/** The event, or the events one of which has the property. Empty: a property of people. */
	events: string[];
	property?: string;
}

/**
 * Events and properties that a rule names and the store has never seen: warnings, since they may be yet to come.
 * Each names its place and the nearest known name. Rejects with `invalid_rule`.
 */
export async function unknownNames(tx: Tx, { rule }: { rule: Rule }): Promise<{ warnings: RuleError[] }> {
	const unknown = await unknownAmong(tx, [...namesIn(requireRule(rule), '')], PROFILE_FIELDS);
	return { warnings: unknown.map(({ path, message }) => ({ path, message })) };
}

/** A name the store has never seen. `nearest`: the known one that may have been meant. */
export interface UnknownName extends RuleError {
	nearest?: string;
}

/** Those of the names that the store has never seen. `fields`: what people have beside their own properties. */
export async function unknownAmong(tx: Tx, uses: readonly NameUse[], fields: readonly string[]): Promise<UnknownName[]> {
	const events = await tx.all<{ name_id: number | string; name: string; match_key: string }>(
		'SELECT name_id, name, match_key FROM event_name ORDER BY name',
	);
	const ids = new Map(events.map((event) => [event.match_key, Number(event.name_id)]));
	const warnings: UnknownName[] = [];
	for (const { path, events: used, property } of uses) {
		const known = used.length === 0 ? [PEOPLE] : used.flatMap((event) => ids.get(eventKey(event)) ?? []);
		if (property === undefined) {
			if (known.length === 0) warnings.push({ path, ...unknown('event', used[0] ?? '', events.map(({ name }) => name)) });
			continue;
		}
		// An unknown event has been warned of; nothing is known about its properties.
		if (known.length < Math.max(used.length, 1)) continue;
		const properties: string[] = [];
		for (const id of known) properties.push(...(await propertiesOf(tx, id)), ...(id === PEOPLE ? fields : []));
		if (isKnown(property, properties)) continue;
		warnings.push({ path, ...unknown(`property of ${used.length === 0 ? 'people' : used.join(' or ')}`, property, properties) });
	}
	return warnings;
}

/** In place of an event's number: properties of people. */
const PEOPLE = 0;

async function propertiesOf(tx: Tx, nameId: number): Promise<string[]> {
	const rows = await tx.all<{ name: string }>('SELECT name FROM property_name WHERE name_id = $1 ORDER BY name', [nameId]);
	return rows.map((row) => row.name);
}

/** Of a dotted path it is enough that its beginning is known. */
function isKnown(path: string, known: readonly string[]): boolean {
	return known.some((name) => name === path || path.startsWith(`${name}.`));
}

function unknown(what: string, name: string, known: readonly string[]): Omit<UnknownName, 'path'> {
	const hint = nearest(name, known);
	const message = `no ${what} is called "${name}" so far`;
	return hint === undefined ? { message } : { message: `${message}; did you mean "${hint}"?`, nearest: hint };
}

function* namesIn(rule: Rule, path: string): Iterable<NameUse> {
	if ('all' in rule) yield* namesInList(rule.all, inside(path, 'all'));
	else if ('any' in rule) yield* namesInList(rule.any, inside(path, 'any'));
	else if ('not' in rule) yield* namesIn(rule.not, inside(path, 'not'));
	else if ('profile' in rule) yield { path: inside(path, 'profile'), events: [], property: rule.profile };
	else if ('event' in rule) yield* namesInEvent(rule, path);
	else if ('interest' in rule) yield* namesInInterest(rule, inside(path, 'interest'));
	else if ('same' in rule) yield* namesInSame(rule, inside(path, 'same'));
}

function* namesInList(rules: Rule[], path: string): Iterable<NameUse> {
	for (const [index, rule] of rules.entries()) yield* namesIn(rule, `${path}[${index}]`);
}

function* namesInEvent(rule: EventRule, path: string): Iterable<NameUse> {
	const events = [rule.event].flat();
	const isList = Array.isArray(rule.event);
	for (const [index, event] of events.entries()) yield { path: inside(path, isList ? `event[${index}]` : 'event'), events: [event] };
	for (const key of ['where', 'that'] as const) {
		for (const [index, { property }] of (rule[key] ?? []).entries()) {
			yield { path: inside(path, `${key}[${index}].property`), events, property };
		}
	}
	if (rule.having && 'property' in rule.having) {
		yield { path: inside(path, 'having.property'), events, property: rule.having.property };
	}
}

function* namesInInterest({ interest: { event, of } }: InterestRule, path: string): Iterable<NameUse> {
	yield { path: inside(path, 'event'), events: [event] };
	if (typeof of === 'object') yield { path: inside(path, 'of.property'), events: [event], property: of.property };
}

/** The property under each event's own name for it: all of them must have it. */
function* namesInSame({ same: { property, rule } }: SameRule, path: string): Iterable<NameUse> {
	const inner = [...namesIn(rule, inside(path, 'rule'))];
	if (typeof property !== 'string') {
		for (const [event, name] of Object.entries(property)) yield { path: inside(path, `property.${event}`), events: [event], property: name };
	} else {
		const events = inner.filter((use) => use.property === undefined).flatMap((use) => use.events);
		for (const event of new Set(events)) yield { path: inside(path, 'property'), events: [event], property };
	}
	yield* inner;
}
