import { comparisonValue, numberFrom, type ValueFields } from './builder-values';
import type { RuleError } from './complaints';
import type { Unit } from './dates';
import { isOperatorName, valueKindOf, type MeasureOperatorName, type OperatorName } from './operators';
import type { Comparison, EventRule, Having, ProfileRule, PropertyCondition, Rule, Window } from './rule';
import { errorText, parseRule } from './validate';

/**
 * What the segment builder's form holds: groups of conditions, conditions with filters. The inner keys (`group`,
 * `condition`, `filter`) are those of lists of a form; an empty list is absent.
 */
export interface BuilderValue {
	/** How groups combine. Default all. */
	combine?: 'all' | 'any';
	groups?: { group?: BuilderGroup[] };
}

export interface BuilderGroup {
	/** How the group's conditions combine. Default all. */
	combine?: 'all' | 'any';
	conditions?: { condition?: BuilderCondition[] };
}

/** Fields that do not belong to the chosen `type`, `window` or `quantifier` are left aside: forms keep hidden inputs. */
export interface BuilderCondition extends ValueFields {
	type?: 'profile' | 'event';

	/** type profile: the property and how it compares; its value is in the fields of ValueFields. */
	property?: string;
	operator?: string;

	/** type event */
	event?: string;
	did?: 'did' | 'didNot';
	window?: 'ever' | 'last' | 'between';
	windowAmount?: number | string;
	windowUnit?: Unit;
	/** Either end may be empty. */
	windowFrom?: string;
	windowTo?: string;
	quantifier?: 'atLeastOnce' | 'count' | 'sum' | 'average';
	quantifierProperty?: string;
	quantifierOperator?: string;
	quantifierValue?: number | string;
	/** The upper end of `between`. */
	quantifierValueTo?: number | string;
	includeZero?: boolean;
	/** All on the same event. */
	filters?: { filter?: BuilderFilter[] };
}

export interface BuilderFilter extends ValueFields {
	property?: string;
	operator?: string;
}

/**
 * The rule that the form means, or everything that is wrong with the form in its own words: "Group 2, condition 1: ...".
 * An empty form is an error rather than everyone.
 */
export function builderToRule(value: BuilderValue): { rule: Rule } | { errors: string[] } {
	const groups = value.groups?.group ?? [];
	if (groups.length === 0) {
		return { errors: ['The segment has no conditions: add one, or use the JSON rule { "all": [] } to mean everyone.'] };
	}
	const errors: string[] = [];
	const rules = groups.map((group, index) => groupRule(group, `Group ${index + 1}`, errors));
	return errors.length > 0 ? { errors } : { rule: combined(value.combine, rules) };
}

function combined(combine: 'all' | 'any' | undefined, rules: Rule[]): Rule {
	if (rules.length === 1) return rules[0] as Rule;
	return combine === 'any' ? { any: rules } : { all: rules };
}

function groupRule(group: BuilderGroup, place: string, errors: string[]): Rule {
	const conditions = group.conditions?.condition ?? [];
	if (conditions.length === 0) errors.push(`${place}: has no conditions; add one or remove the group`);
	const rules = conditions.map((condition, index) => conditionRule(condition, `${place}, condition ${index + 1}`, errors));
	return combined(group.combine, rules);
}

function conditionRule(condition: BuilderCondition, place: string, errors: string[]): Rule {
	const rule = condition.type === 'event' ? eventRule(condition) : profileRule(condition);
	const parsed = parseRule(rule);
	if ('errors' in parsed) errors.push(...parsed.errors.map((error) => `${place}: ${inWords(error)}`));
	return rule;
}

function profileRule(condition: BuilderCondition): ProfileRule {
	return { profile: condition.property ?? '', ...comparison(condition.operator, condition) };
}

function eventRule(condition: BuilderCondition): EventRule {
	const filters = condition.filters?.filter ?? [];
	const where = filters.map((filter): PropertyCondition => {
		return { property: filter.property ?? '', ...comparison(filter.operator, filter) };
	});
	const when = windowOf(condition);
	const having = havingOf(condition);
	return {
		event: condition.event ?? '',
		did: condition.did !== 'didNot',
		...(where.length > 0 && { where }),
		...(when && { when }),
		...(having && { having }),
	};
}

function comparison(operator: string | undefined, fields: ValueFields): Comparison {
	// An operator that is none is reported by parseRule.
	const is = (operator ?? 'equals') as OperatorName;
	const value = comparisonValue(isOperatorName(is) ? valueKindOf(is) : 'scalar', fields);
	return { is, ...(value !== undefined && { value }) } as Comparison;
}

function windowOf(condition: BuilderCondition): Window | undefined {
	if (condition.window === 'last') {
		return { last: numberFrom(condition.windowAmount), unit: condition.windowUnit ?? 'days' };
	}
	if (condition.window !== 'between') return undefined;
	const { windowFrom: from, windowTo: to } = condition;
	return { ...(from && { from }), ...(to && { to }) };
}

function havingOf(condition: BuilderCondition): Having | undefined {
	const { quantifier = 'atLeastOnce' } = condition;
	if (quantifier === 'atLeastOnce') return undefined;
	const is = (condition.quantifierOperator ?? 'at_least') as MeasureOperatorName;
	const first = numberFrom(condition.quantifierValue);
	const value = is === 'between' ? [first, numberFrom(condition.quantifierValueTo)] : first;
	const includeZero = condition.includeZero === true && { includeZero: true };
	if (quantifier === 'count') return { measure: quantifier, is, value, ...includeZero } as Having;
	return { measure: quantifier, property: condition.quantifierProperty ?? '', is, value, ...includeZero } as Having;
}

const FIELDS: Array<[RegExp, string]> = [
	[/^profile$/, 'Property'],
	[/^event$/, 'Event'],
	[/^is$/, 'Operator'],
	[/^value/, 'Value'],
	[/^when\.last$/, 'Window amount'],
	[/^when\.unit$/, 'Window unit'],
	[/^when\.from$/, 'Window from'],
	[/^when\.to$/, 'Window to'],
	[/^when$/, 'Window'],
	[/^having\.property$/, 'Property to add up'],
	[/^having\.is$/, 'Comparison'],
	[/^having\.value/, 'Comparison value'],
];

/** The place of an error as the form calls it. */
function inWords(error: RuleError): string {
	const filter = /^where\[(\d+)\]\.(.+)$/.exec(error.path);
	if (filter) {
		const [, index, rest] = filter as unknown as [string, string, string];
		return `filter ${Number(index) + 1}: ${inWords({ path: rest.replace(/^property$/, 'profile'), message: error.message })}`;
	}
	const field = FIELDS.find(([pattern]) => pattern.test(error.path));
	return field ? `${field[1]} ${error.message.replace(/^the (?:property|name of the event) /, '')}` : errorText(error);
}
