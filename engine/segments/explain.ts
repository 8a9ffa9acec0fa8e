import { describeOperator } from './operators';
import { dateWords, durationWords } from './operators/value-kinds';
import type { EventRule, Having, PropertyCondition, Rule, Window } from './rule';

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
	if ('segment' in rule) return `is in the segment "${names.segmentName?.(rule.segment) ?? rule.segment}"`;
	if ('list' in rule) return `is on the list "${names.listName?.(rule.list) ?? rule.list}"`;
	if ('bucket' in rule) return `is in buckets ${rule.bucket.from} to ${rule.bucket.to} of 0 to 999`;
	throw new Error(`A rule that parseRule refuses: ${Object.keys(rule).join(', ')}`);
}

/** A group, and whatever has an "and" of its own, needs parentheses beside others. */
function part(rule: Rule, names: ReferenceNames): string {
	const text = words(rule, names);
	const isGroup = ('all' in rule && rule.all.length > 1) || ('any' in rule && rule.any.length > 1);
	return isGroup || ('event' in rule && conditionCount(rule) > 1) ? `(${text})` : text;
}

function conditionCount(rule: EventRule): number {
	return Math.max(rule.where?.length ?? 0, rule.that?.length ?? 0);
}

function eventWords(rule: EventRule): string {
	if (rule.occurrence) return negatable(rule.did, occurrenceWords(rule));
	if (rule.having) return negatable(rule.did, havingWords(rule, rule.having));
	return `has ${rule.did ? '' : 'not '}done ${subject(rule)}${windowWords(rule.when)}`;
}

function negatable(did: boolean, text: string): string {
	return did ? text : `not (${text})`;
}

function subject(rule: EventRule): string {
	return rule.event + (rule.where && rule.where.length > 0 ? ` where ${conditionWords(rule.where)}` : '');
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
