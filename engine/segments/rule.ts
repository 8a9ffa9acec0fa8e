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

/**
 * Did, or did not do, an event; of several names any counts, and they are counted together ("did any of"). Names match
 * without regard to case and spaces.
 */
export interface EventRule {
	event: string | string[];
	did: boolean;
	/** All on the same event. */
	where?: PropertyCondition[];
	/** Omitted: ever. */
	when?: Window;
	/** What the events are to add up to. Omitted: there is at least one. */
	having?: Having;
	/**
	 * Of all events matching `where`, ever, the first or last one lies in `when` and satisfies `that`. Of events at one
	 * instant the one that arrived first is the first; of different names the one that stands first in the list.
	 */
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

/** People in a saved segment: its id or name. */
export interface SegmentRule {
	segment: string;
}

/** People in a custom list: its id or name. */
export interface ListRule {
	list: string;
}

/**
 * What a person mostly does, by the events of one name in the window. A multi-value property counts once for each
 * different value of an event. People without any such event are not interested.
 */
export interface InterestRule {
	interest: {
		event: string;
		/** A property, or when it happens in the account's zone: hours 0..23, days 1 (Monday) to 7. */
		of: { property: string } | 'hourOfDay' | 'dayOfWeek';
		/**
		 * `predominantly`: some event has the value, and no other value occurs in more events. `at_least`: of the events
		 * that have the property at all, `percent` or more have the value.
		 */
		is: 'predominantly' | 'at_least';
		/** Of `at_least`: above 0, up to 100. */
		percent?: number;
		value: Scalar;
		/** Omitted: ever. */
		when?: Window;
	};
}

/**
 * A constant event property: there is one value such that `rule` holds when each event rule in it sees only the events
 * that have the value among theirs. Values are those of all events up to now of the names in `rule`, and equal when they
 * are written alike. `rule` consists of event rules and groups of them.
 */
export interface SameRule {
	/** The property may have another name per event: event name to property, for every event in `rule`. */
	same: { property: string | Record<string, string>; rule: Rule };
}

/** A fixed share of people: each has a permanent number of 0..999. Both ends included. */
export interface BucketRule {
	bucket: { from: number; to: number };
}
