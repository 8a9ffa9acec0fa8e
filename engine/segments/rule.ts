import type { Unit } from './dates';
import type { MeasureOperatorName, OperatorName } from './operators';
import type { DateValue, RuleValue } from './operators/value-kinds';
import type { Scalar } from './values';

/** The version of the rule's form that this code writes and reads. */
export const RULE_VERSION = 1;

/**
 * Who belongs to a segment: the JSON that the builder, saved segments and the API speak. `parseRule` checks it;
 * `{ "all": [] }` is everyone.
 */
export type Rule =
	| AllRule
	| AnyRule
	| NotRule
	| ProfileRule
	| EventRule
	| SegmentRule
	| ListRule
	| InterestRule
	| SameRule
	| BucketRule;

/** A rule as stored: the outermost one may say which version of the form it is written in. */
export type RuleDocument = Rule & { version?: number };

export interface AllRule {
	all: Rule[];
}

export interface AnyRule {
	any: Rule[];
}

export interface NotRule {
	not: Rule;
}

/** A comparison; which `value` belongs to which operator is checked by `parseRule`. */
export interface Comparison {
	is: OperatorName;
	value?: RuleValue | readonly DateValue[];
}

/** A property of the person; a dotted path reaches inside objects. Well-known names: see PROFILE_FIELDS. */
export interface ProfileRule extends Comparison {
	profile: string;
}

/** A property of an event. */
export interface PropertyCondition extends Comparison {
	property: string;
}

/** Did, or did not do, an event; of several names any counts, and they are counted together ("did any of"). */
export interface EventRule {
	event: string | string[];
	did: boolean;
	/** All on the same event. */
	where?: PropertyCondition[];
	/** Omitted: ever. */
	when?: Window;
	/** What the events are to add up to. Omitted: there is at least one. */
	having?: Having;
	/** Of all events matching `where`, ever, the first or last one lies in `when` and satisfies `that`. */
	occurrence?: 'first' | 'last';
	that?: PropertyCondition[];
}

/** The last so many units up to now, or between two instants (both included; either end may be open). */
export type Window = { last: number; unit: Unit } | { from?: DateValue; to?: DateValue };

export type Having = CountHaving | PropertyHaving;

interface HavingComparison {
	is: MeasureOperatorName;
	value: number | readonly number[];
	/** People without any such event count with 0 instead of failing. */
	includeZero?: boolean;
}

/** `distinctDays` are calendar days of the account's zone. */
export interface CountHaving extends HavingComparison {
	measure: 'count' | 'distinctDays';
}

export interface PropertyHaving extends HavingComparison {
	measure: 'sum' | 'average' | 'min' | 'max' | 'distinct';
	property: string;
}

export type MeasureName = Having['measure'];

/** People in a saved segment. */
export interface SegmentRule {
	segment: string;
}

/** People in a custom list. */
export interface ListRule {
	list: string;
}

/** What a person mostly does. */
export interface InterestRule {
	interest: {
		event: string;
		of: { property: string } | 'hourOfDay' | 'dayOfWeek';
		is: 'predominantly' | 'at_least';
		percent?: number;
		value: Scalar;
		when?: Window;
	};
}

/** There is one value of the property for which the inner rules hold; the property may have another name per event. */
export interface SameRule {
	same: { property: string | Record<string, string>; rule: Rule };
}

/** A fixed share of people: each has a permanent number of 0..999. Both ends included. */
export interface BucketRule {
	bucket: { from: number; to: number };
}
