import type { FigureTest } from './figures';
import type { PeopleTest } from './people-tests';
import type { Scalar } from './values';

/** A rule made ready to run: values, `now` and zone are fixed, and whatever concerns people alone is one test. */
export type Plan = GroupPlan | PeoplePlan | ListPlan | EventPlan | SamePlan;

export type GroupPlan = { kind: 'all' | 'any'; parts: Plan[] } | { kind: 'not'; part: Plan };

export interface PeoplePlan {
	kind: 'people';
	/** Which of the tests of people. */
	leaf: number;
}

export interface ListPlan {
	kind: 'list';
	id: string;
}

/** What the events of the given names, in the window, matching `where`, come to for each person. */
export interface EventPlan {
	kind: 'event';
	/** As `eventKey` writes them. */
	names: string[];
	/** First and last instant, both included. */
	from: number;
	to: number;
	/** Those that pass. */
	where: PropertyTest[];
	measure: MeasurePlan;
	/** All paths the plan reads of these events. */
	properties: string[];
	/** Whether the time of every event is needed. */
	times: boolean;
}

export type MeasurePlan = AtLeastOnePlan | FigurePlan | OccurrencePlan | InterestPlan;

export interface AtLeastOnePlan {
	kind: 'atLeastOne';
}

export interface FigurePlan {
	kind: 'count' | 'sum' | 'average' | 'min' | 'max' | 'distinct' | 'distinctDays';
	/** Empty for measures of events. */
	path: string;
	test: FigureTest;
	/** People without any event have the figure 0. */
	includeZero: boolean;
}

/** The first or last event passes. */
export interface OccurrencePlan {
	kind: 'occurrence';
	which: 'first' | 'last';
	that: PropertyTest[];
}

export interface InterestPlan {
	kind: 'predominantly' | 'share';
	of: InterestOf;
	value: Scalar;
	/** Of `share`. */
	percent: number;
}

export type InterestOf = { path: string } | 'hourOfDay' | 'dayOfWeek';

/** There is a value of a property for which `rule`, about the events that carry it, holds. */
export interface SamePlan {
	kind: 'same';
	/** Event name, as `eventKey` writes it, to the path of the property there. */
	paths: Map<string, string>;
	/** Of events and groups only. */
	rule: Plan;
	/** Names whose newest event says how new a value is. */
	newest: string[];
}

export interface PropertyTest {
	path: string;
	test: (cell: unknown) => boolean;
}

export interface CompiledRule {
	root: Plan;
	/** Epoch milliseconds: no event after it exists yet. */
	now: number;
	/** Tests of `people` plans, by their `leaf`. */
	leaves: PeopleTest[];
	/** All paths the rule reads of people. */
	peopleProperties: string[];
	/** Whether it asks for buckets. */
	bucketKeys: boolean;
}
