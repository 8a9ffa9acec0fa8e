import { describeOperator } from './operators';
import { dateWords, durationWords } from './operators/value-kinds';
import type { EventRule, Having, InterestRule, PropertyCondition, Rule, SameRule, Window } from './rule';

/** Names of saved segments and custom lists by what a rule calls them; without them it is what the rule says. */
export interface ReferenceNames {
	segmentName?(reference: string): string | undefined;
	listName?(reference: string): string | undefined;
}

/**
 * The rule as a sentence for people: "City is San Francisco and sum of amount of Added to Cart in the last 30 days is
 * greater than 200 and has not done Charged in the last 30 days". Nested groups stand in parentheses.
 * `rule` must have passed `parseRule`.
 */
export function explain(rule: Rule, names: ReferenceNames = {}): string {
	const sentence = words(rule, names);
	return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function words(rule: Rule, names: ReferenceNames): string {
	if ('all' in rule) return rule.all.length === 0 ? 'everyone' : rule.all.map((each) => part(each, names)).join(' and ');
	if ('any' in rule) return rule.any.map((each) => part(each, names)).join(' or ');
	if ('not' in rule) return `not (${words(rule.not, names)})`;
	if ('profile' in rule) return `${rule.profile} ${describeOperator(rule.is, rule.value)}`;
	if ('event' in rule) return eventWords(rule);
	if ('bucket' in rule) return `is in buckets ${rule.bucket.from} to ${rule.bucket.to} of 0 to 999`;
	if ('segment' in rule) return `is in the segment "${names.segmentName?.(rule.segment) ?? rule.segment}"`;
	if ('list' in rule) return `is on the list "${names.listName?.(rule.list) ?? rule.list}"`;
	if ('interest' in rule) return interestWords(rule);
	return sameWords(rule, names);
}

/** A group, and whatever has an "and" of its own, needs parentheses beside others. */
function part(rule: Rule, names: ReferenceNames): string {
	const text = words(rule, names);
	const isGroup = ('all' in rule && rule.all.length > 1) || ('any' in rule && rule.any.length > 1);
	return isGroup || 'same' in rule || ('event' in rule && conditionCount(rule) > 1) ? `(${text})` : text;
}

function conditionCount(rule: EventRule): number {
	return Math.max(rule.where?.length ?? 0, rule.that?.length ?? 0);
}

function eventWords(rule: EventRule): string {
	if (rule.occurrence) return negatable(rule.did, occurrenceWords(rule));
	if (rule.having) return negatable(rule.did, havingWords(rule, rule.having));
	return `has ${rule.did ? '' : 'not '}done ${subject(rule)}${windowWords(rule.when)}`;
}

function interestWords({ interest }: InterestRule): string {
	const { event, of, is, percent, value, when } = interest;
	const share = is === 'predominantly' ? 'predominantly' : `at least ${percent} % of the time`;
	return `does ${event}${windowWords(when)} ${share} ${typeof of === 'string' ? timeWords(of, value) : `with ${of.property} ${value}`}`;
}

const WEEKDAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

function timeWords(of: 'hourOfDay' | 'dayOfWeek', value: unknown): string {
	if (of === 'dayOfWeek') return `on ${WEEKDAYS[Number(value) - 1]}`;
	const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
	return `between ${clock(Number(value))} and ${clock(Number(value) + 1)}`;
}

function sameWords({ same }: SameRule, names: ReferenceNames): string {
	const properties = typeof same.property === 'string' ? [same.property] : Object.entries(same.property).map(([event, property]) => `${property} of ${event}`);
	return `for one and the same ${listed(properties, 'and')}: ${words(same.rule, names)}`;
}

function negatable(did: boolean, text: string): string {
	return did ? text : `not (${text})`;
}

function subject(rule: EventRule): string {
	return listed([rule.event].flat(), 'or') + (rule.where && rule.where.length > 0 ? ` where ${conditionWords(rule.where)}` : '');
}

/** "a, b or c" */
function listed(items: string[], last: 'and' | 'or'): string {
	return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`;
}

function conditionWords(conditions: PropertyCondition[]): string {
	return conditions.map(({ property, is, value }) => `${property} ${describeOperator(is, value)}`).join(' and ');
}

function occurrenceWords(rule: EventRule): string {
	const that = rule.that && rule.that.length > 0 ? `has ${conditionWords(rule.that)}` : '';
	const when = rule.when ? `was${windowWords(rule.when)}` : '';
	const said = [when, that].filter((text) => text !== '').join(' and ');
	return `the ${rule.occurrence} ${subject(rule)} ever ${said || 'exists'}`;
}

function havingWords(rule: EventRule, having: Having): string {
	const zero = having.includeZero ? ' (people without any count as 0)' : '';
	return `${measureWords(having)} ${subject(rule)}${windowWords(rule.when)} ${describeOperator(having.is, having.value)}${zero}`;
}

function measureWords(having: Having): string {
	switch (having.measure) {
		case 'count':
			return 'number of';
		case 'distinctDays':
			return 'number of different days with';
		case 'distinct':
			return `number of different values of ${having.property} of`;
		case 'min':
			return `smallest ${having.property} of`;
		case 'max':
			return `greatest ${having.property} of`;
		default:
			return `${having.measure} of ${having.property} of`;
	}
}

/** Begins with a space; empty when the window is ever. */
function windowWords(when: Window | undefined): string {
	if (when === undefined) return '';
	if ('last' in when) return ` in the last ${durationWords({ amount: when.last, unit: when.unit })}`;
	const { from, to } = when;
	if (from !== undefined && to !== undefined) return ` between ${dateWords(from)} and ${dateWords(to)}`;
	return from !== undefined ? ` since ${dateWords(from)}` : ` until ${dateWords(to as string | number)}`;
}
