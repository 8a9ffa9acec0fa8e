import { conditionRule, eventsOf, isAboutEvents, type BuilderCondition } from './builder-conditions';
import { inWords } from './builder-words';
import { eventKey } from './event-key';
import type { Rule, SameRule } from './rule';
import { errorText, parseRule } from './validate';

/** What the segment builder's form holds: groups of conditions, conditions with filters. */
export interface BuilderValue {
	/** How groups combine. Default all. */
	combine?: 'all' | 'any';
	groups?: BuilderGroup[];
}

export interface BuilderGroup {
	/** How the group's conditions combine. Default all. */
	combine?: 'all' | 'any' | 'none';
	conditions?: BuilderCondition[];
	same?: BuilderSame;
}

/** A property that has one and the same value on the events of all conditions of a group. */
export interface BuilderSame {
	property?: string;
	/** Events that call the property otherwise. */
	aliases?: Array<{ event?: string; property?: string }>;
}

/**
 * The rule that the form means, or everything that is wrong with the form in its own words: "Group 2, condition 1,
 * filter 1: Value must be a number". An empty form is an error rather than everyone.
 */
export function builderToRule({ combine, groups = [] }: BuilderValue): { rule: Rule } | { errors: string[] } {
	if (groups.length === 0) {
		return { errors: ['The segment has no conditions: add one, or use the JSON rule { "all": [] } to mean everyone.'] };
	}
	const errors: string[] = [];
	const rules = groups.map((group, index) => groupRule(group, `Group ${index + 1}`, errors));
	return errors.length > 0 ? { errors } : { rule: combined(combine, rules) };
}

function combined(combine: BuilderGroup['combine'], rules: Rule[]): Rule {
	if (combine === 'none') return { not: combined('any', rules) };
	if (rules.length === 1) return rules[0] as Rule;
	return combine === 'any' ? { any: rules } : { all: rules };
}

function groupRule({ combine, conditions = [], same }: BuilderGroup, place: string, errors: string[]): Rule {
	const errorsBefore = errors.length;
	if (conditions.length === 0) errors.push(`${place}: has no conditions; add one or remove the group`);
	const rules = conditions.map((condition, index) => checkedRule(condition, `${place}, condition ${index + 1}`, errors));
	if (!same) return combined(combine, rules);
	// "None" is about the whole: there is no value for which one of the conditions holds.
	const held = sameRule(same, conditions, combined(combine === 'none' ? 'any' : combine, rules), place, errors);
	if (errors.length === errorsBefore) errors.push(...errorsOfWhole(held, `${place}, same value`));
	return combine === 'none' ? { not: held } : held;
}

/** The conditions have been judged one by one: what is left to say is about the whole. */
function errorsOfWhole(held: SameRule, place: string): string[] {
	const parsed = parseRule(held);
	return 'errors' in parsed ? parsed.errors.map((error) => `${place}: ${errorText(error)}`) : [];
}

function checkedRule(condition: BuilderCondition, place: string, errors: string[]): Rule {
	const rule = conditionRule(condition);
	const parsed = parseRule(rule);
	if ('errors' in parsed) errors.push(...parsed.errors.map((error) => place + inWords(error)));
	return rule;
}

function sameRule(same: BuilderSame, conditions: BuilderCondition[], rule: Rule, place: string, errors: string[]): SameRule {
	conditions.forEach((condition, index) => {
		if (isAboutEvents(condition)) return;
		errors.push(`${place}, condition ${index + 1}: a group with "Same Value Of" takes conditions on events only; move this one to a group of its own`);
	});
	const property = sameProperty(same, conditions.flatMap(eventsOf), `${place}, same value`, errors);
	return { same: { property, rule } };
}

/** The property's name, or its name on each of the events when it has several. */
function sameProperty({ property = '', aliases = [] }: BuilderSame, events: string[], place: string, errors: string[]): SameRule['same']['property'] {
	if (property.trim() === '') errors.push(`${place}: Property is not filled in`);
	const names = new Map(events.map((event) => [eventKey(event), { event, property }]));
	const seen = new Set<string>();
	aliases.forEach(({ event = '', property: alias = '' }, index) => {
		const here = `${place}, other name ${index + 1}`;
		const key = eventKey(event);
		if (event.trim() === '') errors.push(`${here}: Event is not filled in`);
		else if (!names.has(key)) errors.push(`${here}: no condition of this group is on the event "${event}"`);
		else if (seen.has(key)) errors.push(`${here}: the event "${event}" has another name already`);
		if (alias.trim() === '') errors.push(`${here}: Property is not filled in`);
		seen.add(key);
		const named = names.get(key);
		if (named) named.property = alias;
	});
	return aliases.length === 0 ? property : Object.fromEntries([...names.values()].map((name) => [name.event, name.property]));
}
