import { comparisonValue, numberFrom, type ValueFields } from './builder-values';
import type { Unit } from './dates';
import { isOperatorName, valueKindOf, type MeasureOperatorName, type OperatorName } from './operators';
import type { BucketRule, Comparison, EventRule, Having, InterestRule, ProfileRule, PropertyCondition, Rule, Window } from './rule';

/** What a condition of the builder's form can be about. */
export type ConditionType =
	| 'profile'
	| 'did'
	| 'didNot'
	| 'didAny'
	| 'didNone'
	| 'first'
	| 'last'
	| 'interest'
	| 'inSegment'
	| 'notInSegment'
	| 'onList'
	| 'notOnList'
	| 'bucket';

/** A property and how it compares; its value is in the fields of ValueFields. */
export interface BuilderFilter extends ValueFields {
	property?: string;
	operator?: string;
}

/** Fields that do not belong to the chosen `type`, `window` or `quantifier` are left aside: forms keep hidden inputs. */
export interface BuilderCondition extends BuilderFilter, BuilderWindow, BuilderQuantity, BuilderInterest {
	/** Default profile, which compares `property`. */
	type?: ConditionType;
	/** did, didNot, first, last, interest */
	event?: string;
	/** didAny, didNone: counted together. */
	events?: string[];
	/** All on the same event. */
	filters?: BuilderFilter[];
	/** first, last: what that one event is like. */
	details?: BuilderFilter[];
	/** inSegment, notInSegment; onList, notOnList: an id or a name. */
	segment?: string;
	list?: string;
	/** bucket: from 0 to 999, both included. */
	bucketFrom?: number | string;
	bucketTo?: number | string;
}

/** Whatever is about events. */
interface BuilderWindow {
	/** Default ever. */
	window?: 'ever' | 'last' | 'between' | 'since';
	windowAmount?: number | string;
	windowUnit?: Unit;
	/** between: either end may be empty; since: the first only. */
	windowFrom?: string;
	windowTo?: string;
}

/** did, didNot, didAny, didNone */
interface BuilderQuantity {
	quantifier?: 'atLeastOnce' | Having['measure'];
	quantifierProperty?: string;
	quantifierOperator?: string;
	quantifierValue?: number | string;
	/** The upper end of `between`. */
	quantifierValueTo?: number | string;
	/** Not for min and max, which nobody without an event has. */
	includeZero?: boolean;
}

interface BuilderInterest {
	interestOf?: 'hourOfDay' | 'dayOfWeek' | 'property';
	interestProperty?: string;
	/** hourOfDay: 0 to 23. */
	interestHour?: number | string;
	/** dayOfWeek: 1 (Monday) to 7. */
	interestDay?: number | string;
	/** property */
	interestValue?: string | number | boolean;
	interestIs?: 'predominantly' | 'at_least';
	/** at_least */
	interestPercent?: number | string;
}

/** Types about what people did, which alone can be held to one value of a property. */
const EVENT_TYPES: readonly ConditionType[] = ['did', 'didNot', 'didAny', 'didNone', 'first', 'last'];

export function isAboutEvents({ type = 'profile' }: BuilderCondition): boolean {
	return EVENT_TYPES.includes(type);
}

/** Names of the events that a condition about events names. */
export function eventsOf(condition: BuilderCondition): string[] {
	if (!isAboutEvents(condition)) return [];
	return isOfSeveral(condition) ? (condition.events ?? []) : [condition.event ?? ''];
}

/** The rule a condition means. It may be none that `parseRule` accepts. */
export function conditionRule(condition: BuilderCondition): Rule {
	const { type = 'profile', segment = '', list = '' } = condition;
	switch (type) {
		case 'profile':
			return profileRule(condition);
		case 'interest':
			return interestRule(condition);
		case 'inSegment':
			return { segment };
		case 'notInSegment':
			return { not: { segment } };
		case 'onList':
			return { list };
		case 'notOnList':
			return { not: { list } };
		case 'bucket':
			return bucketRule(condition);
		default:
			return eventRule(condition);
	}
}

function profileRule(condition: BuilderCondition): ProfileRule {
	return { profile: condition.property ?? '', ...comparison(condition) };
}

function bucketRule({ bucketFrom, bucketTo }: BuilderCondition): BucketRule {
	return { bucket: { from: numberFrom(bucketFrom), to: numberFrom(bucketTo) } };
}

function isOfSeveral({ type }: BuilderCondition): boolean {
	return type === 'didAny' || type === 'didNone';
}

function eventRule(condition: BuilderCondition): EventRule {
	const { type, event = '', events = [] } = condition;
	const where = propertyConditions(condition.filters);
	const when = windowOf(condition);
	const rule: EventRule = {
		event: isOfSeveral(condition) ? events : event,
		did: type !== 'didNot' && type !== 'didNone',
		...(where.length > 0 && { where }),
		...(when && { when }),
	};
	if (type === 'first' || type === 'last') {
		const that = propertyConditions(condition.details);
		return { ...rule, occurrence: type, ...(that.length > 0 && { that }) };
	}
	const having = havingOf(condition);
	return { ...rule, ...(having && { having }) };
}

function propertyConditions(filters: BuilderFilter[] = []): PropertyCondition[] {
	return filters.map((filter) => ({ property: filter.property ?? '', ...comparison(filter) }));
}

function comparison(filter: BuilderFilter): Comparison {
	// An operator that is none is reported by parseRule.
	const is = (filter.operator ?? 'equals') as OperatorName;
	const value = comparisonValue(isOperatorName(is) ? valueKindOf(is) : 'scalar', filter);
	return { is, ...(value !== undefined && { value }) } as Comparison;
}

function windowOf({ window, windowAmount, windowUnit, windowFrom: from, windowTo: to }: BuilderWindow): Window | undefined {
	switch (window) {
		case 'last':
			return { last: numberFrom(windowAmount), unit: windowUnit ?? 'days' };
		case 'between':
			return { ...(from && { from }), ...(to && { to }) };
		case 'since':
			return { from: from ?? '' };
		default:
			return undefined;
	}
}

function havingOf(quantity: BuilderQuantity): Having | undefined {
	const { quantifier: measure = 'atLeastOnce', quantifierProperty: property = '' } = quantity;
	if (measure === 'atLeastOnce') return undefined;
	const is = (quantity.quantifierOperator ?? 'at_least') as MeasureOperatorName;
	const first = numberFrom(quantity.quantifierValue);
	const value = is === 'between' ? [first, numberFrom(quantity.quantifierValueTo)] : first;
	const zero = quantity.includeZero === true && { includeZero: true };
	switch (measure) {
		case 'count':
		case 'distinctDays':
			return { measure, is, value, ...zero };
		case 'min':
		case 'max':
			return { measure, property, is, value };
		default:
			return { measure, property, is, value, ...zero };
	}
}

function interestRule(condition: BuilderCondition): InterestRule {
	const { event = '', interestOf = 'hourOfDay', interestProperty = '', interestIs: is = 'predominantly' } = condition;
	const when = windowOf(condition);
	return {
		interest: {
			event,
			of: interestOf === 'property' ? { property: interestProperty } : interestOf,
			is,
			...(is === 'at_least' && { percent: numberFrom(condition.interestPercent) }),
			value: interestValue(interestOf, condition),
			...(when && { when }),
		},
	};
}

function interestValue(of: BuilderInterest['interestOf'], fields: BuilderInterest): string | number | boolean {
	if (of === 'hourOfDay') return numberFrom(fields.interestHour);
	if (of === 'dayOfWeek') return numberFrom(fields.interestDay);
	return fields.interestValue ?? '';
}
